"""Boards: who stands on them and how; locked by whoever ranks them (``scoring.actions.ranking``)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Prepared
from chassis.events import Tx
from contracts.envelope import Event
from scoring import rules
from scoring.actions.keys import WANTED, Key, wanted
from scoring.tables import MEMBERS, RANK, block_votes, blocks, boards, membership, periods, scores

KEPT: Final = tuple(name for name in rules.Ranked._fields if name != "rank")
"""What is kept of a place: its rank is counted (``tables.RANK``)."""
STOOD: Final = f"""WITH wanted AS (
      SELECT * FROM unnest(CAST(:periods AS uuid[]), CAST(:others AS uuid[])) AS wanted (period_id, block_id)),
    stood AS (SELECT places.*, {RANK} AS rank FROM places JOIN wanted USING (period_id, block_id))"""  # noqa: S608 - our own words
"""How everybody stands on the boards that are asked for (``keys.wanted``)."""

_NEWEST: Final = select(membership.c.number).scalar_subquery()
_LOCK: Final = Prepared(
    select(
        *[column for column in boards.c if column.name != "membership"],
        (boards.c.membership == _NEWEST).label("in_order"),
        _NEWEST.label("membership"),
    )
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
_VOTES: Final = Prepared(
    select(block_votes.c.period_id, block_votes.c.block_id, block_votes.c.votes)
    .join(WANTED, (block_votes.c.period_id == WANTED.c.period_id) & (block_votes.c.block_id == WANTED.c.other_id))
    .order_by(block_votes.c.number)
)


class Board(NamedTuple):
    """A board that is locked: how often it was given anew, who stands on it, ranked or not, and the votes, newest last."""

    version: int
    members: frozenset[UUID]
    votes: Sequence[rules.Vote] = ()
    membership: int = 0
    """Under which membership these are its members."""


async def standings(
    tx: Tx, known: Mapping[Key, Board]
) -> tuple[dict[Key, dict[UUID, rules.Standing]], dict[UUID, UUID]]:
    """Give how the members of these boards stand whose reports count, and the campaign of each period."""
    standing: dict[Key, dict[UUID, rules.Standing]] = {key: {} for key in known}
    campaign: dict[UUID, UUID] = {}
    for period_id, block_id, unit_id, campaign_id, withdrawn, *figures in await _STANDINGS.rows(tx.db, wanted(known)):
        campaign[period_id] = campaign_id
        if not withdrawn and unit_id in known[period_id, block_id].members:
            standing[period_id, block_id][unit_id] = rules.Standing(*figures)
    return standing, campaign


async def locked(tx: Tx, touched: Mapping[Key, Sequence[Event[Any]]]) -> dict[Key, Board]:
    """Lock boards in one order, making those that are new, and give them with their members."""
    return await with_members(tx, await lock(tx, touched))


async def lock(tx: Tx, touched: Mapping[Key, Sequence[Event[Any]]]) -> dict[Key, Any]:
    """Lock boards in one order, making those that are new, and give their rows as they are then.

    Two batches must not rank one block at once: each would miss the other's scores. ``in_order`` tells whether everybody was
    ranked under the newest ``membership``.
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
    return {(row.period_id, row.block_id): row for row in found}


async def with_members(tx: Tx, rows: Mapping[Key, Any]) -> dict[Key, Board]:
    """Give locked boards with their members and votes; a block that has not been heard of is left out."""
    votes = await votes_on(tx, [key for key, row in rows.items() if row.votes])
    return {
        key: Board(rows[key].version, members, votes.get(key, ()), rows[key].membership)
        for key, members in (await members_of(tx, rows)).items()
    }


async def votes_on(tx: Tx, keys: Collection[Key]) -> dict[Key, list[rules.Vote]]:
    """Give the votes that were recorded on these boards, the newest last."""
    found: dict[Key, list[rules.Vote]] = defaultdict(list)
    for row in await _VOTES.rows(tx.db, wanted(keys)) if keys else ():
        found[row.period_id, row.block_id].append({UUID(unit): count for unit, count in row.votes.items()})
    return found


async def members_of(tx: Tx, keys: Collection[Key]) -> dict[Key, frozenset[UUID]]:
    """Give who stands on these boards, ranked or not; a block that has not been heard of is left out."""
    return {(row.period_id, row.block_id): frozenset(row.members) for row in await _MEMBERS.rows(tx.db, wanted(keys))}


def came_to(board: Board, ranked: Sequence[rules.Ranked]) -> dict[str, Any]:
    """Give what is kept of a board on which everybody was ranked, so that the next change need not rank everybody again."""
    return {
        "members": len(board.members),
        "ranked": sum(place.rank is not None for place in ranked),
        "leader_points": rules.leader_points(ranked),
        "membership": board.membership,
    }
