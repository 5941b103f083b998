"""Votes of a block between units that nothing else tells apart: recorded as they were counted, and the board follows."""

from collections.abc import Collection, Mapping
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import insert, select, update
from uuid_utils.compat import uuid7

from chassis.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from chassis.events import Tx
from chassis.text import nfc
from contracts.scoring import BlockVoteRecorded, UnitVotes
from scoring import rules
from scoring.actions.boards import locked, standings
from scoring.actions.finality import refuse_on_final
from scoring.actions.ranking import Touched, rank
from scoring.tables import block_votes, boards


class VoteRecorded(BaseModel):
    """A vote that was recorded: the how manieth it is of this board."""

    vote_id: UUID
    number: int


async def record_vote(
    tx: Tx,
    period_id: UUID,
    block_id: UUID,
    votes: Mapping[UUID, int],
    *,
    reason: str,
    by_post: str,
    own_units: Collection[UUID],
) -> VoteRecorded:
    """Record how many votes each of some equal units had, and rank the board anew.

    ``own_units`` are those that whoever records speaks for: nobody records a vote on the own unit. Raises ``NotFound``
    without such a board, ``Conflict`` once it was published as final, or with the groups that can be voted on when these
    units are none of them, ``Forbidden`` for the own unit, ``Invalid`` without a single vote, or without a reason when this corrects a vote.
    """
    key = period_id, block_id
    known = select(boards.c.version).where(boards.c.period_id == period_id, boards.c.block_id == block_id)
    if not (await tx.db.execute(known)).first():
        raise NotFound("Kỳ này khối chưa có bảng xếp hạng: chưa có báo cáo nào được chấm.")
    board = (await locked(tx, {key: []}))[key]
    await refuse_on_final(tx, key)
    standing, campaign = await standings(tx, {key: board})
    _refuse_others(rules.equals(standing[key]), votes)
    if own := votes.keys() & set(own_units):
        raise Forbidden(
            "Đơn vị của bạn nằm trong nhóm bằng nhau, nên bạn không ghi kết quả bỏ phiếu này. "
            "Người làm được: Phòng Nội vụ thành phố.",
            own_unit_id=str(min(own)),
        )
    corrects = any(vote.keys() == votes.keys() for vote in board.votes)
    reason = nfc(reason)
    _refuse_faults(votes, reason, corrects=corrects)
    vote_id, number = uuid7(), len(board.votes) + 1
    event = await tx.recorded(
        BlockVoteRecorded(
            vote_id=vote_id,
            campaign_id=campaign[period_id],
            period_id=period_id,
            block_id=block_id,
            number=number,
            votes=tuple(UnitVotes(unit_id=unit, votes=count) for unit, count in sorted(votes.items())),
        )
    )
    row = {"period_id": period_id, "block_id": block_id, "number": number, "vote_id": vote_id, "by_post": by_post}
    counts = {str(unit): count for unit, count in votes.items()}
    row |= {"votes": counts, "reason": reason or None, "at": event.businesstime, "event_id": event.id}
    await tx.db.execute(insert(block_votes).values(row))
    this = (boards.c.period_id == period_id) & (boards.c.block_id == block_id)
    await tx.db.execute(update(boards).where(this).values(votes=number))
    await rank(tx, Touched({key: event}))
    return VoteRecorded(vote_id=vote_id, number=number)


def _refuse_others(groups: list[list[UUID]], votes: Mapping[UUID, int]) -> None:
    """Raise ``Conflict`` unless these are all the units of one group."""
    if sorted(votes) in groups:
        return
    possible = [[str(unit) for unit in group] for group in groups]
    if not groups:
        raise Conflict(
            "Trên bảng này không còn đơn vị nào bằng nhau đến hết các tiêu chí so sánh, nên không phải bỏ phiếu.",
            groups=possible,
        )
    raise Conflict(
        "Chỉ bỏ phiếu giữa tất cả các đơn vị đang bằng nhau đến hết các tiêu chí so sánh. Bảng vừa thay đổi, hoặc thiếu, "
        f"thừa đơn vị: mở lại trang Bỏ phiếu, chọn một trong {len(groups)} nhóm đang bằng nhau rồi ghi lại.",
        groups=possible,
    )


def _refuse_faults(votes: Mapping[UUID, int], reason: str, *, corrects: bool) -> None:
    errors = []
    if not any(votes.values()):
        errors.append(
            FieldError(
                field="votes",
                message="Chưa có phiếu nào được ghi",
                remedy="Ghi số phiếu của từng đơn vị, đơn vị không có phiếu ghi 0",
            )
        )
    if corrects and not rules.is_reason(reason):
        errors.append(
            FieldError(
                field="reason",
                message="Các đơn vị này đã có kết quả bỏ phiếu",
                remedy=f"{rules.A_REASON}, ví dụ “ghi nhầm số phiếu so với biên bản”",
            )
        )
    if errors:
        raise Invalid(f"Còn {len(errors)} chỗ cần sửa trước khi ghi.", errors=errors)
