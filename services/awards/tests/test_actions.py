"""Is a unit assessed under the law of the day on which it is decided, and on the newest points and place of it?"""

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import yaml
from city import BLOCK, CAMPAIGN, CAMPAIGN_DOCUMENT, PACK, PERIOD, SHEET, TAN_PHONG
from house import House, event_of, ident

from awards import actions
from awards.rules import Pack
from contracts.registry import CampaignLaunched, UnitKind, UnitRegistered, YearRecorded
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
            changed=(Place(unit_id=TAN_PHONG, rank=1, previous_rank=None, points=90, percent=90),),
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
                RescoredUnit(**_SCORE, version=2, points=80, percent=80, previous_points=90, rank=2, previous_rank=1),
            ),
        )
    ),
)
HEARD = {
    SCORED.type: (actions.learn_scores, SCORED),
    RANKED.type: (actions.learn_places, RANKED),
    RESCORED.type: (actions.learn_rescored_blocks, RESCORED),
}


@pytest.mark.parametrize("order", list(itertools.permutations(HEARD)), ids=" ".join)
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
    places = await house.rows("awards", "SELECT board_version, rank, points, ranked, leader_points FROM standings")
    assert [tuple(row) for row in places] == [(2, 2, 80, 3, Decimal(85))]
    (assessed,) = await house.rows("awards", "SELECT inputs FROM verdicts WHERE title = 'CTD_TINH'")
    assert '"rank": 2' in assessed["inputs"]
