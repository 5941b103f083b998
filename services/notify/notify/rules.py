"""Who is told of an event, and in which words: pure functions, plain Vietnamese after interface.md §5."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.awards import EligibilityChanged, Finding, Verdict
from contracts.notify import Post
from contracts.registry import (
    PledgeChanged,
    PledgeState,
    ReportAccepted,
    ReportReturned,
    ReportSubmitted,
    ReportWithdrawn,
    UnitChanged,
    UnitChangeKind,
)
from contracts.scoring import Place, RankingChanged

IN_APP: Final = "in_app"


class Message(BaseModel):
    """One message to one post, worded."""

    model_config = ConfigDict(frozen=True)

    post: Post
    scope_id: UUID
    about_id: UUID
    title: str
    text: str
    link: str


Names = Callable[[UUID], str]
"""Gives the name of a unit, a block or a period."""


def points(amount: Decimal) -> str:
    """Write points as people read them: two places, decimal comma."""
    return f"{amount:.2f}".replace(".", ",")


def tell_submitted(event: ReportSubmitted, names: Names) -> Iterator[Message]:
    """The unit has its receipt; the block's head knows that one more report is in."""
    late = " Báo cáo nộp sau hạn." if event.late else ""
    period = names(event.period_id)
    link = f"/bien-nhan/{event.receipt_number}"
    yield Message(
        post=Post.UNIT_OFFICER,
        scope_id=event.unit_id,
        about_id=event.unit_id,
        title=f"{period} đã nhận",
        text=f"Số biên nhận {event.receipt_number}.{late}",
        link=link,
    )
    yield Message(
        post=Post.BLOCK_HEAD,
        scope_id=event.block_id,
        about_id=event.unit_id,
        title=f"{names(event.unit_id)} đã gửi {period[:1].lower()}{period[1:]}",
        text=f"Số biên nhận {event.receipt_number}.{late}",
        link=f"/bang-khoi/{event.block_id}",
    )


_BECAME: Final = {
    UnitChangeKind.FOUNDED: "{unit} được thành lập",
    UnitChangeKind.RENAMED: "{unit} mang tên {name}",
    UnitChangeKind.RECODED: "{unit} đổi mã đơn vị",
    UnitChangeKind.MOVED: "{unit} chuyển sang {block}",
    UnitChangeKind.ABSORBED: "{unit} nhận thêm {predecessors}",
    UnitChangeKind.PARTED: "{unit} tách ra {successors}",
    UnitChangeKind.MERGED: "{unit} sáp nhập vào {successors}",
    UnitChangeKind.SPLIT: "{unit} chia thành {successors}",
    UnitChangeKind.CLOSED: "{unit} kết thúc hoạt động",
}
"""Who only comes to stand under another unit is told by that unit's own change."""


def tell_unit_changed(event: UnitChanged, names: Names) -> Iterator[Message]:
    """The unit itself, and the head of the block that it comes into."""
    if event.kind not in _BECAME:
        return
    moved_out = event.kind is UnitChangeKind.MOVED and event.block_id is None
    words = "{unit} không còn ở khối thi đua nào" if moved_out else _BECAME[event.kind]
    message = Message(
        post=Post.UNIT_OFFICER,
        scope_id=event.unit_id,
        about_id=event.unit_id,
        title=words.format(
            unit=names(event.unit_id),
            name=event.name,
            block=names(event.block_id) if event.block_id else "",
            predecessors=", ".join(map(names, event.predecessors)),
            successors=", ".join(map(names, event.successors)),
        ),
        text=f"Có hiệu lực từ ngày {event.effective_on:%d/%m/%Y}.",
        link=f"/don-vi/{event.unit_id}",
    )
    yield message
    if event.block_id:
        yield message.model_copy(update={"post": Post.BLOCK_HEAD, "scope_id": event.block_id})


def tell_pledge(event: PledgeChanged, names: Names) -> Iterator[Message]:
    """The unit hears what the office decided about its registration; what it sent itself it knows."""
    decided = {
        PledgeState.APPROVED: ("được duyệt", "Đơn vị đã có tên trong danh sách đăng ký thi đua."),
        PledgeState.RETURNED: ("bị trả lại", "Xem lý do của Phòng Nội vụ, sửa rồi gửi lại."),
    }
    if event.state in decided:
        outcome, text = decided[event.state]
        yield Message(
            post=Post.UNIT_OFFICER,
            scope_id=event.unit_id,
            about_id=event.unit_id,
            title=f"Đăng ký thi đua năm {event.year} {outcome}",
            text=f"{names(event.unit_id)}: {text[:1].lower()}{text[1:]}",
            link=f"/dang-ky/{event.campaign_id}",
        )


