"""Does an appeal that is upheld, and a vote, change a place through pages alone, and does everybody hear of it?"""

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import NamedTuple
from uuid import UUID, uuid4

import city
import httpx2
import pytest_asyncio
from city import BLOCK, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from desks import at_the_pages, open_pages
from house import House

from chassis.testing import eventually
from thidua import replay

REASON = "Biên bản đối chiếu với Kho bạc ghi 990 triệu đồng"


class Front(NamedTuple):
    """A whole house with the small city, and a unit and the office signed in at its pages."""

    house: House
    unit: httpx2.AsyncClient
    office: httpx2.AsyncClient


@pytest_asyncio.fixture
async def front(house: House) -> AsyncIterator[Front]:
    await open_pages(house)
    async with at_the_pages(house, "tan-phong") as unit, at_the_pages(house, "noi-vu") as office:
        yield Front(house, unit, office)


async def reported(house: House, *amounts: tuple[UUID, str]) -> None:
    for unit, amount in amounts:
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()


def ranks(told: list[tuple[str, int | None, str | None]]) -> dict[str, int | None]:
    return {name: rank for name, rank, _ in told}


async def test_from_the_question_why_to_a_changed_place(front: Front) -> None:
    house, unit, office = front
    await reported(house, (TAN_PHONG, "800"), (QUYET_THANG, "900"), (SAN_THANG, "500"))
    assert ranks(await city.board(house))["Phường Tân Phong"] == 2
    why = (await unit.get(f"/vi-sao/{PERIOD}/{TAN_PHONG}/1.1")).text
    assert f"/kien-nghi/moi?ky={PERIOD}&amp;muc=1.1" in why
    assert "/kien-nghi/moi" not in (await office.get(f"/vi-sao/{PERIOD}/{TAN_PHONG}/1.1")).text
    form = (await unit.get(f"/kien-nghi/moi?ky={PERIOD}&muc=1.1")).text
    assert "Hạn gửi: hết ngày 20/12/2023" in form
    assert "chưa có quy định xác nhận" in form
    typed = {"ky": str(PERIOD), "muc": "1.1", "ly-do": "ngắn", "so": "chín trăm", "key": str(uuid4())}
    faulty = await unit.post("/kien-nghi/moi", data=typed)
    assert faulty.status_code == 422
    assert ("chín trăm" in faulty.text, "ngắn" in faulty.text, "không phải số" in faulty.text) == (True, True, True)
    short = await unit.post("/kien-nghi/moi", data={**typed, "so": "990"})
    assert (short.status_code, "Còn thiếu lý do" in short.text) == (422, True)
    filed = await unit.post("/kien-nghi/moi", data={**typed, "so": "990", "ly-do": REASON})
    assert filed.status_code == 303, filed.text
    path = filed.headers["location"].partition("?")[0]
    assert "Rút kiến nghị" in (await unit.get(path)).text
    assert (await office.get("/kien-nghi")).text.count(path) == 1
    await house.quiet()
    assert "Phường Tân Phong kiến nghị về mục 1.1" in (await office.get("/tin")).text

    as_file = (await unit.get("/kien-nghi?tep=csv")).text
    assert [line.count("Phường Tân Phong") for line in as_file.splitlines() if "Chờ tiếp nhận" in line] == [1]
    page = (await office.get(path)).text
    assert ("Tiếp nhận" in page, "Chấp thuận" in page, "Rút kiến nghị" in page) == (True, False, False)
    assert (await office.post(path, data={"viec": "tiep-nhan", "buoc": "1", "key": str(uuid4())})).status_code == 303
    stale = await office.post(path, data={"viec": "bac", "buoc": "1", "ly-do": REASON, "key": str(uuid4())})
    assert (stale.status_code, "vừa có bước mới" in stale.text, REASON in stale.text) == (409, True, True)
    decided = {"viec": "chap-thuan", "buoc": "2", "so": "990", "ly-do": REASON, "key": str(uuid4())}
    assert (await office.post(path, data=decided)).status_code == 303
    again = await office.post(path, data={**decided, "buoc": "3", "key": str(uuid4())})
    assert (again.status_code, "đã được chấp thuận nên không chấp thuận được" in again.text) == (409, True)
    (link,) = re.findall(r'href="(\?[^"]*tep=csv)"', (await office.get("/kien-nghi?hang=da-xong")).text)
    as_file = (await office.get(f"/kien-nghi{unescape(link)}")).text
    assert ("Được chấp thuận" in as_file, "Chờ tiếp nhận" in as_file, "Báo cáo năm 2023" in as_file) == (
        True,
        False,
        True,
    )
    await house.quiet()
    assert ranks(await city.board(house))["Phường Tân Phong"] == 1
    told = (await unit.get("/tin")).text
    for words in ("Kiến nghị về mục 1.1 được chấp thuận", "Phường Tân Phong lên hạng 1"):
        assert words in told, words
    assert REASON in (await unit.get(path)).text
    assert "990" in (await unit.get(f"/vi-sao/{PERIOD}/{TAN_PHONG}/1.1")).text
    assert [row["rank"] for row in await city.standings(house) if row["unit_id"] == TAN_PHONG] == [1]
    addresses = [house.templates.admin_url(house.database(service)) for service in ("scoring", "registry")]
    assert replay.in_words(await replay.replay_scoring(*addresses)).endswith("dữ liệu lưu khớp với sự kiện.")


async def test_a_vote_is_recorded_from_the_board(front: Front) -> None:
    house, unit, office = front
    await reported(house, (TAN_PHONG, "900"), (QUYET_THANG, "900"), (SAN_THANG, "500"))
    path = f"/bang-khoi/{BLOCK}/bo-phieu"
    board = (await office.get(f"/bang-khoi/{BLOCK}")).text
    assert (f"{path}?ky={PERIOD}" in board, "đồng hạng: mọi tiêu chí so sánh đều bằng nhau" in board) == (True, True)
    assert "Ghi kết quả bỏ phiếu" not in (await unit.get(path)).text
    page = (await office.get(path)).text
    assert re.search(r"Số phiếu của Phường (Tân Phong|Quyết Thắng)", page)
    votes = {"ky": str(PERIOD), f"phieu:{TAN_PHONG}": "2", f"phieu:{QUYET_THANG}": "ba", "key": str(uuid4())}
    faulty = await office.post(path, data=votes)
    assert (faulty.status_code, "“ba” không phải số phiếu" in faulty.text) == (422, True)
    other = {f"phieu:{SAN_THANG}": "3", f"phieu:{TAN_PHONG}": "2", "ky": str(PERIOD), "key": str(uuid4())}
    assert (await office.post(path, data=other)).status_code == 409
    done = await office.post(path, data={**votes, f"phieu:{QUYET_THANG}": "3"})
    assert done.status_code == 303, done.text
    shown = (await office.get(done.headers["location"])).text
    assert "Đã ghi kết quả bỏ phiếu." in shown
    assert "hơn về số phiếu của khối" in (await office.get(f"/bang-khoi/{BLOCK}")).text
    once_more = await office.post(path, data={**votes, f"phieu:{QUYET_THANG}": "1", "key": str(uuid4())})
    assert (once_more.status_code, "Lý do ghi lại" in once_more.text) == (422, True)

    async def told() -> bool:
        return "Phường Tân Phong xuống hạng 2" in (await unit.get("/tin")).text

    await eventually(told, expect="the unit hears of its place")
