"""Who may do what here."""

from collections.abc import Iterable
from functools import partial
from typing import Any, Literal
from uuid import UUID

from chassis.errors import Forbidden
from chassis.http import Command, Reading
from chassis.identity import Identity
from contracts.notify import CITY_LEADER, Post
from registry.actions import note_read
from registry.rules import Speaker
from registry.rules.transitions import Who


def office_only(door: Command | Reading | Identity) -> None:
    who = door if isinstance(door, Identity) else door.identity
    who.require(Post.CITY_OFFICE, who_may="Phòng Nội vụ thành phố")


def overseers_only(asked: Reading) -> None:
    """The office, and whoever leads the city: they read what the office writes."""
    asked.identity.require(Post.CITY_OFFICE, CITY_LEADER, who_may="Phòng Nội vụ và lãnh đạo thành phố")


def own_unit(door: Command | Reading | Identity, unit_id: UUID) -> None:
    who = door if isinstance(door, Identity) else door.identity
    who.require(
        (Post.UNIT_OFFICER, unit_id),
        Post.CITY_OFFICE,
        who_may="cán bộ đầu mối của chính đơn vị đó, hoặc Phòng Nội vụ thành phố",
    )


def speaks(door: Command | Reading | Identity, unit_id: UUID) -> Speaker:
    """Give for whom the caller speaks in a file that this unit keeps; whether they may at all, ``own_unit`` says."""
    who = door if isinstance(door, Identity) else door.identity
    return Speaker(None if who.holds(Post.CITY_OFFICE) else unit_id, who.post)


def looked(asked: Reading, files: Iterable[UUID], how: Literal["file", "list"] = "file") -> None:
    """Have it written down who is shown these files; without that nothing is shown."""
    asked.afterwards.append(partial(note_read, who=asked.identity, files=tuple(files), how=how))


def who_sends(who: Identity, unit_id: UUID | None) -> None:
    """Refuse whoever may not send a list as a file: one of a unit is that unit's, any other the office's."""
    if unit_id is None:
        office_only(who)
    else:
        own_unit(who, unit_id)


def hats(door: Command | Reading, unit_id: UUID, block_id: UUID | None) -> frozenset[Who]:
    """Give what the caller is to a unit's report. A block's head does not review the own unit."""
    who = door.identity
    office, own = who.holds(Post.CITY_OFFICE), who.holds(Post.UNIT_OFFICER, unit_id)
    heads = who.holds(Post.BLOCK_HEAD, block_id) and not own
    worn = {Who.UNIT: own or office, Who.REVIEWER: heads or office, Who.OFFICE: office}
    return frozenset(hat for hat, wears in worn.items() if wears)


def wears(door: Command | Reading, placed: dict[str, Any], *wanted: Who) -> None:
    """Refuse whoever is none of these to the report that stands there."""
    if hats(door, placed["unit_id"], placed["block_id"]).isdisjoint(wanted):
        named = "; ".join(_WORDS[each] for each in wanted)
        raise Forbidden(f"{door.identity.post} không làm được việc này. Người làm được: {named}.")


_WORDS = {
    Who.UNIT: "cán bộ đầu mối của chính đơn vị đó, hoặc Phòng Nội vụ thành phố",
    Who.REVIEWER: "Phòng Nội vụ thành phố, hoặc trưởng khối của đơn vị (trừ đơn vị của chính mình)",
    Who.OFFICE: "Phòng Nội vụ thành phố",
}


def may_see(who: Identity, file: dict[str, Any]) -> None:
    """Refuse whoever is neither of the file's unit nor of the office, nor heads a block that it was sent to, nor checks it."""
    who.require(
        (Post.UNIT_OFFICER, file["unit_id"]),
        Post.CITY_OFFICE,
        *[(Post.BLOCK_HEAD, block) for block in file["sent_to"]],
        *[(Post.UNIT_OFFICER, unit) for unit in file["checked_by"]],
        who_may="đơn vị đã gửi tệp này, trưởng khối nhận báo cáo có tệp, đơn vị chấm chéo, hoặc Phòng Nội vụ thành phố",
    )
