"""Does the preview say what is open before a board is final, and the page of fairness what was taken from whom?"""

import re
from decimal import Decimal
from typing import Any

import httpx2
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, QUYET_THANG, SHEET_DOCUMENT, TAN_PHONG, submit
from desks import at_the_pages, open_pages
from house import House, ident

from contracts.appraisal import Column
from scoring import actions
from scoring.actions import Reviewer
from scoring.rules import Look

PREVIEW = f"/bang-khoi/{BLOCK}/cong-bo"


async def test_a_board_is_final_on_its_page_for_a_reason_where_not_all_have_looked(house: House) -> None:
    await open_pages(house)
    for unit, amount in ((TAN_PHONG, "1000"), (QUYET_THANG, "900")):
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()
    async with house.at_work("scoring") as tx:
        looks = [Look("1.1", agreed=False, value=Decimal(800), reason="Theo biên bản"), Look("2.1", agreed=True)]
        await actions.give_verdicts(tx, (PERIOD, TAN_PHONG), Column.APPRAISAL, looks, Reviewer("Phòng Nội vụ"))
    await house.quiet()
    await house.set_clock("scoring", "2023-12-20 08:00:00+07")
    async with at_the_pages(house, "noi-vu") as office:
        fair = (await office.get(f"/cong-bang?khoi={BLOCK}")).text
        shown = re.sub(r"<[^>]+>", " ", fair)
        assert re.search(r"Phường Tân Phong\s+Khối xã, phường\s+100,00\s+–\s+82,00\s+82,00\s+−18,00", shown), shown
        assert re.search(r"Phòng Nội vụ\s+Thẩm định\s+1\s+2\s+1\s+\(50%\)\s+1\s+0\s+18,00\s+0,00\s+18,00", shown), shown
        file = (await office.get("/cong-bang?tep=csv")).content.decode("utf-8-sig").splitlines()
        assert file[1].split(";") == ["Phường Tân Phong", "Khối xã, phường", "100,00", "", "82,00", "82,00", "-18,00"]

        page = (await office.get(PREVIEW)).text
        assert "1 báo cáo chưa thẩm định xong" in page
        assert "Công bố chính thức, có lý do" in page
        sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)) | {"viec": "final"}
        refused = await office.post(PREVIEW, data=sent)
        assert (refused.status_code, "thì phải ghi lý do" in refused.text) == (409, True)
        why = "Khối xin công bố sớm theo lịch họp"
        done = await office.post(PREVIEW, data={**sent, "ly_do": why})
        assert done.status_code == 303, done.text
        assert why in (await office.get(done.headers["location"])).text


async def publish(house: House, state: str, number: int) -> None:
    place = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/boards/{BLOCK}"
    async with house.office("scoring") as office:
        digest = (await office.get(f"{place}/waiting")).json()["digest"]
        body = {
            "state": state,
            "digest": digest,
            "reason": "Khối xin công bố sớm theo lịch họp" if state == "final" else None,
        }
        answer = await office.put(f"{place}/publications/{number}", json=body)
        assert answer.status_code in (200, 201), answer.text


async def test_home_and_receipt_say_what_stands(house: House) -> None:
    """Provisional, frozen on its day, official; and beside what stands the figures that wait for the next publication."""
    await open_pages(house)
    for unit, amount in ((TAN_PHONG, "900"), (QUYET_THANG, "1000")):
        answer = await submit(house, unit, amount)
        assert answer.status_code == 201
    number = answer.json()["receipt_number"]
    await house.quiet()

    async def told(client: httpx2.AsyncClient, path: str) -> str:
        return " ".join(re.sub(r"<[^>]+>", " ", (await client.get(path)).text.partition("<footer")[0]).split())

    async with at_the_pages(house, "quyet-thang") as ward:
        receipt = f"/bien-nhan/{number}"
        assert "Tổng điểm, tạm tính 100,00" in await told(ward, "/")
        assert "Điểm, tạm tính 100,00" in await told(ward, receipt)
        await house.set_clock("scoring", "2023-12-18 08:00:00+07")
        await publish(house, "frozen", 1)
        home, shown = await told(ward, "/"), await told(ward, receipt)
        assert ("Tổng điểm, đã chốt ngày 18/12/2023 100,00" in home, ", tạm tính" in home) == (True, False)
        assert ("Điểm, đã chốt ngày 18/12/2023 100,00" in shown, ", tạm tính" in shown) == (True, False)
        assert "chờ công bố" not in home + shown
        async with house.at_work("scoring") as tx:
            looks = [Look("1.1", agreed=False, value=Decimal(800), reason="Theo biên bản")]
            await actions.give_verdicts(tx, (PERIOD, QUYET_THANG), Column.APPRAISAL, looks, Reviewer("Phòng Nội vụ"))
        await house.quiet()
        home, shown = await told(ward, "/"), await told(ward, receipt)
        assert "Tổng điểm, đã chốt ngày 18/12/2023 100,00" in home
        assert "Đang tính lại, chờ công bố 82,00, hạng 2" in home
        assert "Điểm, đã chốt ngày 18/12/2023 100,00" in shown
        assert "Điểm, đang tính lại, chờ công bố 82,00" in shown
        await house.set_clock("scoring", "2023-12-20 08:00:00+07")
        await publish(house, "final", 2)
        home, shown = await told(ward, "/"), await told(ward, receipt)
        assert ("Tổng điểm, chính thức 82,00" in home, "chờ công bố" in home) == (True, False)
        assert ("Điểm, chính thức 82,00" in shown, "Bảng đã chính thức từ" in shown) == (True, True)


