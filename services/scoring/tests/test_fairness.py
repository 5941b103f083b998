"""Does the view of fairness weigh what reviewers changed, and judge a line by the blocks in which places are given?"""

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from city import BLOCK_DOCUMENT, CAMPAIGN, CAMPAIGN_DOCUMENT, PERIOD, SHEET_DOCUMENT
from house import House, event_of, ident

from chassis.db import Read
from contracts.appraisal import Column
from contracts.registry import BlockFormed, CampaignLaunched, ReportedValue, ReportSubmitted
from scoring import actions, queries
from scoring.actions import Reviewer
from scoring.rules import Look, Sheet

SHEET = ident("fairness-sheet")
PLEDGED, NOT_PLEDGED = ident("fairness-pledged"), ident("fairness-not-pledged")
OFFICE, STRICT, MILD = Reviewer("Phòng Nội vụ"), Reviewer("Khối trưởng A"), Reviewer("Khối trưởng B")


def units(block: UUID) -> list[UUID]:
    return [ident(f"{block}-{number}") for number in range(3)]


async def city(house: House, document: Mapping[str, Any] = SHEET_DOCUMENT, *, least: int = 800) -> None:
    """Two blocks of three units: 800, 900 and 1000 of 1000 in both; all of the one have pledged, nobody of the other."""
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, Sheet.model_validate(document))
        campaign = {**CAMPAIGN_DOCUMENT, "campaign_id": CAMPAIGN, "version": 1}
        await actions.learn_periods(tx, [event_of(CampaignLaunched.model_validate(campaign))])
        for block in (PLEDGED, NOT_PLEDGED):
            formed = {**BLOCK_DOCUMENT, "sheet_id": SHEET, "head_unit_id": None, "member_unit_ids": units(block)}
            formed |= {"block_id": block, "version": 1}
            await actions.learn_blocks(tx, [event_of(BlockFormed.model_validate(formed))])
            for number, unit in enumerate(units(block)):
                said = {"1.1": least + 100 * number, "2.1": int(block == PLEDGED)}
                values = tuple(ReportedValue(criterion=code, value=Decimal(each)) for code, each in said.items())
                told = {"report_id": uuid4(), "receipt_number": f"BN-{unit}", "version": 1, "values": values}
                where = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": block, "unit_id": unit}
                report = ReportSubmitted(**told, **where, accepted_at=datetime.now(UTC), late=False)
                await actions.take_up_reports(tx, [event_of(report)])


async def looked(
    house: House, unit: UUID, by: Reviewer, value: int | None = None, column: Column = Column.BLOCK
) -> None:
    look = Look("1.1", agreed=True)
    if value is not None:
        look = Look("1.1", agreed=False, value=Decimal(value), reason="Theo biên bản")
    async with house.at_work("scoring") as tx:
        await actions.give_verdicts(tx, (PERIOD, unit), column, [look], by)


async def fair(house: House) -> dict[str, Any]:
    async with house.at_work("scoring") as tx:
        return await queries.fairness(Read(tx.db), PERIOD)


async def test_a_line_that_tells_nobody_apart_within_any_block_is_named_though_blocks_differ(house: House) -> None:
    await city(house)
    (line,) = (await fair(house))["same_in_blocks"]
    assert (line["criterion"], line["blocks"], line["units"]) == ("2.1", 2, 6)
    assert (line["lowest"], line["highest"]) == (0, 10)


async def test_how_strict_a_reviewer_is_counts_points_and_not_how_often_something_was_changed(house: House) -> None:
    await city(house)
    one, two, _ = units(PLEDGED)
    first, second, third = units(NOT_PLEDGED)
    # One takes nine points once in two looks; the other takes half a point three times of three.
    await looked(house, one, STRICT)
    await looked(house, two, STRICT, 800)
    for unit, value in ((first, 795), (second, 895), (third, 995)):
        await looked(house, unit, MILD, value)
    # What the office says beside that is weighed for itself, against what the unit said.
    await looked(house, two, OFFICE, 1000, Column.APPRAISAL)
    told = {each["by_post"]: each for each in (await fair(house))["reviewers"]}
    assert next(each for each in told if told[each]["column"] == "block") == STRICT.post
    strict, mild, office = (told[by.post] for by in (STRICT, MILD, OFFICE))
    assert (strict["looks"], strict["changed"], strict["units"]) == (2, 1, 2)
    assert (strict["difference"], strict["taken"], strict["added"]) == (Decimal("-4.5"), Decimal("4.5"), 0)
    assert strict["largest"] == 9
    assert (mild["changed"], mild["units"]) == (3, 3)
    assert (office["difference"], office["taken"], office["added"]) == (9, 0, 9)
    async with house.at_work("scoring") as tx:
        asked = {"block_id": PLEDGED, "skip": 0, "most": 1}
        listed = await queries.fairness_of_units(Read(tx.db), PERIOD, **asked)
    assert (listed["items"][0]["unit_id"], listed["more"]) == (two, True)
    amounts = [listed["items"][0][name] for name in ("self", "block", "appraisal", "final", "difference")]
    assert amounts == [Decimal(91), Decimal(82), Decimal(100), Decimal(100), Decimal(9)]


async def test_a_penalty_takes_and_what_goes_beyond_a_target_adds(house: House) -> None:
    document = deepcopy(SHEET_DOCUMENT)
    document["groups"][0]["criteria"][0]["rule"] |= {"over_rate": "0.002", "over_cap": "0.05"}
    fires = {"code": "P.1", "name": "Vụ cháy", "measure": "vụ", "maximum": "5", "role": "penalty"}
    fires["rule"] = {"kind": "per_item", "each": "0.5"}
    await city(house, {**document, "extras": [fires]}, least=1000)
    # All reached the target: on that line they differ by what they did beyond it alone.
    assert [line["criterion"] for line in (await fair(house))["same_in_blocks"]] == ["2.1", "P.1"]
    *_, most = units(PLEDGED)
    looks = [Look("1.1", agreed=False, value=Decimal(1000), reason="Theo biên bản")]
    looks.append(Look("P.1", agreed=False, value=Decimal(2), reason="Theo sổ trực ban"))
    async with house.at_work("scoring") as tx:
        await actions.give_verdicts(tx, (PERIOD, most), Column.APPRAISAL, looks, OFFICE)
    async with house.at_work("scoring") as tx:
        asked = {"least": queries.Least(Decimal(1), Decimal(0)), "block_id": None, "skip": 0, "most": 5}
        (unit,) = (await queries.discrepancies(Read(tx.db), PERIOD, "self-appraisal", **asked))["items"]
    told = {line["criterion"]: (line["first"], line["second"], line["difference"]) for line in unit["lines"]}
    beyond = Decimal("3.6")
    assert told == {"1.1": (90 + beyond, 90, -beyond), "P.1": (0, -1, -1)}
    assert unit["difference"] == sum(difference for *_, difference in told.values())
    assert [line["criterion"] for line in (await fair(house))["same_in_blocks"]] == ["2.1"]
