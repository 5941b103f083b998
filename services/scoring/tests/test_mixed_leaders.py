"""Are leaders those of the whole board while its units stand on different versions of a sheet?"""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG
from house import House, event_of, ident

from contracts.appraisal import Column
from contracts.catalog import event_class
from contracts.envelope import Event
from contracts.registry import BlockFormed, ReportedValue, ReportSubmitted
from contracts.scoring import RescoringAdvanced
from scoring import actions
from scoring.actions.verdicts import Reviewer
from scoring.rules import ConcludedBy, Facts, Look, Sheet, lead, score

SHEET = ident("mixed-sheet")
HALF, RATIO = {"kind": "half_plus_leader"}, {"kind": "ratio_linear"}
REASON = "Theo hồ sơ lưu tại đơn vị"


def sheet(version: int, concluded_by: ConcludedBy = ConcludedBy.LATEST_COLUMN, *, rule: Any = HALF) -> Sheet:
    line = {"code": "21", "name": "Mục", "measure": "vụ", "maximum": "100", "target": "10", "rule": rule}
    own = {"key": "p", "name": f"Bản {version}", "note": "Mẫu – chưa phải quy định", "total": "100", "step": "0.01"}
    group = {"code": "I", "name": "Nhóm", "maximum": "100", "criteria": [line]}
    return Sheet.model_validate({**own, "groups": [group], "concluded_by": concluded_by})


async def publish(house: House, made: Sheet) -> None:
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, SHEET, made)


async def form(house: House) -> None:
    units = (TAN_PHONG, QUYET_THANG, SAN_THANG)
    document = {**BLOCK_DOCUMENT, "block_id": BLOCK, "version": 1, "head_unit_id": None, "sheet_id": SHEET}
    async with house.at_work("scoring") as tx:
        formed = BlockFormed.model_validate({**document, "member_unit_ids": units})
        await actions.learn_blocks(tx, [event_of(formed)])


async def report(house: House, unit: UUID, value: int, version: int = 1) -> None:
    key = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": BLOCK, "unit_id": unit, "version": version}
    kept = {"report_id": uuid4(), "receipt_number": "BN-2311-0001", "accepted_at": datetime.now(UTC), "late": False}
    said = (ReportedValue(criterion="21", value=Decimal(value)),)
    async with house.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [event_of(ReportSubmitted(**key, **kept, values=said))])


async def look(house: House, unit: UUID, column: Column, value: int) -> None:
    said = Look("21", agreed=False, value=Decimal(value), reason=REASON)
    async with house.at_work("scoring") as tx:
        await actions.give_verdicts(tx, (PERIOD, unit), column, [said], Reviewer("Cán bộ 01"))


async def start(house: House) -> None:
    async with house.at_work("scoring") as tx:
        await actions.start_rescoring(tx, SHEET, None)


async def finish(house: House) -> None:
    named = RescoringAdvanced.event_type
    while True:
        rows = await house.rows("scoring", "SELECT bytes FROM event_log WHERE type = $1 ORDER BY id", named)
        last: Event[RescoringAdvanced] = event_class(named).decoded(rows[-1]["bytes"])
        if last.data.ended:
            return
        async with house.at_work("scoring") as tx:
            await actions.advance_rescorings(tx, [last])


async def stand(house: House) -> dict[UUID, tuple[int, Decimal]]:
    """Give of each unit the version on which it stands, and its points."""
    rows = await house.rows("scoring", "SELECT unit_id, sheet_version, points FROM scores")
    return {row["unit_id"]: (row["sheet_version"], row["points"]) for row in rows}


def points(value: int, *counting: int) -> Decimal:
    """Give what a value comes to where these count of the whole board."""
    facts = [Facts(values={"21": Decimal(each)}) for each in counting]
    block = lead(sheet(1), facts, closed=False)
    assert block.leaders == {"21": Fraction(max(counting) - 10, 10)}
    return score(sheet(1), Facts(values={"21": Decimal(value)}), block).points


async def test_whoever_keeps_an_older_version_without_leaders_still_leads_those_on_the_newer(house: House) -> None:
    await publish(house, sheet(1, rule=RATIO))
    await form(house)
    await report(house, QUYET_THANG, 20)
    await publish(house, sheet(2))
    await report(house, TAN_PHONG, 15)
    assert await stand(house) == {QUYET_THANG: (1, 100), TAN_PHONG: (2, points(15, 15, 20))}
    await look(house, QUYET_THANG, Column.BLOCK, 12)
    assert await stand(house) == {QUYET_THANG: (1, 100), TAN_PHONG: (2, points(15, 15, 12))}


async def test_a_rescoring_that_concludes_otherwise_gives_other_leaders_also_to_whoever_stands_on_its_version(
    house: House,
) -> None:
    """One has reported since it was published, and was scored against what the other came to by the version before."""
    await publish(house, sheet(1))
    await form(house)
    await report(house, TAN_PHONG, 15)
    await report(house, QUYET_THANG, 40)
    for column, value in ((Column.BLOCK, 15), (Column.APPRAISAL, 20)):
        await look(house, QUYET_THANG, column, value)
    await publish(house, sheet(2, ConcludedBy.LOWEST))
    await report(house, SAN_THANG, 12)
    assert await stand(house) == {
        QUYET_THANG: (1, 100),
        TAN_PHONG: (1, points(15, 20)),
        SAN_THANG: (2, points(12, 20)),
    }
    await start(house)
    await finish(house)
    assert await stand(house) == {QUYET_THANG: (2, 100), TAN_PHONG: (2, 100), SAN_THANG: (2, points(12, 15))}
    ranks = await house.rows("scoring", "SELECT unit_id, points FROM places")
    assert {row["unit_id"]: row["points"] for row in ranks} == {
        unit: points for unit, (_, points) in (await stand(house)).items()
    }


async def test_whoever_stands_on_a_newer_version_leads_by_what_that_version_concludes(house: House) -> None:
    """It was published while the one before is being rescored."""
    await publish(house, sheet(1))
    await form(house)
    await report(house, TAN_PHONG, 15)
    await publish(house, sheet(2, ConcludedBy.LOWEST))
    await start(house)
    await publish(house, sheet(3))
    await report(house, SAN_THANG, 40)
    for column, value in ((Column.BLOCK, 12), (Column.APPRAISAL, 20)):
        await look(house, SAN_THANG, column, value)
    await finish(house)
    assert await stand(house) == {TAN_PHONG: (2, points(15, 20)), SAN_THANG: (3, 100)}