OWN_SHEET = ident("sheet-of-a-published-board")
"""A sheet of other words stands under an id of its own."""


def in_words(decides: str, second: str) -> dict[str, Any]:
    """The city's sheet with a chain of its own for equals, and its second group under this code."""
    economy, pledge = SHEET_DOCUMENT["groups"]
    pledge = {**pledge, "code": second, "criteria": [{**pledge["criteria"][0], "code": f"{second}.1"}]}
    chain = {"code": "pledged", "name": decides, "criteria": [f"{second}.1"]}
    return {**SHEET_DOCUMENT, "groups": [economy, pledge], "tie_breaks": [chain]}


async def test_a_published_board_keeps_the_words_of_the_sheet_that_it_was_scored_by(house: House) -> None:
    """Headings, maxima and what told equals apart: on the page, in its file and at the window, whatever comes after."""
    await open_pages(house)
    async with house.office("scoring") as scoring, house.office("registry") as registry:
        assert (await scoring.put(f"/sheets/{OWN_SHEET}", json=in_words("Đăng ký sớm", "2"))).status_code == 200
        formed = await registry.put(f"/blocks/{BLOCK}", json={**BLOCK_DOCUMENT, "sheet_id": str(OWN_SHEET)})
        assert formed.status_code == 200, formed.text
    await house.quiet()
    for unit, amount, pledged in ((TAN_PHONG, "1000", "không"), (QUYET_THANG, "889", "có")):
        assert (await submit(house, unit, amount, pledged=pledged)).status_code == 201
    await house.quiet()
    await publish(house, "frozen", 1)

    async def shown(client: httpx2.AsyncClient, path: str) -> str:
        answer = await client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.text[:2000]}"
        whole = re.sub(r"In lúc [^·<]*", "", answer.text.partition("<h1>")[2].partition("<footer")[0])
        return " ".join(re.sub(r"<[^>]+>", " ", whole or answer.text).split())

    board, window = f"/bang-khoi/{BLOCK}?ky={PERIOD}", f"/cong-khai/{PERIOD}/{BLOCK}"
    beside = f"/bang-khoi/{BLOCK}/so-sanh?ky={PERIOD}&a={TAN_PHONG}&b={QUYET_THANG}"
    paths = [board, f"{board}&lan=1", f"{board}&tep=csv", window, f"{window}?tep=csv", beside]
    async with at_the_pages(house, "noi-vu") as office:
        before = {path: await shown(office, path) for path in paths}
        assert "Công tác thi đua /10" in before[board]
        assert [path for path, text in before.items() if "xét tiêu chí phụ: Đăng ký sớm" not in text] == []
        async with house.office("scoring") as scoring:
            told = await scoring.put(f"/sheets/{OWN_SHEET}", json=in_words("Đăng ký muộn", "3"))
            assert (told.status_code, told.json()["version"]) == (200, 2)
        await house.quiet()
        for path in paths:
            assert await shown(office, path) == before[path], path
        # Nobody was scored by the new version yet: the board that stands is still in the words of the one before.
        assert "xét tiêu chí phụ: Đăng ký sớm" in await shown(office, f"{board}&xem=tam-tinh")
