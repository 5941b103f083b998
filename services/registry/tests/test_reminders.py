"""Are units reminded by the clock before a report is due: those that have not sent, on the days set, once each?"""

from datetime import datetime
from typing import Any

import city
import orjson
from city import BLOCK, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from house import House

from chassis.testing import eventually
from registry import actions


async def told(house: House) -> list[dict[str, Any]]:
    query = "SELECT bytes FROM event_log WHERE type = 'registry.reports_reminded.v1' ORDER BY id"
    return [orjson.loads(row["bytes"]) for row in await house.rows("registry", query)]


async def look(house: House, moment: str, *, times: int = 2) -> int:
    """Have the clock ask at this moment, more than once; give how many reminders there are now."""
    await house.set_clock("registry", moment)
    for _ in range(times):
        async with house.at_work("registry") as tx:
            await actions.remind_of_due(tx, days=(3, 1), from_hour=8)
    return len(await told(house))


async def test_who_has_not_sent_is_reminded_on_the_days_before_it_is_due_and_once_on_each(house: House) -> None:
    await house.open(["registry", "scoring"])
    await city.found(house)
    assert (await submit(house, TAN_PHONG, "900")).status_code == 201
    assert await look(house, "2023-11-26 20:00:00+07") == 0
    assert await look(house, "2023-11-27 07:59:00+07") == 0
    assert await look(house, "2023-11-27 08:01:00+07") == 1
    assert await look(house, "2023-11-28 09:00:00+07") == 1
    async with house.office("registry") as office:
        later = [{**city.CAMPAIGN_DOCUMENT["periods"][0], "due_at": "2023-12-01T17:00:00+07:00"}]
        moved = await office.put(f"/campaigns/{CAMPAIGN}", json={**city.CAMPAIGN_DOCUMENT, "periods": later})
        assert moved.status_code == 200, moved.text
    assert (await submit(house, QUYET_THANG, "900")).status_code == 201
    assert await look(house, "2023-11-29 08:01:00+07") == 1
    assert await look(house, "2023-11-30 23:59:00+07") == 2
    assert await look(house, "2023-12-01 09:00:00+07") == 2
    first, second = [each["data"] for each in await told(house)]
    assert (first["block_id"], first["period_id"], first["by"], first["late"]) == (str(BLOCK), str(PERIOD), None, False)
    assert first["unit_ids"] == sorted([str(QUYET_THANG), str(SAN_THANG)])
    assert second["unit_ids"] == [str(SAN_THANG)]
    assert datetime.fromisoformat(second["due_at"]) == datetime.fromisoformat("2023-12-01T17:00:00+07:00")


async def test_an_ended_campaign_reminds_nobody(house: House) -> None:
    await house.open(["registry", "scoring"])
    await city.found(house)
    async with house.office("registry") as office:
        ended = await office.post(f"/campaigns/{CAMPAIGN}/steps", json={"act": "close", "version": 1})
        assert ended.status_code == 200, ended.text
    assert await look(house, "2023-11-27 09:00:00+07") == 0


async def test_the_running_service_looks_by_itself(house: House) -> None:
    """And the units have it: by the clock, in the name of no account."""
    await house.open(["registry", "scoring", "notify"], REMIND_SECONDS="0.1")
    await city.found(house)
    await house.set_clock("registry", "2023-11-29 09:00:00+07")

    async def reminded() -> list[dict[str, Any]]:
        found = await told(house)
        assert found
        return found

    (event,) = await eventually(reminded)
    assert event["actor"] == "system"
    await house.quiet()
    rows = await house.rows("notify", "SELECT scope_id, text FROM messages WHERE link = $1", f"/bao-cao/{PERIOD}")
    assert {row["scope_id"]: row["text"] for row in rows} == {
        unit: f"Hệ thống nhắc {name}: hạn nộp 17:00 ngày 30/11/2023." for unit, name in city.UNITS.items()
    }
    kept = await house.rows("notify", "SELECT by, actor FROM reminders")
    assert {(row["by"], row["actor"]) for row in kept} == {(None, "system")}
    assert len(await told(house)) == 1
