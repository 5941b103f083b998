"""Who is told of an event, and in which words: pure functions, plain Vietnamese."""

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from contracts.appeals import OF_POINTS, AppealChanged, AppealState
from contracts.appraisal import Column, CrossChecksAssigned, ItemsObjected, ItemsReviewed
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
from contracts.scoring import SheetPublished
from notify.rules.boards import tell_published, tell_ranking, tell_rescored
from notify.rules.calling import tell_called, tell_head, tell_reminded
from notify.rules.words import IN_APP, NEWS_FOR, THE_OFFICE, Message, Names, is_news, points

__all__ = [
    "IN_APP",
    "NEWS_FOR",
    "THE_OFFICE",
    "Message",
    "Names",
    "is_news",
    "points",
    "tell_accepted",
    "tell_appeal",
    "tell_called",
    "tell_checkers",
    "tell_eligibility",
    "tell_head",
    "tell_objected",
    "tell_pledge",
    "tell_published",
    "tell_ranking",
    "tell_reminded",
    "tell_rescored",
    "tell_returned",
    "tell_reviewed",
    "tell_sheet",
    "tell_submitted",
    "tell_unit_changed",
    "tell_withdrawn",
]


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


def tell_sheet(event: SheetPublished, names: Names, *, units: Iterable[UUID]) -> Iterator[Message]:  # noqa: ARG001
    """Every unit that is scored by this sheet, once: what changed stands in sentences behind the link."""
    for unit in units:
        yield Message(
            post=Post.UNIT_OFFICER,
            scope_id=unit,
            about_id=unit,
            title=f"{event.name} có phiên bản {event.version}",
            text="Báo cáo gửi từ bây giờ được chấm theo phiên bản này. Xem bảng điểm khác phiên bản trước ở đâu.",
            link=f"/bang-diem/{event.sheet_id}/khac?cu={event.version - 1}&moi={event.version}",
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
    if event.revokes:
        words = "Một quyết định về {unit} được thu hồi"
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
        text=("Đơn vị trở lại như trước khi có quyết định đó. " if event.revokes else "")
        + f"Có hiệu lực từ ngày {event.effective_on:%d/%m/%Y}.",
        link=f"/don-vi/{event.unit_id}",
    )
    yield message
    if event.block_id and not event.revokes:
        yield message.model_copy(update={"post": Post.BLOCK_HEAD, "scope_id": event.block_id})


def tell_pledge(event: PledgeChanged, names: Names) -> Iterator[Message]:
    """The unit hears what the office decided about its registration; what it sent itself it knows."""
    decided = {
        PledgeState.APPROVED: ("được duyệt", "Đơn vị đã có tên trong danh sách đăng ký thi đua."),
        PledgeState.RETURNED: ("bị trả lại", "Xem lý do của Phòng Nội vụ, sửa rồi gửi lại."),
    }
    if event.state in decided and not event.withdrawn:
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
    """The unit alone; the reasons stand at the items, where they can be mended, or why nothing is to be mended at the report."""
    if event.taken_back:
        yield Message(
            post=Post.UNIT_OFFICER,
            scope_id=event.unit_id,
            about_id=event.unit_id,
            title=f"{names(event.period_id)}: việc trả lại đã được rút",
            text=f"Không phải sửa gì nữa: biên nhận {event.receipt_number} chờ xem xét như đã gửi; lý do ghi tại báo cáo.",
            link=f"/bao-cao/{event.period_id}",
        )
        return
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


_LOOKED: Final = {Column.BLOCK: "Khối chấm", Column.APPRAISAL: "Phòng Nội vụ thẩm định"}


def _item(code: str) -> str:
    """Name an item; the points of a line that is computed are called that."""
    return f"{code.removesuffix(OF_POINTS)} (điểm được tính)" if code.endswith(OF_POINTS) else code


def tell_reviewed(event: ItemsReviewed, names: Names) -> Iterator[Message]:
    """The unit, once for one act, where something counts otherwise than it reported; that all was agreed to is no news."""
    changed = [item.criterion for item in event.items if item.value != item.reported]
    if not changed:
        return
    yield Message(
        post=Post.UNIT_OFFICER,
        scope_id=event.unit_id,
        about_id=event.unit_id,
        title=f"{_LOOKED.get(event.column, 'Nơi xem xét chấm')} khác số đã báo cáo ở {len(changed)} mục",
        text=f"{names(event.period_id)}, mục {', '.join(map(_item, changed))}. Lý do ghi tại từng mục; số bạn đã báo cáo vẫn còn nguyên.",
        link=f"/vi-sao/{event.period_id}/{event.unit_id}/{changed[0]}",
    )


def tell_checkers(event: CrossChecksAssigned, names: Names) -> Iterator[Message]:
    """Each unit that is to check others, once; where the unit itself is named, that was taken back."""
    checked: dict[UUID, list[UUID]] = {}
    for check in event.checks:
        if check.by_unit == check.unit_id:
            continue
        checked.setdefault(check.by_unit, []).append(check.unit_id)
    for by_unit, units in checked.items():
        yield Message(
            post=Post.UNIT_OFFICER,
            scope_id=by_unit,
            about_id=by_unit,
            title=f"Bạn được phân công chấm chéo {', '.join(map(names, units))}",
            text=f"{names(event.period_id)}: xem minh chứng, chọn Đồng ý hoặc ghi số khác kèm lý do.",
            link="/cham-cheo",
        )


def tell_objected(event: ItemsObjected, names: Names) -> Iterator[Message]:
    """The block's head, who decides; the unit hears of it when something is decided."""
    yield Message(
        post=Post.BLOCK_HEAD,
        scope_id=event.block_id,
        about_id=event.unit_id,
        title=f"{names(event.by_unit)} không đồng ý {len(event.criteria)} mục của {names(event.unit_id)}",
        text=f"Mục {', '.join(event.criteria)} chờ khối trưởng kết luận.",
        link=f"/cham-cheo/{event.period_id}/{event.unit_id}",
    )


_APPEALS: Final = {
    AppealState.FILED: (Post.CITY_OFFICE, "{unit} kiến nghị về mục {item}", "Chờ Phòng Nội vụ tiếp nhận."),
    AppealState.TAKEN_UP: (Post.UNIT_OFFICER, "Kiến nghị về mục {item} được tiếp nhận", "Phòng Nội vụ đang xem xét."),
    AppealState.UPHELD: (
        Post.UNIT_OFFICER,
        "Kiến nghị về mục {item} được chấp thuận",
        "Điểm và thứ hạng đã tính lại; căn cứ ghi tại kiến nghị.",
    ),
    AppealState.REJECTED: (
        Post.UNIT_OFFICER,
        "Kiến nghị về mục {item} không được chấp thuận",
        "Xem lý do tại kiến nghị.",
    ),
    AppealState.WITHDRAWN: (Post.CITY_OFFICE, "{unit} rút kiến nghị về mục {item}", "Không phải giải quyết nữa."),
}


def tell_appeal(event: AppealChanged, names: Names) -> Iterator[Message]:
    """The other side of it: the office what the unit does, the unit what the office does."""
    post, title, text = _APPEALS[event.state]
    yield Message(
        post=post,
        scope_id=event.unit_id if post is Post.UNIT_OFFICER else THE_OFFICE,
        about_id=event.unit_id,
        title=title.format(unit=names(event.unit_id), item=_item(event.criterion)),
        text=f"{names(event.period_id)}: {text[:1].lower()}{text[1:]}",
        link=f"/kien-nghi/{event.appeal_id}",
    )


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
