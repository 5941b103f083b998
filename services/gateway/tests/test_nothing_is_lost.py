"""Does nothing that was typed get lost, or done twice, or done for somebody else, when a session ends, a service is away, or a
button is pressed once more?"""

import re
from collections.abc import AsyncIterator
from html import unescape
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from city import CAMPAIGN, PERIOD, TAN_PHONG
from desks import at_the_pages, open_pages, sign_in
from house import PASSWORD, House

from gateway.pages.typed import amount_typed, no_amount, whole

REPORT = f"/bao-cao/{PERIOD}"
PLEDGE = f"/dang-ky/{CAMPAIGN}"
WRITTEN = {"viec": "submit", "version": "0", "danh_hieu": "TTLDTT", "noi_dung": "Giao ước <của> tôi"}


@pytest_asyncio.fixture
async def unit(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A whole house with the small city, and a unit's officer at its pages."""
    await open_pages(house)
    async with at_the_pages(house, "tan-phong") as client:
        yield client


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


async def test_whoever_signs_in_again_comes_to_where_they_were_going(unit: httpx2.AsyncClient) -> None:
    """The whole of an address: what stands behind its question mark says what it is about."""
    await unit.delete("/api/sessions")
    asked = await unit.get(f"/kien-nghi/moi?ky={PERIOD}&muc=1.1")
    door = await unit.get(asked.headers["location"])
    onward = hidden(door.text)["tiep"].replace("&amp;", "&")
    assert onward == f"/kien-nghi/moi?ky={PERIOD}&muc=1.1"
    sent = await unit.post("/quy-dinh/2022/sua?danh-hieu=TTLDTT&dieu-kien=hoan-thanh", data={"reason": "Đối chiếu"})
    form = hidden(sent.text)
    assert (sent.status_code, form["reason"]) == (401, "Đối chiếu")
    assert form["tiep"] == "/quy-dinh/2022/sua?danh-hieu=TTLDTT&amp;dieu-kien=hoan-thanh"
    back = await unit.post(
        "/dang-nhap", data={"account": "tan-phong", "password": PASSWORD, "tiep": onward, "ly-do": "x"}
    )
    assert (back.status_code, back.headers["location"]) == (307, onward)


async def test_a_form_of_thousands_of_fields_outlives_its_session(unit: httpx2.AsyncClient) -> None:
    await unit.delete("/api/sessions")
    large = {f"so:{number}": "1" for number in range(3_000)}
    asked = await unit.post(f"/phong-trao/{CAMPAIGN}/dinh-chinh", data=large)
    kept = hidden(asked.text)
    assert (asked.status_code, large.items() <= kept.items()) == (401, True)
    back = await unit.post("/dang-nhap", data={**kept, "account": "tan-phong", "password": PASSWORD})
    assert back.status_code == 307


async def test_what_was_typed_is_sent_again_when_its_service_is_back(house: House, unit: httpx2.AsyncClient) -> None:
    house.services["registry"].stop()
    refused = await unit.post(PLEDGE, data=WRITTEN)
    assert refused.status_code == 503
    assert f'action="{PLEDGE}"' in refused.text
    again = hidden(refused.text)
    assert again["noi_dung"].replace("&lt;", "<").replace("&gt;", ">") == WRITTEN["noi_dung"]
    left = await unit.post(f"{REPORT}/tu-luu", data={"version": "0", "muc:1.1": "5"}, headers={"hx-request": "true"})
    assert ('id="luu-luc"' in left.text, "Mục vừa nhập chưa lưu." in left.text) == (True, True)


async def test_no_window_of_another_unit_writes_into_this_ones_report(unit: httpx2.AsyncClient) -> None:
    """One browser, two windows: the form was opened by one unit, and another has signed in since."""
    form = {"don-vi": str(TAN_PHONG), "version": "0", "muc:1.1": "5", "ly-do:*": "Không có", "viec": "luu"}
    await sign_in(unit, "quyet-thang")
    for path in ("", "/gui", "/khong-phat-sinh"):
        assert (await unit.post(f"{REPORT}{path}", data=form)).status_code == 403, path
    left = await unit.post(f"{REPORT}/tu-luu", data=form, headers={"hx-request": "true"})
    assert "của đơn vị khác" in left.text
    assert 'value="5"' not in (await unit.get(REPORT)).text


async def test_a_button_pressed_twice_is_one_act(house: House, unit: httpx2.AsyncClient) -> None:
    first, second = [await unit.post(PLEDGE, data=WRITTEN) for _ in range(2)]
    assert (first.status_code, first.headers["location"]) == (303, second.headers["location"])
    async with at_the_pages(house, "noi-vu") as office:
        approve = {"viec": "approve", "version": "1"}
        path = f"/phong-trao/{CAMPAIGN}/dang-ky/{TAN_PHONG}"
        assert [(await office.post(path, data=approve)).status_code for _ in range(2)] == [303, 303]
        for begin in ("/phong-trao/moi", "/bang-diem/soan"):
            made = {"ma": str(uuid4())}
            one, other = [(await office.post(begin, data=made)).headers["location"] for _ in range(2)]
            assert (one, made["ma"] in one) == (other, True)
        page = unescape((await office.get(f"/phong-trao/{CAMPAIGN}/dinh-chinh")).text)
        typed = dict(re.findall(r'<input(?! type="checkbox")[^>]* name="([^"]+)" value="([^"]*)"', page))
        typed |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n([^<]*)</textarea>', page))
        chosen = re.search(r'name="scope:v.reach".*?value="(\w+)" selected', page)
        assert chosen
        typed |= {"scope:v.reach": chosen[1], "document:v.number": "12", "ly-do": "Văn bản đã có số"}
        path = f"/phong-trao/{CAMPAIGN}/dinh-chinh"
        assert [(await office.post(path, data=typed)).status_code for _ in range(2)] == [303, 303]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("850", "850"), (" 28,5 ", "28.5"), ("28.5", "28.5"), ("1.234,5", "1234.5"), ("có", "1"), ("Không", "0")]
    + [
        (text, None)
        for text in ("1.234", "12.500", "1e999999999", "1E5", "NaN", "٣", "-1", "1,2,3", "tám", "", "9" * 16)
    ],
)
def test_an_amount_is_read_as_it_was_meant_or_asked_back(written: str, meant: str | None) -> None:
    assert amount_typed(written) == meant
    assert (no_amount(written) is not None) == (written in ("1.234", "12.500"))


@pytest.mark.parametrize("text", ["²", "٣", "-1", "1.0", "9" * 5_000, "", None])
def test_what_a_page_wrote_into_its_own_form_and_is_no_number_any_more_is_the_default(text: str | None) -> None:
    assert whole(text, 7) == 7
