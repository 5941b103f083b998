"""Are the units that are scored by a sheet told of its new version, once, and nobody else?"""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from city import BLOCK, BLOCK_DOCUMENT, QUYET_THANG, SAN_THANG, SHEET, TAN_PHONG
from house import House, event_of, ident

from chassis.clock import VIETNAM
from contracts.envelope import Event
from contracts.registry import BlockFormed, UnitChanged, UnitChangeKind
from contracts.scoring import SheetPublished
from notify import actions

YEAR = datetime.now(VIETNAM).year
OTHER = ident("another-block")


def block(block_id: UUID, sheet_id: UUID, year: int, *members: UUID) -> Event[BlockFormed]:
    formed = {**BLOCK_DOCUMENT, "year": year, "sheet_id": sheet_id, "head_unit_id": None, "member_unit_ids": members}
    return event_of(BlockFormed.model_validate({**formed, "block_id": block_id, "version": 1}))


def change(unit: UUID, kind: UnitChangeKind, on: date, version: int = 2, **more: Any) -> Event[UnitChanged]:
    return event_of(UnitChanged(change_id=uuid4(), unit_id=unit, version=version, kind=kind, effective_on=on, **more))


def published(version: int) -> Event[SheetPublished]:
    return event_of(SheetPublished(sheet_id=SHEET, version=version, name="Bảng điểm thử", criteria=()))


async def told(house: House) -> list[tuple[UUID, str, str]]:
    rows = await house.rows("notify", "SELECT scope_id, title, link FROM messages ORDER BY scope_id")
    return [(row["scope_id"], row["title"], row["link"]) for row in rows]


async def test_who_stands_on_the_sheet_is_told_once(house: House) -> None:
    new, came, gone, of_old, elsewhere = (ident(f"sheet-{number}") for number in range(5))
    async with house.at_work("notify") as tx:
        blocks = [
            block(BLOCK, SHEET, YEAR, TAN_PHONG, QUYET_THANG, SAN_THANG, gone),
            block(OTHER, new, YEAR, came, elsewhere),
        ]
        await actions.learn_blocks(tx, [*blocks, block(uuid4(), SHEET, YEAR - 1, of_old)])
        moves = [
            change(SAN_THANG, UnitChangeKind.MOVED, date(YEAR, 1, 2), block_id=OTHER),
            change(came, UnitChangeKind.MOVED, date(YEAR, 1, 2), block_id=BLOCK),
            change(gone, UnitChangeKind.MERGED, date(YEAR, 1, 1), successors=(TAN_PHONG,)),
            change(QUYET_THANG, UnitChangeKind.MOVED, date(YEAR + 1, 1, 1), block_id=OTHER),
        ]
        await actions.learn_moves(tx, moves)
        first, second = published(1), published(2)
        await actions.tell_of_sheets(tx, [first])
        for _ in range(2):
            await actions.tell_of_sheets(tx, [second])
    link = f"/bang-diem/{SHEET}/khac?cu=1&moi=2"
    expected = sorted([TAN_PHONG, QUYET_THANG, came])
    assert await told(house) == [(unit, "Bảng điểm thử có phiên bản 2", link) for unit in expected]
