"""Is a unit assessed under the law of the day on which it is decided?"""

from datetime import date

import pytest
import yaml
from city import PACK, TAN_PHONG
from house import House, event_of

from awards import actions
from awards.rules import Pack
from contracts.registry import UnitKind, UnitRegistered, YearRecorded

UNIT = UnitRegistered(
    unit_id=TAN_PHONG, version=1, name="Phường Tân Phong", kind=UnitKind.WARD, valid_from=date(2013, 12, 27)
)
YEAR = YearRecorded(
    unit_id=TAN_PHONG,
    year=2023,
    version=1,
    headcount=22,
    completed_tasks=22,
    advanced_workers=15,
    grassroots_fighters=2,
    disciplined=0,
)


@pytest.mark.parametrize(
    ("moment", "titles"),
    [("2023-12-31 23:30+07", ["CTD_TINH", "TTLDTT", "TTLDXS"]), ("2024-01-01 00:30+07", [])],
)
async def test_the_day_of_the_decision_begins_at_midnight_in_vietnam(
    house: House, moment: str, titles: list[str]
) -> None:
    """The pack of this city ends with 2023, and nothing has taken its place."""
    async with house.at_work("awards") as tx:
        await actions.adopt_pack(tx, Pack.model_validate(yaml.safe_load(PACK.read_text())))
        await actions.learn_units(tx, [event_of(UNIT)])
    await house.set_clock("awards", moment)
    async with house.at_work("awards") as tx:
        await actions.learn_years(tx, [event_of(YEAR)])
    found = await house.rows("awards", "SELECT title FROM verdicts ORDER BY title")
    assert [row["title"] for row in found] == titles
