"""Is a unit assessed under the law of the day on which it is decided, and on the newest points and place of it?"""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from typing import Any
from uuid import UUID

import orjson
import pytest
import yaml
from city import BLOCK, CAMPAIGN, CAMPAIGN_DOCUMENT, PACK, PERIOD, SHEET, TAN_PHONG, standings
from house import House, event_of, ident

from awards import actions
from awards.rules import Pack
from contracts.envelope import Event
from contracts.registry import (
    CampaignKind,
    CampaignLaunched,
    CampaignPeriod,
    PledgeChanged,
    PledgeState,
    RegistrationCalled,
    UnitKind,
    UnitRegistered,
    YearRecorded,
)
from contracts.scoring import BlockRescored, Place, RankingChanged, RescoredUnit, ScoreChanged

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


OTHER = ident("other-block")


def ranked(block: UUID, version: int, rank: int) -> Event[RankingChanged]:
    place = Place(unit_id=TAN_PHONG, rank=rank, previous_rank=None, points=Decimal(90), percent=Decimal(90), among=rank)
    return event_of(
        RankingChanged(
            campaign_id=CAMPAIGN,
            period_id=PERIOD,
            block_id=block,
            version=version,
            members=7,
            ranked=7,
            leader_points=Decimal(95),
            changed=(place,),
        )
    )


def scored(block: UUID, version: int) -> Event[ScoreChanged]:
    facts = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": block, "unit_id": TAN_PHONG, "version": version}
    points = {"points": Decimal(90), "maximum": Decimal(100), "percent": Decimal(90), "criteria": ()}
    return event_of(ScoreChanged(**facts, **points, report_version=1, sheet_id=SHEET, sheet_version=1))


async def test_the_place_in_the_yearly_campaign_counts_beside_a_themed_one_of_more_periods(house: House) -> None:
    moment = datetime(2023, 12, 15, tzinfo=UTC)
    days = {"starts_on": date(2023, 1, 1), "ends_on": date(2023, 12, 31), "version": 1, "year": 2023, "name": "Năm"}
    at = dict.fromkeys(("opens_at", "due_at", "closes_at"), moment)

    def launched(campaign: UUID, period: UUID, number: int, kind: CampaignKind) -> Event[CampaignLaunched]:
        of = CampaignPeriod(period_id=period, number=number, name="Kỳ", **at)
        return event_of(CampaignLaunched(campaign_id=campaign, kind=kind, periods=(of,), **days))

    themed, second = ident("themed-campaign"), ident("second-themed-period")
    async with house.at_work("awards") as tx:
        await actions.adopt_pack(tx, Pack.model_validate(yaml.safe_load(PACK.read_text())))
        await actions.learn_units(tx, [event_of(UNIT)])
        yearly = launched(CAMPAIGN, PERIOD, 1, CampaignKind.YEARLY)
        await actions.learn_periods(tx, [yearly, launched(themed, second, 2, CampaignKind.THEMED)])
        await actions.learn_places(tx, [ranked(BLOCK, 1, 2)])
        elsewhere = ranked(BLOCK, 1, 7).data.model_copy(update={"campaign_id": themed, "period_id": second})
        await actions.learn_places(tx, [event_of(elsewhere)])
    found = await house.rows("awards", "SELECT inputs FROM verdicts WHERE title = 'CTD_TINH'")
    assert '"rank": 2' in found[0]["inputs"]


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_of_a_unit_that_moved_the_place_in_its_new_block_counts(house: House, order: tuple[int, ...]) -> None:
    """The old board has seen more versions than the new one; in whatever order it is told, the new block counts."""
    moment = datetime(2023, 12, 15, tzinfo=UTC)
    period = CampaignPeriod(period_id=PERIOD, number=1, name="Năm", opens_at=moment, due_at=moment, closes_at=moment)
    days = {"starts_on": date(2023, 1, 1), "ends_on": date(2023, 12, 31)}
    launched = CampaignLaunched(campaign_id=CAMPAIGN, version=1, year=2023, name="Năm", periods=(period,), **days)
    async with house.at_work("awards") as tx:
        await actions.adopt_pack(tx, Pack.model_validate(yaml.safe_load(PACK.read_text())))
        await actions.learn_units(tx, [event_of(UNIT)])
        await actions.learn_periods(tx, [event_of(launched)])
    heard = [ranked(BLOCK, 9, 5), scored(BLOCK, 1), ranked(OTHER, 1, 2), scored(OTHER, 2)]
    for place in order:
        async with house.at_work("awards") as tx:
            event = heard[place]
            if isinstance(event.data, RankingChanged):
                await actions.learn_places(tx, [event])  # type: ignore[list-item]
            else:
                await actions.learn_scores(tx, [event])  # type: ignore[list-item]
    found = await house.rows("awards", "SELECT inputs FROM verdicts WHERE title = 'CTD_TINH'")
    assert '"rank": 2' in found[0]["inputs"]


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


