"""Can the office correct a launched campaign on its page, beside somebody else, and can everybody read what stood before?"""

import re
from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx2
import pytest_asyncio
from city import CAMPAIGN, CAMPAIGN_DOCUMENT, PERIOD
from desks import at_the_pages, open_pages
from house import House

PAGE = f"/phong-trao/{CAMPAIGN}"


class Front(NamedTuple):
    office: httpx2.AsyncClient
    other: httpx2.AsyncClient
    unit: httpx2.AsyncClient


@pytest_asyncio.fixture
async def front(house: House) -> AsyncIterator[Front]:
    await open_pages(house)
    async with (
        at_the_pages(house, "noi-vu") as office,
        at_the_pages(house, "noi-vu") as other,
        at_the_pages(house, "tan-phong") as unit,
    ):
        yield Front(office, other, unit)


async def form(client: httpx2.AsyncClient) -> dict[str, str]:
    """Open the page and give what its form would send."""
    page = await client.get(f"{PAGE}/dinh-chinh")
    assert page.status_code == 200, page.text
    sent = dict(re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', page.text))
    sent |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n([^<]*)</textarea>', page.text))
    chosen = re.search(r'name="scope:v.reach".*?value="(\w+)" selected', page.text)
    assert chosen
    return sent | {"scope:v.reach": chosen[1]}


async def test_a_number_and_a_later_deadline_are_corrected_and_the_earlier_text_stays(front: Front) -> None:
    assert "Đính chính" in (await front.office.get(PAGE)).text
    typed = await form(front.office)
    assert (typed["periods:r.0.due_at"], typed["version"]) == ("17:00 30/11/2023", "1")
    typed |= {"document:v.number": "12", "document:v.issued_on": "16/11/2023", "periods:r.0.due_at": "17:00 05/12/2023"}
    nothing_said = await front.office.post(f"{PAGE}/dinh-chinh", data=typed)
    assert nothing_said.status_code == 422
    assert ("Lý do đính chính: còn trống" in nothing_said.text, "17:00 05/12/2023" in nothing_said.text) == (True, True)
    done = await front.office.post(f"{PAGE}/dinh-chinh", data=typed | {"ly-do": "Văn bản đã ban hành, gia hạn"})
    assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}/lich-su?xong=1")
    history = (await front.unit.get(f"{PAGE}/lich-su")).text
    for said in ("Văn bản đã ban hành, gia hạn", "17:00 30/11/2023", "17:00 05/12/2023", "để trống", "Cán bộ"):
        assert said in history, said
    seen = (await front.unit.get(PAGE)).text
    assert ("Số: 12" in seen, "ban hành 16/11/2023" in seen, "Lịch sử chỉnh sửa" in seen) == (True, True, True)
    assert "05/12/2023" in (await front.unit.get(f"/bao-cao/{PERIOD}")).text


async def test_a_text_of_several_lines_that_nobody_touched_is_no_correction(front: Front) -> None:
    document = {"recipients": ["Sở Nội vụ", "Các xã, phường"]}
    put = await front.office.put(f"/api/registry/campaigns/{CAMPAIGN}", json=CAMPAIGN_DOCUMENT | {"document": document})
    assert put.status_code == 200, put.text
    typed = await form(front.office)
    assert typed["recipients:v.names"] == "Sở Nội vụ\nCác xã, phường"
    as_a_browser = {name: text.replace("\n", "\r\n") for name, text in typed.items()}
    done = await front.office.post(
        f"{PAGE}/dinh-chinh", data=as_a_browser | {"document:v.number": "12", "ly-do": "Có số"}
    )
    assert done.status_code == 303, done.text
    told = (await front.office.get(f"/api/registry/campaigns/{CAMPAIGN}/corrections")).json()["items"]
    assert [each["field"] for each in told[0]["differences"]] == ["number"]


async def test_two_who_correct_at_once_see_both_and_lose_nothing(front: Front) -> None:
    mine, theirs = await form(front.office), await form(front.other)
    first = await front.other.post(f"{PAGE}/dinh-chinh", data=theirs | {"document:v.number": "11", "ly-do": "Có số"})
    assert first.status_code == 303
    stale = await front.office.post(f"{PAGE}/dinh-chinh", data=mine | {"document:v.number": "12", "ly-do": "Số mới"})
    assert stale.status_code == 409
    assert "Bản đang lưu của người khác: <b>11</b>" in stale.text
    assert ('value="12"' in stale.text, "Số mới" in stale.text) == (True, True)
    newer = re.search(r'name="version" value="(\d+)"', stale.text)
    assert newer
    again = mine | {"document:v.number": "12", "ly-do": "Số mới", "version": newer[1]}
    assert (await front.office.post(f"{PAGE}/dinh-chinh", data=again)).status_code == 303
    history = (await front.unit.get(f"{PAGE}/lich-su")).text
    assert history.index("Số mới") < history.index("Có số")


async def test_only_the_office_corrects_and_nothing_that_has_ended(front: Front) -> None:
    assert (await front.unit.get(f"{PAGE}/dinh-chinh")).status_code == 403
    typed = await form(front.office)
    closed = await front.office.post(f"{PAGE}/buoc", data={"viec": "close", "version": "1"})
    assert closed.status_code == 303
    assert (await front.office.get(f"{PAGE}/dinh-chinh")).headers["location"] == PAGE
    late = await front.office.post(f"{PAGE}/dinh-chinh", data=typed | {"document:v.number": "1", "ly-do": "Muộn rồi"})
    assert (late.status_code, "đã kết thúc" in late.text) == (409, True)
