"""Boards: the places of a block in a period, given anew whenever a score on it changes or somebody leaves it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Prepared
from chassis.events import Tx
from chassis.facts import put
from contracts.envelope import Event
from contracts.scoring import Place, RankingChanged
from scoring import rules
from scoring.actions.keys import WANTED, Key, wanted
from scoring.tables import MEMBERS, blocks, boards, periods, places, scores

_LOCK: Final = Prepared(
    select(*[boards.c[name] for name in ("period_id", "block_id", "version")])
    .join(WANTED, (boards.c.period_id == WANTED.c.period_id) & (boards.c.block_id == WANTED.c.other_id))
    .order_by(boards.c.period_id, boards.c.block_id)
    .with_for_update(of=boards)
)
_MEMBERS: Final = Prepared(
    select(WANTED.c.period_id, blocks.c.block_id, MEMBERS.label("members"))
    .select_from(WANTED)
    .join(blocks, blocks.c.block_id == WANTED.c.other_id)
    .outerjoin(periods, periods.c.period_id == WANTED.c.period_id)
)
"""A question of its own: one that waits for a lock still sees the moves that there were when it began to wait."""
_STANDINGS: Final = Prepared(
    select(
        *[scores.c[name] for name in ("period_id", "block_id", "unit_id", "campaign_id", "withdrawn")],
        *[scores.c[name] for name in rules.Standing._fields],
    ).join(WANTED, (scores.c.period_id == WANTED.c.period_id) & (scores.c.block_id == WANTED.c.other_id))
)
_PLACES: Final = Prepared(
    select(places).join(WANTED, (places.c.period_id == WANTED.c.period_id) & (places.c.block_id == WANTED.c.other_id))
)


class Board(NamedTuple):
    """A board that is locked: how often it was given anew, and who stands on it, ranked or not."""

    version: int
    members: frozenset[UUID]


async def rank(tx: Tx, touched: Mapping[Key, Sequence[Event[Any]]]) -> None:
    """Rank these boards, (period, block), anew and record the places that changed."""
    if not touched:
        return
    now = await tx.now()
    known = await locked(tx, touched)
    standing: dict[Key, dict[UUID, rules.Standing]] = {key: {} for key in known}
    before: dict[Key, dict[UUID, Any]] = {key: {} for key in known}
    campaign: dict[UUID, UUID] = {}
    for period_id, block_id, unit_id, campaign_id, withdrawn, *figures in await _STANDINGS.rows(tx.db, wanted(known)):
        campaign[period_id] = campaign_id
        if not withdrawn and unit_id in known[period_id, block_id].members:
            standing[period_id, block_id][unit_id] = rules.Standing(*figures)
    for row in await _PLACES.rows(tx.db, wanted(known)):
        before[row.period_id, row.block_id][row.unit_id] = row
    moved: list[dict[str, Any]] = []
    left: list[tuple[UUID, UUID, UUID]] = []
    changed_boards = []
    for key, board in known.items():
        ranked = rules.rank(standing[key])
        gone = before[key].keys() - standing[key].keys()
        changed = (*_changes(ranked, before[key]), *_unplaced(before[key], sorted(gone & board.members)))
        if not changed and not gone:
            continue
        period_id, block_id = key
        own = {"period_id": period_id, "block_id": block_id}
        moved += [{**own, **place.model_dump()} for place in changed if place.unit_id not in gone]
        left += [(*key, unit) for unit in gone]
        version = board.version + 1
        changed_boards.append({**own, "version": version, "changed_at": now, "caused_by": touched[key][-1].id})
        tx.record(
            RankingChanged(
                **own,
                campaign_id=campaign[period_id],
                version=version,
                members=len(board.members),
                ranked=sum(place.rank is not None for place in ranked),
                leader_points=leader_points(ranked),
                changed=changed,
            ),
            because=touched[key],
        )
    await put(tx, places, moved, key=("period_id", "block_id", "unit_id"))
    for place in left:
        await tx.db.execute(
            delete(places).where(*[column == value for column, value in zip(places.primary_key, place, strict=True)])
        )
    await put(tx, boards, changed_boards, key=("period_id", "block_id"))


async def locked(tx: Tx, touched: Mapping[Key, Sequence[Event[Any]]]) -> dict[Key, Board]:
    """Lock boards in one order, making those that are new, and give them as they are then.

    Two batches must not rank one block at once: each would miss the other's scores.
    """
    asked = wanted(touched)
    found = await _LOCK.rows(tx.db, asked)
    if missing := sorted(touched.keys() - {(row.period_id, row.block_id) for row in found}):
        now = await tx.now()
        await tx.db.execute(
            insert(boards).on_conflict_do_nothing(),
            [
                {
                    "period_id": period_id,
                    "block_id": block_id,
                    "version": 0,
                    "changed_at": now,
                    "caused_by": touched[period_id, block_id][-1].id,
                }
                for period_id, block_id in missing
            ],
        )
        found = await _LOCK.rows(tx.db, asked)
    version = {(row.period_id, row.block_id): row.version for row in found}
    return {key: Board(version[key], members) for key, members in (await members_of(tx, touched)).items()}


async def members_of(tx: Tx, keys: Collection[Key]) -> dict[Key, frozenset[UUID]]:
    """Give who stands on these boards, ranked or not; a block that has not been heard of is left out."""
    return {(row.period_id, row.block_id): frozenset(row.members) for row in await _MEMBERS.rows(tx.db, wanted(keys))}


def leader_points(ranked: Iterable[rules.Ranked]) -> Decimal | None:
    """Give the points of whoever leads, if somebody is ranked."""
    return max((place.points for place in ranked if place.rank == 1 and place.points), default=None)


def _changes(ranked: Iterable[rules.Ranked], before: Mapping[UUID, Any]) -> Iterable[Place]:
    """Give the places that are not what they were."""
    for place in ranked:
        old = before.get(place.unit_id)
        if old and (old.rank, old.points, old.percent, old.decided_by) == (
            place.rank,
            place.points,
            place.percent,
            place.decided_by,
        ):
            continue
        yield Place(
            unit_id=place.unit_id,
            rank=place.rank,
            previous_rank=old.rank if old else None,
            points=place.points,
            percent=place.percent,
            decided_by=place.decided_by,
        )


def _unplaced(before: Mapping[UUID, Any], units: Iterable[UUID]) -> Iterable[Place]:
    """Tell of members that stand on the board no longer, because their report was withdrawn."""
    for unit in units:
        yield Place(unit_id=unit, rank=None, previous_rank=before[unit].rank, points=None, percent=None)
