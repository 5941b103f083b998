"""Do the rights of a block's head go with the headship, to whoever speaks for the unit, without anybody editing a file?"""

import re
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx2
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, SHEET, TAN_PHONG, submit
from desks import at_the_pages, open_pages
from house import House, ident

from chassis.testing import eventually
from scoring import actions
from scoring.actions import Reviewer
from scoring.rules import Look

NEXT_YEARS = ident("block-2024")


async def blocks_of(client: httpx2.AsyncClient) -> set[str]:
    grants = (await client.get("/api/me")).json()["grants"]
    return {grant["scope"] for grant in grants if grant["role"] == "block_head"}


async def conclude(client: httpx2.AsyncClient, value: str) -> int:
    """Say as the block what counts of San Thàng's first line; give the status of the answer."""
    look = {"criterion": "1.1", "agreed": False, "value": value, "reason": "Theo biên bản họp khối"}
    body = {"column": "block", "report_version": 1, "items": [look]}
    path = f"/api/scoring/campaigns/{CAMPAIGN}/periods/{PERIOD}/scores/{SAN_THANG}/verdicts"
    return (await client.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})).status_code


async def led_by(office: httpx2.AsyncClient, unit: UUID | None, from_on: str) -> None:
    body: dict[str, Any] = {"from_on": from_on, "head_unit_id": unit and str(unit), "reason": "Luân phiên trong khối"}
    answer = await office.post(f"/api/registry/blocks/{BLOCK}/heads", json=body)
    assert answer.status_code == 201, answer.text


async def test_the_new_head_concludes_cross_checks_and_the_old_one_no_longer(house: House) -> None:
    await open_pages(house)
    assert (await submit(house, SAN_THANG, "700")).status_code == 201
    await house.quiet()
    async with (
        at_the_pages(house, "noi-vu") as office,
        at_the_pages(house, "tan-phong") as old,
        at_the_pages(house, "quyet-thang") as new,
    ):
        assert (await blocks_of(old), await blocks_of(new), await blocks_of(office)) == ({str(BLOCK)}, set(), set())
        assert (await conclude(old, "690"), await conclude(new, "680")) == (200, 403)
        assert 'href="/xem-xet"' in (await old.get("/")).text
        await led_by(office, QUYET_THANG, "2023-11-15")

        async def moved() -> bool:
            return (await blocks_of(old), await blocks_of(new)) == (set(), {str(BLOCK)})

        # Long before a minute has passed: the bus has told of it.
        await eventually(moved, within=20, expect="the rights have moved with the headship")
        assert (await conclude(old, "690"), await conclude(new, "680")) == (403, 200)
        assert ('href="/xem-xet"' in (await old.get("/")).text, (await old.get("/xem-xet")).status_code) == (False, 403)
        assert (await new.get("/xem-xet")).status_code == 200
        listed = (await office.get("/tai-khoan")).text
        row = re.search(r"<th scope=\"row\">Cán bộ quyet-thang</th>.*?</tr>", listed)
        assert row
        assert "Cán bộ đầu mối: Phường Quyết Thắng; Khối trưởng: Khối xã, phường" in row[0]
        assert "argon2" not in listed
        assert "quyet-thang" not in (await office.get("/tai-khoan?sau=tan-phong")).text
        assert (await new.get("/tai-khoan")).status_code == 403


async def test_a_headship_that_is_to_come_gives_no_right_yet(house: House) -> None:
    """Neither one from tomorrow on nor that of the next year's block."""
    await open_pages(house)
    async with at_the_pages(house, "noi-vu") as office, at_the_pages(house, "quyet-thang") as coming:
        await led_by(office, QUYET_THANG, "2023-11-16")
        block = {**BLOCK_DOCUMENT, "year": 2024, "sheet_id": str(SHEET), "head_unit_id": str(QUYET_THANG)}
        assert (await office.put(f"/api/registry/blocks/{NEXT_YEARS}", json=block)).status_code == 200
        await house.quiet()
        assert await blocks_of(coming) == set()
    # What is known is asked anew once a minute; a gateway that starts asks at once.
    for service in ("registry", "gateway"):
        await house.set_clock(service, "2024-01-02 08:00+07")
    house.services["gateway"].kill()
    await house.open(["gateway"])
    async with at_the_pages(house, "quyet-thang") as head:
        assert await blocks_of(head) == {str(BLOCK), str(NEXT_YEARS)}


async def test_while_the_registry_is_away_nobody_gains_a_right(house: House) -> None:
    await open_pages(house)
    house.services["registry"].kill()
    async with at_the_pages(house, "tan-phong") as head:
        assert await blocks_of(head) == set()
        assert {grant["scope"] for grant in (await head.get("/api/me")).json()["grants"]} == {str(TAN_PHONG)}


async def test_home_tells_the_head_of_objections_and_the_office_of_appeals(house: House) -> None:
    await open_pages(house)
    assert (await submit(house, SAN_THANG, "700")).status_code == 201
    await house.quiet()
    said = [Look("1.1", agreed=False, value=Decimal(650), reason="Theo biên bản đối chiếu với Kho bạc")]
    async with house.at_work("scoring") as tx:
        await actions.assign_cross_checks(tx, (PERIOD, BLOCK), {SAN_THANG: QUYET_THANG}, "Khối trưởng")
    async with house.at_work("scoring") as tx:
        await actions.answer_cross_check(tx, (PERIOD, SAN_THANG), said, Reviewer("Quyết Thắng", QUYET_THANG))
    async with house.client("scoring", ("unit_officer", SAN_THANG), account="san-thang") as unit:
        body = {"period_id": str(PERIOD), "unit_id": str(SAN_THANG), "item": "1.1", "reason": said[0].reason}
        assert (await unit.post("/appeals", json=body)).status_code == 201
    async with (
        at_the_pages(house, "noi-vu") as office,
        at_the_pages(house, "tan-phong") as head,
        at_the_pages(house, "quyet-thang") as other,
    ):
        told = ("1 báo cáo có ý kiến không đồng ý chờ bạn kết luận", "1 kiến nghị chờ giải quyết")
        homes = [(await each.get("/")).text for each in (head, office, other)]
        assert [[words in home for words in told] for home in homes] == [[True, False], [False, True], [False, False]]
        path = f"/cham-cheo/{PERIOD}/{SAN_THANG}"
        assert (f'href="{path}"' in homes[0], 'href="/kien-nghi"' in homes[1]) == (True, True)
        assert "không đồng ý:</b>" in (await head.get(path)).text
        assert await conclude(head, "690") == 200
        assert told[0] not in (await head.get("/")).text
