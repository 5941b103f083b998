"""Is every unit that a campaign addresses named when it is launched, changed and closed, however many there are?"""

from typing import Any
from uuid import UUID

import city
import orjson
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, CAMPAIGN_DOCUMENT, QUYET_THANG, SAN_THANG, TAN_PHONG, UNIT_DOCUMENTS
from house import House

from contracts.notices import CallKind
from registry import actions
from registry.actions.bodies import UnitBody
from registry.actions.calling import call_units


async def told(house: House, kind: str) -> list[dict[str, Any]]:
    query = "SELECT bytes FROM event_log WHERE type = $1 ORDER BY id"
    return [orjson.loads(row["bytes"])["data"] for row in await house.rows("registry", query, f"registry.{kind}.v1")]


async def test_a_launch_a_change_and_an_end_call_whom_the_preview_counted(house: House) -> None:
    wards = {"scope": {"reach": "kinds", "kinds": ["ward"]}}
    milestones = [{"kind": "registration", "name": "Hạn đăng ký", "on": "2023-11-20"}]
    await house.open(["registry", "scoring"])
    await city.found(house)
    async with house.office("registry") as office:
        for body in ({**CAMPAIGN_DOCUMENT, **wards}, {**CAMPAIGN_DOCUMENT, **wards, "milestones": milestones}):
            for _ in range(2):
                assert (await office.put(f"/campaigns/{CAMPAIGN}", json=body)).status_code == 200
        closed = await office.post(f"/campaigns/{CAMPAIGN}/steps", json={"act": "close", "version": 3})
        assert closed.status_code == 200, closed.text
    said = await told(house, "units_called")
    named = [(each["kind"], each["version"], each["register_by"], len(each["unit_ids"])) for each in said]
    assert named == [
        ("launched", 1, None, 3),
        ("changed", 2, None, 2),
        # The commune that is no ward hears that it is none of those any more, once.
        ("changed", 2, None, 1),
        ("changed", 3, "2023-11-20", 2),
        ("closed", 4, None, 2),
    ]
    assert [(each["unit_ids"], each["version"]) for each in said if each.get("left")] == [([str(SAN_THANG)], 2)]
    assert said[-1]["unit_ids"] == sorted([str(TAN_PHONG), str(QUYET_THANG)])


async def test_many_units_are_called_in_parts_and_each_in_one(house: House) -> None:
    async with house.at_work("registry") as tx:
        for unit, document in UNIT_DOCUMENTS.items():
            await actions.register_unit(tx, unit, UnitBody.model_validate_json(orjson.dumps(document)), post="thử")
        row = {**CAMPAIGN_DOCUMENT, "scope": {"reach": "all"}}
        await call_units(tx, CAMPAIGN, row, kind=CallKind.LAUNCHED, version=1, at_once=2)
    said = await told(house, "units_called")
    assert [(each["part"], each["parts"], len(each["unit_ids"])) for each in said] == [(1, 2, 2), (2, 2, 1)]
    assert {UUID(unit) for each in said for unit in each["unit_ids"]} == set(UNIT_DOCUMENTS)


async def test_a_change_of_the_lead_names_who_led_until_then(house: House) -> None:
    """The second turn follows the first, though that was written down for a later day."""
    assert BLOCK_DOCUMENT["head_unit_id"] == str(TAN_PHONG)
    await house.open(["registry", "scoring"])
    await city.found(house)
    turns = (("2023-12-01", str(QUYET_THANG)), ("2023-12-20", None))
    async with house.office("registry") as office:
        for day, head in turns:
            body = {"from_on": day, "head_unit_id": head, "deputy_unit_id": None, "reason": "theo quyết định"}
            answer = await office.post(f"/blocks/{BLOCK}/heads", json=body)
            assert answer.status_code == 201, answer.text
    said = await told(house, "block_head_changed")
    assert [(each["head_unit_id"], each.get("previous_head_unit_id")) for each in said] == [
        (str(QUYET_THANG), str(TAN_PHONG)),
        (None, str(QUYET_THANG)),
    ]
