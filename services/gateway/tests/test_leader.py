"""Does whoever leads the city read of every board what the office reads, and can do nothing there, at pages and services?"""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from city import BLOCK, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, SHEET, TAN_PHONG, found, submit
from desks import ACCOUNTS, at_the_pages, open_pages
from house import CITY, EVENT_SERVICES, House

from contracts.appraisal import Column
from scoring import actions
from scoring.actions import Reviewer
from scoring.rules import Look

LEADER = ("city_leader", CITY)
PLACE = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}"
BOARD = f"{PLACE}/boards/{BLOCK}"
READ = {
    "scoring": [
        BOARD,
        f"{BOARD}/waiting",
        f"{BOARD}/columns",
        f"{BOARD}/votes",
        f"{PLACE}/scores/{TAN_PHONG}",
        f"{PLACE}/scores/{TAN_PHONG}/columns",
        f"{PLACE}/discrepancies",
        f"{PLACE}/fairness",
        f"{PLACE}/city-board?standing=live",
        "/appeals",
    ],
    "registry": [f"{PLACE}/missing", f"{PLACE}/blocks/{BLOCK}/missing"],
}
DONE: dict[str, list[tuple[str, str, Any]]] = {
    "scoring": [
        ("PUT", f"{BOARD}/publications/1", {"state": "frozen", "digest": "0" * 64, "reason": None}),
        ("PUT", f"{BOARD}/cross-checks", {"checks": {str(TAN_PHONG): str(QUYET_THANG)}}),
        ("POST", f"{BOARD}/votes", {"votes": {str(TAN_PHONG): 1, str(QUYET_THANG): 2}, "reason": ""}),
        ("POST", f"/sheets/{SHEET}/rescorings", {}),
        ("POST", "/rehearsals", {"period_id": str(PERIOD), "sheet_id": str(SHEET)}),
        ("POST", f"/rehearsals/{uuid4()}/discard", {}),
        (
            "POST",
            f"{PLACE}/scores/{TAN_PHONG}/verdicts",
            {"column": "appraisal", "report_version": 1, "items": [{"criterion": "1.1", "agreed": True}]},
        ),
    ],
    "registry": [
        ("POST", f"{PLACE}/blocks/{BLOCK}/reminders", {"unit_ids": [str(SAN_THANG)]}),
        ("POST", f"/campaigns/{CAMPAIGN}/steps", {"act": "close", "version": 1}),
        ("PUT", f"/campaigns/{CAMPAIGN}/units/{TAN_PHONG}/targets", {"targets": []}),
    ],
}


@pytest_asyncio.fixture
async def city(house: House) -> House:
    """A whole house where two of three units have reported, one of them otherwise than the office found."""
    await open_pages(house)
    for unit, amount in ((TAN_PHONG, "900"), (QUYET_THANG, "1000")):
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()
    async with house.at_work("scoring") as tx:
        looks = [Look("1.1", agreed=False, value=Decimal(800), reason="Theo biên bản"), Look("2.1", agreed=True)]
        await actions.give_verdicts(tx, (PERIOD, QUYET_THANG), Column.APPRAISAL, looks, Reviewer("Phòng Nội vụ"))
    await house.quiet()
    return house


async def test_the_services_let_the_leader_read_and_do_nothing(city: House) -> None:
    for service, paths in READ.items():
        async with city.client(service, LEADER, account="lanh-dao") as leader:
            for path in paths:
                answer = await leader.get(path)
                assert answer.status_code == 200, (path, answer.text)
            for method, path, body in DONE[service]:
                refused = await leader.request(method, path, json=body)
                assert refused.status_code == 403, (path, refused.status_code, refused.text)
    async with city.client("scoring", LEADER, account="lanh-dao") as leader:
        assert (await leader.get(f"{BOARD}/waiting")).json()["possible"] == []


async def test_whoever_leads_beside_another_post_keeps_what_there_is_to_do(house: House) -> None:
    path = Path(house.write_accounts(**ACCOUNTS))
    accounts = json.loads(path.read_text())
    for each in accounts:
        if each["account"] in {"tan-phong", "noi-vu"}:
            each["grants"].append({"role": "city_leader", "scope": str(CITY)})
    path.write_text(json.dumps(accounts))
    await house.open([*EVENT_SERVICES, "gateway"], ACCOUNTS_FILE=str(path))
    await found(house)
    async with at_the_pages(house, "tan-phong") as own, at_the_pages(house, "noi-vu") as office:
        for client, said in ((own, "Báo cáo năm 2023"), (office, "Khối xã, phường")):
            home = (await client.get("/")).text
            assert ("Việc cần làm" in home, "Tổng quan" in home, said in home) == (True, False, True)
        # What it may read as the city's leader, it reads all the same.
        assert (await own.get(f"/chua-nop?ky={PERIOD}")).status_code == 200


async def test_home_answers_what_a_leader_asks_first(city: House) -> None:
    async with at_the_pages(city, "lanh-dao") as leader:
        home = (await leader.get("/")).text
        shown = " ".join(re.sub(r"<[^>]+>", " ", home).split())
        for said in (
            "đơn vị chưa nộp 1",
            "đơn vị đã xếp hạng, trong 3 2",
            "bảng đã công bố, trong 1 0",
            "kiến nghị chưa giải quyết 0",
            "2 việc cần để ý",
            "1 đơn vị tự chấm và thẩm định chênh từ 5% điểm tối đa",
        ):
            assert said in shown, (said, shown)
        for path in re.findall(r'href="(/(?:chua-nop|chenh-lech|bang-khoi|bang-thanh-pho|cong-bang)[^"]*)"', home):
            answer = await leader.get(path.replace("&amp;", "&"), follow_redirects=True)
            assert answer.status_code == 200, (path, answer.status_code)
        # The list of who is late is read; nobody is reminded from here.
        late = (await leader.get(f"/chua-nop/{PERIOD}/{BLOCK}")).text
        assert ("Xã San Thàng" in late, "Nhắc tất cả" in late) == (True, False)
        assert (await leader.post(f"/chua-nop/{PERIOD}/{BLOCK}")).status_code == 403
        for path in ("/tai-khoan", "/can-bo", "/bang-diem", "/nhap-danh-sach", "/xem-xet"):
            assert (await leader.get(path)).status_code == 403, path


@pytest.mark.parametrize("account", ["noi-vu", "lanh-dao"])
async def test_two_units_side_by_side_are_told_apart_in_sentences(city: House, account: str) -> None:
    async with at_the_pages(city, account) as reader:
        page = (await reader.get(f"/bang-khoi/{BLOCK}/so-sanh?ky={PERIOD}&a={QUYET_THANG}&b={TAN_PHONG}")).text
    assert "Phường Tân Phong (hạng 1) hơn Phường Quyết Thắng (hạng 2) 9,00 điểm, tức 9% điểm tối đa áp dụng." in page
    assert "Hơn nhiều nhất ở mục 1.1 Thu ngân sách trên địa bàn (9,00 điểm)." in page
    assert "Kém ở mục" not in page
