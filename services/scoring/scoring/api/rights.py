"""Who may do and see what in scoring."""

from typing import Final
from uuid import UUID

from chassis.errors import Forbidden
from chassis.http import Command, Reading
from chassis.identity import scopes
from contracts.appraisal import Column
from contracts.notify import CITY_LEADER, Post
from contracts.scoring import BoardState
from scoring import actions
from scoring.queries import Viewer


def office(who: Reading | Command) -> None:
    who.identity.require(Post.CITY_OFFICE, who_may="Phòng Nội vụ thành phố")


def overseer(who: Reading) -> None:
    """Let in whoever reads of all blocks: the office, and the city's leader, who does nothing."""
    who.identity.require(Post.CITY_OFFICE, CITY_LEADER, who_may="Phòng Nội vụ hoặc lãnh đạo thành phố")


def oversees(who: Reading) -> bool:
    """Tell whether somebody reads of all blocks."""
    return who.identity.holds(Post.CITY_OFFICE) or who.identity.holds(CITY_LEADER)


def head_or_office(who: Command, block_id: UUID) -> None:
    who.identity.require(
        (Post.BLOCK_HEAD, block_id),
        Post.CITY_OFFICE,
        who_may="khối trưởng của khối này hoặc Phòng Nội vụ thành phố",
    )


_BY_OTHERS: Final = (
    "ghi một đơn vị khác của khối làm khối trưởng (trang của khối, Đổi khối trưởng): khối trưởng đó kết luận",
    "giao một đơn vị khác chấm chéo: đơn vị đó đồng ý thì mục không còn chờ kết luận",
    "đơn vị chấm chéo xem lại mục mình không đồng ý",
)


def not_of_office(who: Command, unit_id: UUID, of_office: UUID | None, column: str) -> None:
    """Refuse the office to say what counts of the unit that it is itself, in whatever column.

    Who heads a block is not known here. Where nobody does, or that very unit, what was objected to waits for whom the office
    names: the refusal says so.
    """
    if unit_id != of_office or not who.identity.holds(Post.CITY_OFFICE):
        return
    only_looks = (
        "Đơn vị này là chính Phòng Nội vụ, nên Phòng Nội vụ chỉ xem. Khối chấm: đơn vị chấm chéo và khối trưởng; "
        "mục nào còn thấy sai thì gửi kiến nghị."
    )
    if column != Column.BLOCK:
        raise Forbidden(only_looks)
    raise Forbidden(
        f"{only_looks} Mục có ý kiến không đồng ý chờ khối trưởng là đơn vị khác kết luận; khối chưa có khối trưởng như vậy "
        f"thì có thể: {'; '.join(_BY_OTHERS)}.",
        instead=[each[:1].upper() + each[1:] for each in _BY_OTHERS],
    )


async def may_see_unit(asked: Reading, period_id: UUID, unit_id: UUID) -> None:
    """Let in to the reasons of a unit's points: itself, the head of its block, whoever checks it, the office, the leader.

    Where the unit has no score yet there is nothing to see, and the head of any block may be told so.
    """
    block_id, checker = await actions.place_of(asked.db, period_id, unit_id)
    asked.identity.require(
        Post.CITY_OFFICE,
        CITY_LEADER,
        (Post.UNIT_OFFICER, unit_id),
        (Post.BLOCK_HEAD, block_id) if block_id else Post.BLOCK_HEAD,
        (Post.UNIT_OFFICER, checker),
        who_may="chính đơn vị đó, đơn vị chấm chéo, khối trưởng của khối đó hoặc Phòng Nội vụ thành phố",
    )


def viewer(asked: Reading) -> Viewer:
    """Say what whoever asks is to boards."""
    who = asked.identity
    return Viewer(
        office=oversees(asked),
        heads=frozenset(scopes(who, Post.BLOCK_HEAD)),
        units=frozenset(scopes(who, Post.UNIT_OFFICER)),
    )


def publishable(who: Reading, block_id: UUID, possible: list[str], *, heads_freeze: bool) -> list[str]:
    """Leave of what is possible with a board what this caller may do: the same as ``may_publish`` would let through."""
    if who.identity.holds(Post.CITY_OFFICE):
        return possible
    frozen = heads_freeze and who.identity.holds(Post.BLOCK_HEAD, block_id)
    return [each for each in possible if frozen and each == BoardState.FROZEN]


def may_publish(who: Command, block_id: UUID, *, final: bool, heads_freeze: bool) -> None:
    """The office publishes; where that is configured, the head of a block freezes its board."""
    if heads_freeze and not final:
        who.identity.require(
            Post.CITY_OFFICE,
            (Post.BLOCK_HEAD, block_id),
            who_may="Phòng Nội vụ thành phố hoặc khối trưởng của khối này",
        )
    else:
        office(who)
