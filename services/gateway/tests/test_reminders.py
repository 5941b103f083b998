"""Do a block's head and the office see who has not sent a report, and remind them, from the landing page in two presses?"""

import re
from collections.abc import AsyncIterator
from typing import NamedTuple
from uuid import UUID, uuid4

import httpx2
import pytest_asyncio
from city import BLOCK, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from desks import at_the_pages, open_pages
from house import House

from chassis.testing import eventually

PAGE = f"/chua-nop/{PERIOD}/{BLOCK}"


class Front(NamedTuple):
    """A whole house with the small city; its head, its office and one unit signed in at the pages."""

    house: House
    head: httpx2.AsyncClient
    office: httpx2.AsyncClient
    unit: httpx2.AsyncClient
    member: httpx2.AsyncClient
    """The officer of a unit that heads nothing."""


@pytest_asyncio.fixture
async def front(house: House) -> AsyncIterator[Front]:
    await open_pages(house)
    async with (
        at_the_pages(house, "khoi-truong") as head,
        at_the_pages(house, "noi-vu") as office,
        at_the_pages(house, "tan-phong") as unit,
        at_the_pages(house, "quyet-thang") as member,
    ):
        yield Front(house, head, office, unit, member)


async def reminded(house: House) -> list[tuple[UUID, str]]:
    """Give who was told that a report is missing, and by whose wish."""
    rows = await house.rows(
        "notify",
        "SELECT scope_id, text FROM messages WHERE link = $1 ORDER BY posted_at, scope_id",
        f"/bao-cao/{PERIOD}",
    )
    return [(row["scope_id"], row["text"].partition(" nhắc")[0]) for row in rows if " nhắc " in row["text"]]


async def test_a_head_reminds_all_from_the_landing_page_and_each_unit_once_a_day(front: Front) -> None:
    house, head, office, unit, _ = front
    assert (await submit(house, TAN_PHONG, "900")).status_code == 201
    home = (await head.get("/")).text
    link = re.search(r'href="(/chua-nop[^"]*)">(\d+) đơn vị chưa nộp', home)
    assert link is not None
    assert link.groups() == (PAGE, "2")
    listed = (await head.get(link[1])).text
    assert ("Phường Quyết Thắng" in listed, "Xã San Thàng" in listed) == (True, True)
    assert "hạn nộp 17:00 ngày 30/11/2023, còn 15 ngày" in listed
    assert "Nhắc tất cả" in listed
    pressed = await head.post(PAGE)
    assert (pressed.status_code, pressed.headers["location"]) == (303, f"{PAGE}?xong=2")
    assert "Đã nhắc 2 đơn vị" in (await head.get(pressed.headers["location"])).text
    await house.quiet()
    both = sorted([(QUYET_THANG, "Khối trưởng"), (SAN_THANG, "Khối trưởng")])
    assert sorted(await reminded(house)) == both
    after = (await office.get(PAGE)).text
    assert after.count("Đã nhắc hôm nay") == 2
    assert after.count(", khối trưởng</td>") == 2
    assert "Nhắc tất cả" not in after
    # Pressed again on an old page, by the same or by another: nothing more comes of it, whatever was asked for.
    assert (await head.post(PAGE)).headers["location"] == f"{PAGE}?xong=0"
    again = await office.post(PAGE, data={"don_vi": str(SAN_THANG)})
    assert again.headers["location"] == f"{PAGE}?xong=0"
    async with house.office("registry") as client:
        path = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/blocks/{BLOCK}/reminders"
        assert (await client.post(path, json={})).status_code == 201
    await house.publish_again()
    await house.quiet()
    assert sorted(await reminded(house)) == both
    kept = await house.rows("notify", "SELECT unit_id, by, actor FROM reminders ORDER BY unit_id")
    assert [tuple(row) for row in kept] == sorted(
        [(QUYET_THANG, "block_head", "khoi-truong"), (SAN_THANG, "block_head", "khoi-truong")]
    )
    assert "chưa nộp" not in (await unit.get("/tin")).text


async def test_the_office_reminds_one_unit_and_another_day_all_that_are_late(front: Front) -> None:
    house, _, office, unit, _ = front
    home = (await office.get("/")).text
    assert f'href="{PAGE}">3 đơn vị chưa nộp' in home
    blocks = (await office.get("/chua-nop")).text
    assert "3 đơn vị chưa nộp" in blocks
    assert f'action="{PAGE}"' in blocks
    assert (await office.post(PAGE, data={"don_vi": str(TAN_PHONG)})).headers["location"] == f"{PAGE}?xong=1"
    await house.quiet()
    assert await reminded(house) == [(TAN_PHONG, "Phòng Nội vụ")]

    async def told() -> bool:
        page = (await unit.get("/tin")).text
        assert "Phòng Nội vụ nhắc Phường Tân Phong: hạn nộp 17:00 ngày 30/11/2023." in page
        return True

    await eventually(told)
    for service in ("registry", "notify", "gateway"):
        await house.set_clock(service, "2023-12-02 08:00:00+07")
    late = (await office.get(PAGE)).text
    assert "đã quá hạn 17:00 ngày 30/11/2023, còn nộp muộn được đến 17:00 ngày 15/12/2023" in late
    assert late.count("Quá hạn 2 ngày") == 3
    assert (await office.post(PAGE)).headers["location"] == f"{PAGE}?xong=3"
    await house.quiet()
    assert len(await reminded(house)) == 4
    assert "Vẫn nộp muộn được đến 17:00 ngày 15/12/2023." in (await unit.get("/tin")).text
    for service in ("registry", "notify", "gateway"):
        await house.set_clock(service, "2023-12-16 08:00:00+07")
    closed = (await office.get(PAGE)).text
    assert closed.count("Không nộp, kỳ đã đóng") == 3
    assert "Nhắc" not in re.sub(r"Nhắc lần cuối", "", closed)
    refused = await office.post(PAGE)
    assert (refused.status_code, "đã đóng nhận báo cáo, nên không nhắc được" in refused.text) == (409, True)
    assert "đơn vị chưa nộp" not in (await office.get("/")).text


async def test_who_heads_another_block_or_none_sees_and_reminds_nobody(front: Front) -> None:
    house, _, _, _, unit = front
    assert (await unit.get(PAGE)).status_code == 403
    assert (await unit.post(PAGE)).status_code == 403
    assert "/chua-nop" not in (await unit.get("/")).text
    place = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}"
    async with house.client("registry", ("block_head", uuid4())) as other:
        asked = await other.get(f"{place}/missing")
        seen = await other.get(f"{place}/blocks/{BLOCK}/missing")
        sent = await other.post(f"{place}/blocks/{BLOCK}/reminders", json={})
    assert (asked.json()["missing"], seen.status_code, sent.status_code) == (0, 403, 403)
    async with house.client("notify", ("block_head", uuid4())) as other:
        assert (await other.get(f"/periods/{PERIOD}/blocks/{BLOCK}/reminders")).status_code == 403


async def test_a_launch_is_in_the_inbox_of_every_unit(front: Front) -> None:
    """What the preview promises: the units have it at once."""
    assert "Phát động: Phong trào thi đua năm 2023" in (await front.unit.get("/tin")).text
