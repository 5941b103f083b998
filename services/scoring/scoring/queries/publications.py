"""Boards as they were published, what waits for the next publication, and where a unit has stood."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import distinct_on

from chassis.db import Prepared, Read
from chassis.errors import Forbidden, NotFound
from contracts.scoring import BoardState
from scoring import rules
from scoring.queries.boards import EVERY_ROW, Row, Shown, Viewer, best, head_of, places_before
from scoring.queries.columns import sheets_of
from scoring.queries.sheets import version_with
from scoring.rules import Audience, publishing
from scoring.tables import NOTHING_LATER, periods, places, publications, published_places, published_scores, rank_of
from scoring.tables.live import LOOKED_AT, OPEN, listed, open_in

_KEY: Final = ("period_id", "block_id")
_TOLD: Final = ("number", "state", "correction", "fingerprint", "at", "by", "members", "ranked")
_HEADS: Final = [publications.c[name] for name in (*_KEY, "campaign_id", *_TOLD)]
_CHANGE: Final = ("rank", "points", "percent")


def _of(key: dict[str, UUID]) -> list[Any]:
    return [publications.c[name] == value for name, value in key.items()]


async def publications_of(db: Read, period_id: UUID, block_id: UUID) -> list[Row]:
    """List how often a board was published, the newest first: when, by which post, with which fingerprint."""
    own = {"period_id": period_id, "block_id": block_id}
    found = await db.execute(select(*_HEADS).where(*_of(own)).order_by(publications.c.number.desc()))
    return [dict(row) for row in found.mappings()]


async def published_board(
    db: Read,
    period_id: UUID,
    block_id: UUID,
    viewer: Viewer,
    *,
    number: int | None = None,
    shown: Shown = EVERY_ROW,
) -> Row:
    """Give a board as it was published, the newest time unless told; rows as for the board that stands now.

    Everybody may see it, each what is disclosed to them; ``sheet_version`` is that by which it was scored. Raises ``NotFound``
    while it is not published.
    """
    key = {"period_id": period_id, "block_id": block_id}
    query = select(publications).where(*_of(key)).order_by(publications.c.number.desc())
    if number is not None:
        query = query.where(publications.c.number == number)
    found = (await db.execute(query.limit(1))).mappings().first()
    if found is None:
        raise NotFound("Bảng này chưa được công bố.")
    kept = orjson.loads(found["board"])
    rows = kept["rows"]
    listed = [UUID(row["unit_id"]) for row in rows]
    units = shown.of(listed)
    of_unit = dict(zip(listed, rows, strict=True))
    before, compared = await places_before(db, key, units)
    told = {
        **{name: found[name] for name in (*_KEY, "campaign_id", *_TOLD, "version", "reason")},
        "sheet_id": kept["sheet_id"],
        "sheet_version": await _scored_by(db, found, kept),
        "changed_at": found["at"],
        "compared": compared,
        "more": shown.more(len(listed)),
        "best": best(rows),
        "rows": [{**of_unit[unit], "before": before.get(unit)} for unit in units],
    }
    audience = viewer.audience(block_id, listed)
    return rules.disclose(told, audience, viewer.units)


_SCORED_BY: Final = Prepared(
    select(func.max(published_scores.c.sheet_version)).where(
        *[published_scores.c[name] == bindparam(name) for name in (*_KEY, "number")],
        published_scores.c.sheet_id == bindparam("sheet_id"),
    )
)


async def _scored_by(db: Read, published: Any, kept: Row) -> int:
    """Tell on which version of its sheet a published board stands, the newest where its scores stand on several.

    A board that was published before its scores were kept says it by its groups.
    """
    sheet_id = UUID(kept["sheet_id"])
    asked = {name: published[name] for name in (*_KEY, "number")}
    ((version,),) = await _SCORED_BY.rows(db, {**asked, "sheet_id": sheet_id})
    return version or await version_with(
        db, sheet_id, {each["group"] for row in kept["rows"] for each in row["groups"]}
    )


async def waiting(db: Read, period_id: UUID, block_id: UUID, viewer: Viewer) -> Row:
    """Preview the next publication: which units it would move since the last one, and, for the office, what is open.

    ``digest`` is what whoever publishes says they have seen. Raises ``NotFound`` and ``Forbidden`` as the board.
    """
    key = {"period_id": period_id, "block_id": block_id}
    head = await head_of(db, key)
    audience = viewer.audience(block_id, head.members)
    if audience is Audience.PUBLIC:
        raise Forbidden(
            "Thay đổi chờ công bố chỉ các đơn vị trong khối, khối trưởng và Phòng Nội vụ thành phố xem được."
        )
    _, _, figures = await listed(db, key, head.members)
    snapshot = rules.snapshot(
        {**key, "campaign_id": head.campaign_id, "sheet_id": head.sheet_id},
        head.members,
        figures,
    )
    stored = await db.execute(
        select(publications.c.board).where(*_of(key)).order_by(publications.c.number.desc()).limit(1)
    )
    last = stored.scalar_one_or_none()
    changes = rules.waiting(orjson.loads(last)["rows"], snapshot.rows) if last else []
    told: Row = {
        **key,
        "published": {name: head[name] for name in ("number", "state", "fingerprint", "at", "by")} if last else None,
        "next_number": (head.number or 0) + 1,
        "members": len(snapshot.rows),
        "ranked": sum(row["rank"] is not None for row in snapshot.rows),
        "not_reported": sum(row["state"] == "not_reported" for row in snapshot.rows),
        "changes": [
            {"unit_id": change.unit_id, "before": _side(change.before), "now": _side(change.now)} for change in changes
        ],
    }
    if audience is Audience.OFFICE:
        asked = open_in(key, head)
        reports = await LOOKED_AT.rows(db, asked)
        on = await sheets_of(db, {(row.sheet_id, row.sheet_version) for row in reports})
        looking = publishing.unfinished(reports, on)
        unsettled = publishing.open_items((await OPEN.rows(db, asked))[0], looking)
        undone = publishing.undone(looking)
        told |= {"digest": snapshot.digest, "fingerprint": snapshot.fingerprint, "open": unsettled, "undone": undone}
        told["possible"] = _possible(head, len(changes), unsettled, undone) if snapshot.rows else []
    return told


def _side(row: Any) -> Row | None:
    """What of a waiting change its block may see: place and total, as on the board."""
    return {name: row[name] for name in _CHANGE} if row else None


def _possible(head: Any, changes: int, unsettled: Sequence[str], undone: Sequence[str]) -> list[str]:
    """Name what may be published now: frozen; final, or final for a reason; or a correction, which needs one."""
    newest = BoardState(head.state) if head.number else None
    if newest is BoardState.FINAL:
        return ["correction"] if changes and not unsettled else []
    possible = [
        state.value
        for state in BoardState
        if not publishing.refused(newest, state, changes=changes, reason=None, unsettled=unsettled)
    ]
    return [f"{each}_with_reason" if each == BoardState.FINAL and undone else each for each in possible]


async def published_in(db: Read, campaign_id: UUID, block_id: UUID | None = None) -> list[Row]:
    """List the newest publication of every board of a campaign, or of those of one block."""
    newest = (
        select(*_HEADS)
        .ext(distinct_on(publications.c.period_id, publications.c.block_id))
        .where(publications.c.campaign_id == campaign_id)
        .order_by(publications.c.period_id, publications.c.block_id, publications.c.number.desc())
    )
    if block_id:
        newest = newest.where(publications.c.block_id == block_id)
    return [dict(row) for row in (await db.execute(newest)).mappings()]


_SAID: Final = text(
    """SELECT CAST(convert_from(bytes, 'UTF8') AS json) -> 'data' ->> 'fingerprint' FROM event_log WHERE id = :event_id"""
)


async def with_fingerprint(db: Read, begins: str) -> list[Row]:
    """Find published boards by the beginning of their fingerprint, and tell of each whether it still is what was published.

    ``whole`` holds where text, digest and fingerprint agree with one another and with what the event said that published it:
    that stands in the log, which nobody can change. ``newest`` holds where no later publication followed.
    """
    found = await db.execute(
        select(publications)
        .where(publications.c.fingerprint.between(begins.ljust(64, "0"), begins.ljust(64, "f")))
        .limit(10)
    )
    told = []
    for row in found.mappings():
        rows = orjson.loads(row["board"])["rows"]
        said = (await db.execute(_SAID, {"event_id": row["event_id"]})).scalar_one_or_none()
        printed = rules.fingerprint(row["period_id"], row["block_id"], rows)
        whole = rules.digest(row["board"]) == row["digest"] and printed == row["fingerprint"] == said
        following = await publications_of(db, row["period_id"], row["block_id"])
        head = {name: row[name] for name in (*_KEY, "campaign_id", *_TOLD)}
        told.append({**head, "whole": whole, "newest": following[0]["number"] == row["number"]})
    return told


async def places_of(db: Read, campaign_id: UUID | None, unit_id: UUID, viewer: Viewer) -> list[Row]:
    """Give where a unit stood in each period of a campaign, or of all: as last published, else, to its block, as it stands.

    ``state`` is frozen, final or provisional.
    """
    newest = (
        select(
            published_places.c.period_id,
            published_places.c.block_id,
            published_places.c.rank,
            published_places.c.points,
            published_places.c.percent,
        )
        .add_columns(*[publications.c[name] for name in ("campaign_id", "number", "state", "members", "ranked", "at")])
        .join(
            publications,
            (publications.c.period_id == published_places.c.period_id)
            & (publications.c.block_id == published_places.c.block_id)
            & (publications.c.number == published_places.c.number),
        )
        .ext(distinct_on(published_places.c.period_id))
        .where(published_places.c.unit_id == unit_id, NOTHING_LATER)
        .order_by(published_places.c.period_id, publications.c.at.desc())
    )
    if campaign_id:
        newest = newest.where(publications.c.campaign_id == campaign_id)
    told = {row["period_id"]: dict(row) for row in (await db.execute(newest)).mappings()}
    live = (
        select(
            *[places.c[name] for name in ("period_id", "block_id", "points", "percent")],
            rank_of(places),
            periods.c.campaign_id,
        )
        .join(periods, periods.c.period_id == places.c.period_id)
        .where(places.c.unit_id == unit_id)
    )
    if campaign_id:
        live = live.where(periods.c.campaign_id == campaign_id)
    if viewer.office or unit_id in viewer.units or viewer.heads:
        nothing = dict.fromkeys(("number", "members", "ranked", "at"))
        for row in (await db.execute(live)).mappings():
            if viewer.office or unit_id in viewer.units or row["block_id"] in viewer.heads:
                told.setdefault(row["period_id"], {**row, **nothing, "state": "provisional"})
    return list(told.values())
