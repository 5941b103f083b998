"""Boards that were published as final: what may no longer be said of what stands on them, and what can be done instead."""

from typing import Final

from sqlalchemy import select

from chassis.errors import Conflict
from chassis.events import Tx
from contracts.scoring import BoardState
from scoring.actions.keys import Key
from scoring.tables import boards, publications

_INSTEAD: Final = (
    "đơn vị còn trong hạn kiến nghị gửi kiến nghị đúng mục thấy sai",
    "có căn cứ mới thì Phòng Nội vụ trả lại báo cáo kèm lý do để đơn vị gửi lại",
    "điểm thay đổi rồi thì Phòng Nội vụ công bố bản đính chính, có lý do",
)


async def refuse_on_final(tx: Tx, board: Key) -> None:
    """Raise ``Conflict`` where a board, (period, block), was published as final last; each change then has its own way.

    The board stays locked, so that it does not become final while what was asked for is done.
    """
    period_id, block_id = board
    this = (boards.c.period_id == period_id, boards.c.block_id == block_id)
    await tx.db.execute(select(boards.c.version).where(*this).with_for_update())
    # A question of its own: one that has waited for the lock must see what was published meanwhile.
    of_board = (publications.c.period_id == period_id, publications.c.block_id == block_id)
    newest = select(publications.c.number, publications.c.state).where(*of_board)
    published = (await tx.db.execute(newest.order_by(publications.c.number.desc()).limit(1))).one_or_none()
    if published and published.state == BoardState.FINAL:
        raise Conflict(
            f"Bảng của khối trong kỳ này đã công bố chính thức (lần {published.number}), nên không phân công, chấm hay bỏ phiếu "
            f"thêm được. Có thể làm: {'; '.join(_INSTEAD)}.",
            instead=[each[:1].upper() + each[1:] for each in _INSTEAD],
            number=published.number,
        )
