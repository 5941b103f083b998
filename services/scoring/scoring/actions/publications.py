"""Publications: a board is stored as it stands, for good, while the live one goes on underneath."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import insert, literal, select

from chassis.errors import Conflict, FieldError, Invalid, NotFound
from chassis.events import Tx
from chassis.text import nfc
from contracts.scoring import BoardPublished, BoardState, PublishedPlace
from scoring import rules
from scoring.actions.keys import Key
from scoring.actions.sheets import published as published_sheets
from scoring.rules import publishing
from scoring.tables import boards, places, publications, published_places, published_scores, reports, scores
from scoring.tables.live import HEAD, LOOKED_AT, OPEN, listed, open_in


class Publish(BaseModel):
    """What is to be published: the board whose digest whoever publishes has seen, and how it is to stand.

    ``reason`` is for the correction of a final board, and for one that is final while not everybody has looked; it is kept
    beside the board and goes into no event.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: BoardState
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    reason: Annotated[str, Field(max_length=1000)] | None = None


class Published(BaseModel):
    """A board that was published."""

    number: int
    state: BoardState
    correction: bool
    fingerprint: str
    digest: str
    at: datetime
    by: str


_TOLD: Final = [publications.c[name] for name in Published.model_fields]


async def publish_board(tx: Tx, key: Key, number: int, body: Publish, *, by: str) -> Published:
    """Store the board of (period, block) as its ``number``-th publication; the same again gives the same answer.

    Raises ``NotFound`` where nobody was ranked yet, and ``Conflict`` for another number than the next, for a board that is
    not the one that was seen, and for what ``rules.publishing`` refuses; each says what is possible instead. ``Invalid`` for a
    reason that says nothing; a blank one is none.
    """
    period_id, block_id = key
    own = {"period_id": period_id, "block_id": block_id}
    # Whoever ranks this board waits, or was waited for: what is read now is what stands at the instant that is taken next.
    locked = select(boards).where(*[boards.c[name] == value for name, value in own.items()]).with_for_update()
    if not (await tx.db.execute(locked)).first():
        raise NotFound("Chưa có bảng để công bố: chưa đơn vị nào của khối có điểm trong kỳ này.")
    stored = (await tx.db.execute(select(*_TOLD).where(*_of(own)).order_by(publications.c.number))).mappings().all()
    if repeated := next((row for row in stored if row["number"] == number), None):
        if (repeated["state"], repeated["digest"]) == (body.state, body.digest):
            return Published.model_validate(repeated)
        raise _another(f"Lần công bố {number} đã có và không sửa được.", len(stored) + 1)
    if number != len(stored) + 1:
        raise _another(f"Chưa có lần công bố {number - 1}.", len(stored) + 1)
    reason = _reason(body)
    now = await tx.now()
    head = (await HEAD.rows(tx.db, own))[0]
    _, _, figures = await listed(tx.db, own, head.members)
    snapshot = rules.snapshot(
        {**own, "campaign_id": head.campaign_id, "sheet_id": head.sheet_id},
        head.members,
        figures,
    )
    if snapshot.digest != body.digest:
        raise Conflict(
            "Bảng đã thay đổi sau khi bạn xem. Chưa công bố gì cả; hãy xem trước lại rồi công bố.",
            instead=["Xem trước công bố lại"],
            digest=snapshot.digest,
        )
    newest = stored[-1] if stored else None
    asked = open_in(own, head)
    reports = await LOOKED_AT.rows(tx.db, asked)
    looking = publishing.unfinished(
        reports, await published_sheets(tx, {(row.sheet_id, row.sheet_version) for row in reports})
    )
    no = publishing.refused(
        BoardState(newest["state"]) if newest else None,
        body.state,
        changes=snapshot.digest != newest["digest"] if newest else 1,
        reason=reason,
        unsettled=publishing.open_items((await OPEN.rows(tx.db, asked))[0], looking),
        left_undone=publishing.undone(looking),
    )
    if no:
        raise Conflict(no.why, instead=list(no.instead))
    told = Published(
        number=number,
        state=body.state,
        correction=newest is not None and newest["state"] == BoardState.FINAL,
        fingerprint=snapshot.fingerprint,
        digest=snapshot.digest,
        at=now,
        by=by,
    )
    stood = tuple(PublishedPlace(unit_id=row["unit_id"], rank=row["rank"]) for row in snapshot.rows)
    counted = {"members": len(stood), "ranked": sum(place.rank is not None for place in stood)}
    event = BoardPublished(
        **own,
        **counted,
        campaign_id=head.campaign_id,
        number=number,
        state=told.state,
        correction=told.correction,
        version=head.version,
        fingerprint=told.fingerprint,
        places=stood,
    )
    more = {"campaign_id": head.campaign_id, "version": head.version, "board": snapshot.text}
    row = {**own, **told.model_dump(), **counted, **more, "reason": reason, "event_id": tx.record(event)}
    await tx.db.execute(insert(publications).values(row))
    kept = [
        {**own, "number": number, **{name: row[name] for name in ("unit_id", "rank", "points", "percent", "maximum")}}
        for row in snapshot.rows
        if row["points"] is not None
    ]
    if kept:
        await tx.db.execute(insert(published_places), kept)
        await _keep_scores(tx, own, number)
    return told


_SCORED: Final = ("score", "inputs", "version", "sheet_id", "sheet_version", "caused_by", "scored_at")


async def _keep_scores(tx: Tx, own: dict[str, UUID], number: int) -> None:
    """Keep what the points on this board were computed from, so that it can be asked why when they are others."""
    of_board = [places.c[name] == value for name, value in own.items()]
    standing = (
        select(*[places.c[name] for name in own], literal(number), places.c.unit_id)
        .add_columns(*[scores.c[name] for name in _SCORED], reports.c.receipt_number, reports.c.accepted_at)
        .join(scores, (scores.c.period_id == places.c.period_id) & (scores.c.unit_id == places.c.unit_id))
        .join(reports, (reports.c.period_id == places.c.period_id) & (reports.c.unit_id == places.c.unit_id))
        .where(*of_board, ~scores.c.withdrawn)
    )
    columns = [*own, "number", "unit_id", *_SCORED, "receipt_number", "accepted_at"]
    await tx.db.execute(insert(published_scores).from_select(columns, standing))


def _of(own: dict[str, UUID]) -> list[Any]:
    return [publications.c[name] == value for name, value in own.items()]


def _reason(body: Publish) -> str | None:
    reason = nfc(body.reason or "")
    if reason and not rules.is_reason(reason):
        error = FieldError(
            field="reason", message="Lý do chưa đủ để người khác hiểu", remedy=f"{rules.A_REASON}, không ghi tên người"
        )
        # The page shows the sentence; whoever calls the door reads it at its field.
        raise Invalid(f"{error.message}. {error.remedy}.", errors=[error])
    return reason or None


def _another(why: str, following: int) -> Conflict:
    return Conflict(
        f"{why} Lần công bố kế tiếp là lần {following}.",
        instead=[f"Xem trước rồi công bố lần {following}"],
        next_number=following,
    )
