"""Can a unit keep the files on its people through pages alone, see why its year says what it says, and lose nothing typed?"""

import re
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx2
import pytest_asyncio
from city import QUYET_THANG, TAN_PHONG
from desks import at_the_pages, open_pages, sign_in
from house import House

DOCUMENT = {"document_number": "12/QĐ-UBND", "document_on": "2023-11-10", "document_by": "UBND thành phố"}


@pytest_asyncio.fixture
async def front(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A whole house with the small city, and a unit's officer signed in at its pages."""
    await open_pages(house)
    async with at_the_pages(house, "tan-phong") as client:
        yield client


async def enter(client: httpx2.AsyncClient, name: str) -> UUID:
    person = uuid4()
    typed = {"ma": str(person), "name": name, "words": "Chuyên viên", "from_on": "2021-03-01"}
    done = await client.post("/can-bo/moi", data=typed)
    assert (done.status_code, done.headers["location"]) == (303, f"/can-bo/{person}?ghi=1")
    return person


async def write(client: httpx2.AsyncClient, file: str, slug: str, typed: dict[str, str], **more: str) -> str:
    entry = str(uuid4())
    done = await client.post(f"{file}/ghi/{slug}", params=more, data={"ma": entry, **typed})
    assert (done.status_code, done.headers.get("location")) == (303, f"{file}?ghi=1"), done.text
    return entry


async def test_a_person_is_entered_found_and_told_of(front: httpx2.AsyncClient) -> None:
    refused = await front.post("/can-bo/moi", data={"name": "", "words": "Chuyên <b>", "from_on": "2010-01-01"})
    assert refused.status_code == 422
    for words in ("Cán bộ: còn thiếu", "đơn vị lập ngày 27/12/2013", 'value="Chuyên &lt;b&gt;"', 'value="2010-01-01"'):
        assert words in refused.text, words
    person = await enter(front, "Cán bộ 01, Phường Tân Phong")
    listed = (await front.get("/can-bo?q=can+bo+01")).text
    assert f'href="/can-bo/{person}"' in listed
    assert "Không có ai như vậy" in (await front.get("/can-bo?ngay=2021-02-28")).text
    other = await enter(front, "Cán bộ 02, Phường Tân Phong")
    backwards = (await front.get("/can-bo?xep=z-a")).text
    assert (backwards.index(str(other)) < backwards.index(str(person)), "từ Z về A" in backwards) == (True, True)
    page = (await front.get(f"/can-bo/{person}")).text
    assert "Chuyên viên, Phường Tân Phong, từ 01/03/2021" in page
    wrong = await front.post(f"/can-bo/{person}/ten", data={"version": "1", "name": "Cán bộ 1"})
    assert (wrong.status_code, "Lý do: còn thiếu" in wrong.text, 'value="Cán bộ 1"' in wrong.text) == (422, True, True)
    typed = {"version": "1", "name": "Cán bộ 1, Phường Tân Phong", "reason": "Viết nhầm số"}
    assert (await front.post(f"/can-bo/{person}/ten", data=typed)).status_code == 303
    page = (await front.get(f"/can-bo/{person}")).text
    assert ("Viết nhầm số" in page, "Cán bộ 01, Phường Tân Phong" in page) == (True, True)
    late = await front.post(f"/can-bo/{person}/ten", data={**typed, "name": "Cán bộ 2", "reason": "Viết lại"})
    assert (late.status_code, "vừa được người khác sửa" in late.text) == (409, True)
    assert ('value="Cán bộ 2"' in late.text, 'value="Viết lại"' in late.text) == (True, True)


async def test_what_is_no_day_is_said_on_the_page_that_was_asked_for(front: httpx2.AsyncClient) -> None:
    person = f"/can-bo/{await enter(front, 'Cán bộ 01')}"
    for path in ("/can-bo", person, f"/ho-so/{TAN_PHONG}"):
        for typed in ("abc", "31/02/2025", "2025-13-01", "9" * 9000):
            shown = await front.get(path, params={"ngay": typed})
            assert (shown.status_code, f"“{typed[:40]}” không phải ngày" in shown.text) == (200, True), (path, typed)
        read = await front.get(path, params={"ngay": "1/12/2023"})
        assert (read.status_code, "01/12/2023" in read.text, "không phải ngày" in read.text) == (200, True, False), path
    assert "Cán bộ 01" in (await front.get("/can-bo?ngay=abc")).text
    # No file of a day that was not asked for.
    kinds = [
        (await front.get("/can-bo", params={"ngay": day, "tep": "csv"})).headers["content-type"] for day in ("", "x")
    ]
    assert [kind.partition(";")[0] for kind in kinds] == ["text/csv", "text/html"]


async def test_every_kind_of_entry_has_a_form_and_stands_in_the_file(front: httpx2.AsyncClient) -> None:
    person = f"/can-bo/{await enter(front, 'Cán bộ 01')}"
    await enter(front, "Cán bộ 02")
    assert "Cán bộ 02" in (await front.get(f"{person}/ghi/sang-kien")).text
    await write(front, person, "cong-tac", {"words": "Trưởng ban", "main": "no", "from_on": "2022-01-01"})
    rating = await write(front, person, "xep-loai", {"year": "2023", "grade": "good", **DOCUMENT})
    discipline = {"grade": "reprimand", "words": "Khiển trách", "from_on": "2023-04-10", **DOCUMENT}
    await write(front, person, "ky-luat", discipline)
    initiative = {"words": "Số hóa sổ tay", "grade": "grassroots", "from_on": "2023-11-01", **DOCUMENT}
    idea = await write(front, person, "sang-kien", initiative)
    use = {"grade": "title", "words": "CSTDCS", "year": "2023", "sang_kien": idea, **DOCUMENT}
    await write(front, person, "dung-sang-kien", use)
    hold = {
        "grade": "press",
        "words": "Báo nêu",
        "from_on": "2023-10-01",
        "until_on": "2023-11-01",
        "lifted_by": "Thanh tra",
    }
    await write(front, person, "tam-dung", hold)
    await write(front, person, "y-kien", {"words": "Công an thành phố", "from_on": "2023-11-01"})
    page = (await front.get(person)).text
    for words in (
        "Trưởng ban, Phường Tân Phong, kiêm nhiệm",
        "Hoàn thành tốt nhiệm vụ",
        "Khiển trách",
        "Số hóa sổ tay",
        "Chiến sĩ thi đua cơ sở năm 2023",
        "Báo chí nêu tiêu cực",
        "Công an thành phố",
        "12/QĐ-UBND, 10/11/2023, UBND thành phố",
    ):
        assert words in page, words
    on_a_day = (await front.get(f"{person}?ngay=2023-11-02")).text
    assert ("Báo nêu" in on_a_day, "Số hóa sổ tay" in on_a_day) == (False, True)
    only = (await front.get(f"{person}?loai=xep-loai")).text
    assert ("Hoàn thành tốt nhiệm vụ" in only, "Báo nêu" in only) == (True, False)
    refused = await front.post(
        f"{person}/ghi/dung-sang-kien", data={**use, "grade": "commendation", "words": "BK_TINH"}
    )
    assert (refused.status_code, "đã dùng để xét một danh hiệu năm 2023" in refused.text) == (422, True)
    form = (await front.get(f"{person}/ghi/xep-loai?muc={rating}")).text
    assert 'value="2023-11-10"' in form
    typed = {"ma": rating, "version": "1", "year": "2023", "grade": "excellent", **DOCUMENT}
    silent = await front.post(f"{person}/ghi/xep-loai?muc={rating}", data=typed)
    assert (silent.status_code, "Lý do: còn thiếu" in silent.text) == (422, True)
    await front.post(f"{person}/ghi/xep-loai?muc={rating}", data={**typed, "reason": "Chấm lại"})
    told = (await front.get(f"/ho-so-muc/{rating}")).text
    for words in ("Sửa: Hoàn thành xuất sắc nhiệm vụ", "Chấm lại", "Ghi lần đầu: Hoàn thành tốt nhiệm vụ"):
        assert words in told, words
    gone = await front.post(f"/ho-so-muc/{rating}/rut", data={"version": "2", "reason": "Ghi nhầm"})
    assert gone.status_code == 303
    assert "Đã rút, không còn tính" in (await front.get(f"/ho-so-muc/{rating}")).text
    await write(front, f"/ho-so/{TAN_PHONG}", "xep-loai", {"year": "2022", "grade": "excellent", **DOCUMENT})
    assert "Hoàn thành xuất sắc nhiệm vụ" in (await front.get(f"/ho-so/{TAN_PHONG}")).text


async def test_a_refused_entry_keeps_what_was_typed(front: httpx2.AsyncClient) -> None:
    person = f"/can-bo/{await enter(front, 'Cán bộ 01')}"
    typed = {"grade": "warning", "words": "Cảnh cáo <i>", "from_on": "2023-04-10", "until_on": "2023-04-01"}
    refused = await front.post(f"{person}/ghi/ky-luat", data={"ma": str(uuid4()), **typed})
    assert refused.status_code == 422
    for words in (
        "Còn 4 chỗ cần sửa",
        "trước từ ngày, 10/04/2023",
        "Số văn bản: còn thiếu",
        'value="Cảnh cáo &lt;i&gt;"',
    ):
        assert words in refused.text, words
    assert 'value="warning" selected' in refused.text


async def test_the_year_says_where_its_figures_come_from_and_why(front: httpx2.AsyncClient) -> None:
    typed = {"version": "0", "headcount": "22", "completed_tasks": "22", "disciplined": "0"}
    typed |= {"advanced_workers": "1", "grassroots_fighters": "0", "task_rating": "good", "pledged_on": ""}
    saved = await front.post("/nam", data=typed)
    assert saved.status_code == 303, saved.text
    page = (await front.get("/nam")).text
    assert ("Nguồn: nhập tay" in page, "Lấy số từ danh sách" in page) == (True, False)
    person = f"/can-bo/{await enter(front, 'Cán bộ 01')}"
    rating = await write(front, person, "xep-loai", {"year": "2023", "grade": "good", **DOCUMENT})
    page = (await front.get("/nam")).text
    for words in (
        "Số nhập tay khác với danh sách cán bộ ở 3 mục",
        "Vì sao 1?",
        "đang lưu",
        "Lấy số từ danh sách cán bộ",
    ):
        assert words in page, words
    why = (await front.get("/nam/can-bo?so=completed_tasks")).text
    assert (person in why, f"/ho-so-muc/{rating}" in why, "Hoàn thành tốt nhiệm vụ" in why) == (True, True, True)
    wrong = await front.post("/nam/tu-can-bo", data={**typed, "version": "1", "advanced_workers": "hai"})
    assert (wrong.status_code, "Số Lao động tiên tiến: nhập số người" in wrong.text, 'value="hai"' in wrong.text) == (
        422,
        True,
        True,
    )
    taken = await front.post("/nam/tu-can-bo", data={**typed, "version": "1"})
    assert taken.status_code == 303, taken.text
    await write(front, f"/ho-so/{TAN_PHONG}", "xep-loai", {"year": "2023", "grade": "excellent", **DOCUMENT})
    page = (await front.get("/nam")).text
    assert "Nguồn: tính từ danh sách cán bộ" in page
    assert re.search(r'name="headcount" value="1"[^>]* readonly', page)
    assert "Hoàn thành xuất sắc nhiệm vụ" in page
    assert (await front.get("/nam/can-bo?so=advanced_workers")).status_code == 404


async def test_the_office_sees_all_and_moves_people_others_see_nothing(front: httpx2.AsyncClient) -> None:
    person = await enter(front, "Cán bộ 01 kín")
    ended = {"version": "1", "words": "Chuyên viên", "main": "yes", "from_on": "2021-03-01", "until_on": "2023-08-31"}
    page = (await front.get(f"/can-bo/{person}?loai=cong-tac")).text
    found = re.search(r"/ghi/cong-tac\?muc=([0-9a-f-]{36})", page)
    assert found
    form = f"/can-bo/{person}/ghi/cong-tac?muc={found[1]}"
    done = await front.post(form, data={"ma": found[1], **ended, "reason": "Điều động"})
    assert done.status_code == 303, done.text
    await sign_in(front, "noi-vu")
    assert "Cán bộ 01 kín" in (await front.get("/can-bo?tinh-trang=tat-ca")).text
    searched = await front.post(
        f"/can-bo/{person}/ghi/cong-tac", data={"buoc": "tim", "tim": "quyet thang", "words": "Phó"}
    )
    assert (f'value="{QUYET_THANG}"' in searched.text, 'value="Phó"' in searched.text) == (True, True)
    moved = {"don_vi": str(QUYET_THANG), "words": "Phó", "main": "yes", "from_on": "2023-09-01"}
    await write(front, f"/can-bo/{person}", "cong-tac", moved)
    assert "Phó, Phường Quyết Thắng, từ 01/09/2023" in (await front.get(f"/can-bo/{person}")).text
    for account, sees in (("quyet-thang", True), ("tan-phong", False), ("van-hanh", False)):
        await sign_in(front, account)
        answers = [await front.get(path) for path in (f"/can-bo/{person}", "/can-bo", f"/can-bo?don_vi={QUYET_THANG}")]
        assert any("Cán bộ 01 kín" in answer.text for answer in answers) == sees, account
        assert (answers[0].status_code == 200) == sees, account
    for path in (f"/can-bo/{uuid4()}", "/can-bo/x", f"/can-bo/{person}/ghi/gi-do", f"/ho-so-muc/{uuid4()}"):
        await sign_in(front, "noi-vu")
        assert (await front.get(path)).status_code == 404, path


async def test_what_the_office_entered_has_no_buttons_for_the_unit(front: httpx2.AsyncClient) -> None:
    file = f"/ho-so/{TAN_PHONG}"
    hold = {"grade": "inspection", "words": "Đang thanh tra", "from_on": "2023-10-01"}
    own = await write(front, file, "tam-dung", hold)
    await sign_in(front, "noi-vu")
    office = await write(front, file, "tam-dung", hold)
    assert f"{file}/ghi/tam-dung?muc={office}" in (await front.get(file)).text
    await sign_in(front, "tan-phong")
    page = (await front.get(file)).text
    assert (f"tam-dung?muc={own}" in page, f"tam-dung?muc={office}" in page, "noi-vu ghi, chỉ xem" in page) == (
        True,
        False,
        True,
    )
    for entry, yours in ((own, True), (office, False)):
        one = (await front.get(f"/ho-so-muc/{entry}")).text
        assert (">Sửa</a>" in one, f'action="/ho-so-muc/{entry}/rut"' in one) == (yours, yours)
        assert ("hãy đề nghị Phòng Nội vụ thành phố" in one) is not yours
    ended = {"ma": office, "version": "1", **hold, "until_on": "2023-11-01", "lifted_by": "Thanh tra", "reason": "Xong"}
    for refused in (
        await front.get(f"{file}/ghi/tam-dung?muc={office}"),
        await front.post(f"{file}/ghi/tam-dung?muc={office}", data=ended),
        await front.post(f"{file}/ghi/tam-dung", data=ended),
        await front.post(f"/ho-so-muc/{office}/rut", data={"version": "1", "reason": "Xong"}),
    ):
        assert (refused.status_code, "hãy đề nghị Phòng Nội vụ thành phố" in refused.text) == (403, True)
