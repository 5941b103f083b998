"""What units are told that nobody of them did: a campaign calls them, the lead of a block changes, a report is missed."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from uuid import UUID

from contracts.notices import CallKind, ReportsReminded, UnitsCalled
from contracts.notify import Post
from contracts.registry import BlockHeadChanged
from notify.rules.words import VIETNAM, Message, Names

_CALLS: Final = {
    CallKind.LAUNCHED: "Phát động: {name}",
    CallKind.CHANGED: "Có thay đổi: {name}",
    CallKind.CLOSED: "Kết thúc: {name}",
}


def tell_called(event: UnitsCalled, names: Names) -> Iterator[Message]:  # noqa: ARG001
    """Every unit that the campaign addresses, once for each thing that it says; and those that it addresses no longer."""
    title = _CALLS[event.kind]
    text = f"Phong trào từ ngày {event.starts_on:%d/%m/%Y} đến ngày {event.ends_on:%d/%m/%Y}."
    if event.register_by:
        text += f" Hạn đăng ký thi đua: {event.register_by:%d/%m/%Y}."
    if event.kind is CallKind.CLOSED:
        text = "Phong trào không nhận báo cáo và đăng ký nữa. Báo cáo, điểm và thứ hạng vẫn xem được."
    if event.left:
        title = "Không còn trong phạm vi: {name}"
        text = (
            "Phạm vi của phong trào đã thay đổi và không còn gồm đơn vị bạn, nên không phải đăng ký hay báo cáo thêm. "
            "Những gì đơn vị đã gửi vẫn xem được."
        )
    for unit in event.unit_ids:
        yield Message(
            post=Post.UNIT_OFFICER,
            scope_id=unit,
            about_id=unit,
            title=title.format(name=event.name),
            text=text,
            link=f"/phong-trao/{event.campaign_id}",
        )


def tell_head(event: BlockHeadChanged, names: Names) -> Iterator[Message]:
    """The unit that comes to lead the block, as head or as deputy, and the one that did until then."""
    turns = (
        ("khối trưởng", event.head_unit_id, event.previous_head_unit_id),
        ("khối phó", event.deputy_unit_id, event.previous_deputy_unit_id),
    )
    told: dict[UUID, list[tuple[str, str]]] = {}
    for role, now, before in turns:
        if now == before:
            continue
        if now:
            told.setdefault(now, []).append((f"làm {role}", f" thay {names(before)}" if before else ""))
        if before:
            after = f", {role} mới là {names(now)}" if now else f", chưa có {role} mới"
            told.setdefault(before, []).append((f"thôi làm {role}", after))
    for unit, what in told.items():
        yield Message(
            post=Post.UNIT_OFFICER,
            scope_id=unit,
            about_id=unit,
            title=f"{names(unit)} {', '.join(turn for turn, _ in what)} {names(event.block_id)}",
            text=f"Từ ngày {event.from_on:%d/%m/%Y}: {'; '.join(turn + rest for turn, rest in what)}.",
            link=f"/bang-khoi/{event.block_id}",
        )


_WHO: Final[Mapping[Post | None, str]] = {Post.BLOCK_HEAD: "Khối trưởng", Post.CITY_OFFICE: "Phòng Nội vụ"}


def tell_reminded(event: ReportsReminded, names: Names, *, units: Iterable[UUID]) -> Iterator[Message]:
    """These of the units that have not sent: by when, or since when it is late, and until when it is still taken."""
    due, closes = (f"{moment.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}" for moment in (event.due_at, event.closes_at))
    who = _WHO.get(event.by, "Hệ thống")
    how, when = (
        ("đã quá hạn mà chưa nộp", f"đã quá hạn {due}. Vẫn nộp muộn được đến {closes}.")
        if event.late
        else ("chưa nộp", f"hạn nộp {due}.")
    )
    for unit in units:
        yield Message(
            post=Post.UNIT_OFFICER,
            scope_id=unit,
            about_id=unit,
            title=f"{names(event.period_id)} {how}",
            text=f"{who} nhắc {names(unit)}: {when}",
            link=f"/bao-cao/{event.period_id}",
        )