def tell_withdrawn(event: ReportWithdrawn, names: Names) -> Iterator[Message]:
    """The block's head, who was told that it was in; the unit itself did it."""
    period = names(event.period_id)
    yield Message(
        post=Post.BLOCK_HEAD,
        scope_id=event.block_id,
        about_id=event.unit_id,
        title=f"{names(event.unit_id)} đã rút {period[:1].lower()}{period[1:]}",
        text=f"Biên nhận {event.receipt_number} không còn được tính điểm cho đến khi đơn vị gửi lại.",
        link=f"/bang-khoi/{event.block_id}",
    )


def tell_returned(event: ReportReturned, names: Names) -> Iterator[Message]:
    """The unit alone; the reasons stand at the items, where they can be mended."""
    items = ", ".join(each for each in event.criteria if each != "*") or "cả báo cáo"
    yield Message(
        post=Post.UNIT_OFFICER,
        scope_id=event.unit_id,
        about_id=event.unit_id,
        title=f"{names(event.period_id)} bị trả lại {len(event.criteria)} mục",
        text=f"Cần sửa mục {items}; lý do ghi tại từng mục. Các mục khác giữ nguyên như đã gửi.",
        link=f"/bao-cao/{event.period_id}",
    )


def tell_accepted(event: ReportAccepted, names: Names) -> Iterator[Message]:
    yield Message(
        post=Post.UNIT_OFFICER,
        scope_id=event.unit_id,
        about_id=event.unit_id,
        title=f"{names(event.period_id)} đã được chấp nhận",
        text=f"Phòng Nội vụ đã xem xét xong biên nhận {event.receipt_number}. Bạn không phải làm gì thêm.",
        link=f"/bien-nhan/{event.receipt_number}",
    )


def tell_ranking(event: RankingChanged, names: Names) -> Iterator[Message]:
    """Every unit whose place moved, and the head of the block."""
    link = f"/bang-khoi/{event.block_id}"
    moved = [place for place in event.changed if place.rank != place.previous_rank]
    for place in moved:
        yield Message(
            post=Post.UNIT_OFFICER,
            scope_id=place.unit_id,
            about_id=place.unit_id,
            title=f"{names(place.unit_id)} {_movement(place)}",
            text=_standing(place, event.ranked),
            link=link,
        )
    if moved:
        yield Message(
            post=Post.BLOCK_HEAD,
            scope_id=event.block_id,
            about_id=event.block_id,
            title=f"Bảng {names(event.block_id)} có {len(moved)} đơn vị đổi hạng",
            text="; ".join(f"{names(place.unit_id)} {_movement(place)}" for place in moved[:5]) + ".",
            link=link,
        )


def _movement(place: Place) -> str:
    if place.rank is None:
        return "không còn được xếp hạng"
    if place.previous_rank is None:
        return f"được xếp hạng {place.rank}"
    return f"{'lên' if place.rank < place.previous_rank else 'xuống'} hạng {place.rank}"


def _standing(place: Place, ranked: int) -> str:
    if place.rank is None or place.points is None:
        return "Xem lý do trong bảng khối."
    before = f", trước đó hạng {place.previous_rank}" if place.previous_rank else ""
    return f"Hạng {place.rank} trong {ranked} đơn vị đã xếp hạng{before}. Tổng điểm tạm tính {points(place.points)}."


_VERDICTS: Final = {
    Verdict.ELIGIBLE: "đủ điều kiện theo số liệu hiện có",
    Verdict.NOT_ELIGIBLE: "chưa đủ điều kiện",
    Verdict.NEEDS_CONFIRMATION: "cần xác nhận thêm",
}


def tell_eligibility(event: EligibilityChanged, names: Names) -> Iterator[Message]:
    """Only the unit itself: what it still misses is nobody else's business."""
    missing = sum(finding.finding is Finding.MISSING for finding in event.conditions)
    to_confirm = sum(finding.finding in (Finding.UNKNOWN, Finding.UNSURE) for finding in event.conditions)
    parts = [f"còn thiếu {missing} điều kiện"] * bool(missing) + [f"{to_confirm} điều kiện cần xác nhận"] * bool(
        to_confirm
    )
    yield Message(
        post=Post.UNIT_OFFICER,
        scope_id=event.unit_id,
        about_id=event.unit_id,
        title=f"{event.title_name}: {names(event.unit_id)} {_VERDICTS[event.verdict]}",
        text=(", ".join(parts).capitalize() + ".") if parts else "Các điều kiện đều đạt.",
        link="/#danh-hieu",
    )