_BOARD: dict[str, Any] = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": BLOCK, "members": 3, "ranked": 3}
_SCORE = {"unit_id": TAN_PHONG, "maximum": 100}
SCORED, RANKED, RESCORED = (
    event_of(
        ScoreChanged(
            **{name: _BOARD[name] for name in ("campaign_id", "period_id", "block_id")},
            **_SCORE,
            version=1,
            report_version=1,
            sheet_id=SHEET,
            sheet_version=1,
            points=90,
            percent=90,
            criteria=(),
        )
    ),
    event_of(
        RankingChanged(
            **_BOARD,
            version=1,
            changed=(Place(unit_id=TAN_PHONG, rank=1, previous_rank=None, points=90, percent=90, among=1),),
        )
    ),
    event_of(
        BlockRescored(
            **_BOARD,
            rescoring_id=ident("rescoring"),
            sheet_id=SHEET,
            sheet_version=2,
            version=2,
            part=1,
            parts=1,
            leader_points=85,
            changed=(
                RescoredUnit(
                    **_SCORE, version=2, points=80, percent=80, previous_points=90, rank=2, previous_rank=1, among=2
                ),
            ),
        )
    ),
)
HEARD = {
    SCORED.type: (actions.learn_scores, SCORED),
    RANKED.type: (actions.learn_places, RANKED),
    RESCORED.type: (actions.learn_rescored_blocks, RESCORED),
}


@pytest.mark.parametrize("order", list(permutations(HEARD)), ids=" ".join)
async def test_a_rescored_block_counts_whatever_came_before_or_comes_again(
    house: House, order: tuple[str, ...]
) -> None:
    launched = CampaignLaunched.model_validate({**CAMPAIGN_DOCUMENT, "campaign_id": CAMPAIGN, "version": 1})
    async with house.at_work("awards") as tx:
        await actions.adopt_pack(tx, Pack.model_validate(yaml.safe_load(PACK.read_text())))
        await actions.learn_units(tx, [event_of(UNIT)])
        await actions.learn_years(tx, [event_of(YEAR)])
        await actions.learn_periods(tx, [event_of(launched)])
    for name in (*order, *order):
        take, event = HEARD[name]
        async with house.at_work("awards") as tx:
            await take(tx, [event])
    scores = await house.rows("awards", "SELECT version, points, percent FROM score_versions")
    assert [tuple(row) for row in scores] == [(2, 80, 80)]
    assert [(row["board_version"], row["rank"], row["points"]) for row in await standings(house)] == [(2, 2, 80)]
    boards = await house.rows("awards", "SELECT version, ranked, leader_points FROM boards")
    assert [tuple(row) for row in boards] == [(2, 3, Decimal(85))]
    (assessed,) = await house.rows("awards", "SELECT inputs FROM verdicts WHERE title = 'CTD_TINH'")
    assert '"rank": 2' in assessed["inputs"]
