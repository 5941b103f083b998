"""Is a unit assessed under the law of the day on which it is decided?"""

from datetime import date

import orjson
import pytest
import yaml
from city import CAMPAIGN, PACK, TAN_PHONG
from house import House, event_of

from awards import actions
from awards.rules import Pack
from contracts.registry import PledgeChanged, PledgeState, RegistrationCalled, UnitKind, UnitRegistered, YearRecorded

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


def pledge(version: int, state: PledgeState, on: date | None) -> PledgeChanged:
    return PledgeChanged(
        campaign_id=CAMPAIGN,
        unit_id=TAN_PHONG,
        version=version,
        year=2023,
        state=state,
        titles=("TTLDTT",),
        pledged_on=on,
    )


async def test_a_pledge_tells_that_the_unit_registered_until_it_is_returned(house: House) -> None:
    """What the registry says of a pledge decides, before and after the year's figures came; a missing one has its day."""

    async def said(*events: PledgeChanged | YearRecorded) -> tuple[str, str | None, str | None]:
        async with house.at_work("awards") as tx:
            for event in events:
                learn = actions.learn_years if isinstance(event, YearRecorded) else actions.learn_pledges
                await learn(tx, [event_of(event)])
        found = await house.rows("awards", "SELECT assessment FROM verdicts WHERE title = 'TTLDTT'")
        told = next(
            each for each in orjson.loads(found[0]["assessment"])["conditions"] if each["condition"] == "pledged"
        )
        return told["finding"], told["value"], told["gap"]

    async with house.at_work("awards") as tx:
        await actions.adopt_pack(tx, Pack.model_validate(yaml.safe_load(PACK.read_text())))
        await actions.learn_units(tx, [event_of(UNIT)])
    await house.set_clock("awards", "2023-11-15 08:00+07")
    submitted = pledge(1, PledgeState.SUBMITTED, date(2023, 3, 20))
    assert await said(submitted) == ("met", "20/03/2023", None)
    assert await said(pledge(2, PledgeState.RETURNED, None), YEAR, submitted) == (
        "unknown",
        None,
        "chưa ghi nhận ngày đăng ký thi đua",
    )
    called = RegistrationCalled(campaign_id=CAMPAIGN, version=1, year=2023, due_on=date(2023, 3, 31))
    async with house.at_work("awards") as tx:
        await actions.learn_registrations(tx, [event_of(called)])
    late = await said(YEAR.model_copy(update={"version": 2}))
    assert late == ("unknown", None, "chưa ghi nhận đăng ký thi đua, hạn đăng ký 31/03/2023")
    assert await said(pledge(3, PledgeState.SUBMITTED, date(2023, 4, 2))) == ("met", "02/04/2023", None)
