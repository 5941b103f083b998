"""A board as of any instant, from the events that told it."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text

from chassis.clock import VIETNAM, now_and_offset
from chassis.db import Prepared, Read
from chassis.errors import FieldError, Forbidden, Invalid
from contracts.scoring import BlockRescored, RankingChanged, SheetPublished
from scoring import rules
from scoring.queries.boards import Row, Viewer, head_of
from scoring.queries.sheets import standing_version
from scoring.rules import Audience

SETTLED: Final = timedelta(seconds=15)
"""So long after an instant nothing can come any more that was recorded before it: no transaction is left that long between
its last statement and its end."""

_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
_EVENTS: Final = Prepared(
    text(
        f"""SELECT type, recorded_at, bytes FROM event_log
    WHERE type IN ('{RankingChanged.event_type}', '{BlockRescored.event_type}') AND subject = :block
      AND recorded_at <= CAST(:until AS timestamptz) AND position(convert_to(:period, 'UTF8') IN bytes) > 0
    ORDER BY recorded_at"""  # noqa: S608 - our own names of events
    )
)


_ON: Final = Prepared(
    text(
        """SELECT DISTINCT sheet_version FROM scores
    WHERE period_id = :period_id AND block_id = :block_id AND NOT withdrawn"""
    )
)
_STOOD: Final = Prepared(
    text(
        f"""SELECT coalesce(
      (SELECT CASE WHEN newest = published.version THEN sheet_version END FROM rescorings
        WHERE sheet_id = :sheet_id AND (period_id IS NULL OR period_id = :period_id) AND started_at <= :instant
        ORDER BY rescoring_id DESC LIMIT 1),
      published.version) AS version
    FROM (SELECT max(CAST(CAST(convert_from(bytes, 'UTF8') AS json) -> 'data' ->> 'version' AS integer)) AS version
      FROM event_log WHERE type = '{SheetPublished.event_type}' AND subject = :sheet
        AND recorded_at <= CAST(:until AS timestamptz)) AS published"""  # noqa: S608 - our own names of events
    )
)
"""``tables.stands`` as it would have been answered then: publications are told in the log."""


async def _version_at(db: Read, sheet_id: UUID, period_id: UUID, instant: datetime) -> int:
    """Tell by which version of a sheet a period was scored at an instant; the one that stands where none was published yet."""
    _, ahead = await now_and_offset(db)
    asked = {"sheet_id": sheet_id, "period_id": period_id, "instant": instant, "sheet": str(sheet_id)}
    ((version,),) = await _STOOD.rows(db, {**asked, "until": max(instant, _BEGINNING) - ahead})
    return version or await standing_version(db, sheet_id, period_id)


async def board_as_of(db: Read, period_id: UUID, block_id: UUID, viewer: Viewer, instant: datetime) -> Row:
    """Give a board as it stood at an instant of business time, with its fingerprint: the same instant, the same answer.

    It has who had a place or points then, without the fields: those are kept of published boards only. Raises ``NotFound``,
    ``Forbidden`` as the board itself, and ``Invalid`` for an instant that has not settled.
    """
    key = {"period_id": period_id, "block_id": block_id}
    head = await head_of(db, key)
    audience = viewer.audience(block_id, head.members)
    if audience is Audience.PUBLIC:
        raise Forbidden("Bảng tạm tính chỉ các đơn vị trong khối, khối trưởng và Phòng Nội vụ thành phố xem được.")
    await require_settled(db, instant)
    stood = await stood_at(db, period_id, block_id, instant)
    # Nothing has changed on it since: then its own scores say by which version they stand.
    on = {row.sheet_version for row in await _ON.rows(db, key)} if stood["version"] == (head.version or 0) else set()
    version = on.pop() if len(on) == 1 else await _version_at(db, head.sheet_id, period_id, instant)
    return rules.disclose({**stood, "sheet_id": head.sheet_id, "sheet_version": version}, audience, viewer.units)


async def require_settled(db: Read, instant: datetime) -> None:
    """Refuse an instant before which something may still come; raises ``Invalid``."""
    now, _ = await now_and_offset(db)
    if instant > now - SETTLED:
        latest = (now - SETTLED).astimezone(VIETNAM)
        raise Invalid(
            "Chưa xem được bảng ở thời điểm này.",
            errors=[
                FieldError(
                    field="as_of",
                    message="Thời điểm chưa qua hoặc vừa mới qua",
                    remedy=f"Chọn một thời điểm trước {latest:%H:%M} ngày {latest:%d/%m/%Y}",
                )
            ],
        )


async def stood_at(db: Read, period_id: UUID, block_id: UUID, instant: datetime) -> Row:
    """Give a board as the log has it up to an instant of business time, for whoever asks."""
    _, ahead = await now_and_offset(db)
    until = max(instant, _BEGINNING) - ahead
    found = await _EVENTS.rows(db, {"block": str(block_id), "period": str(period_id), "until": until})
    stood = fold(period_id, found)
    return {
        "period_id": period_id,
        "block_id": block_id,
        "version": stood.version,
        "changed_at": found[-1].recorded_at + ahead if found else None,
        "members": stood.members,
        "ranked": sum(row["rank"] is not None for row in stood.rows),
        "as_of": instant,
        "fingerprint": rules.fingerprint(period_id, block_id, stood.rows),
        "rows": stood.rows,
    }


def fold(period_id: UUID, found: Any) -> rules.history.Standing:
    """Fold rows of the log; what tells of other periods of the block is passed over."""
    told = []
    for row in found:
        data = orjson.loads(row.bytes)["data"]
        if data["period_id"] == str(period_id):
            told.append(rules.Told(data["version"], data.get("part", 0), row.type == BlockRescored.event_type, data))
    return rules.fold(told)
