"""What may be corrected of a campaign after its launch: what was issued or falls due later, never what was scored.

The issuing document may have no number and no day when a campaign is launched; both come with its signing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from contracts.registry import CampaignPeriod
from registry.rules.days import VIETNAM
from registry.rules.designs import Milestone, Part, Scope, Section, Sections, document_of, filled
from registry.rules.faults import Fault
from registry.rules.following import Difference, differences
from registry.rules.reading import check_issued, check_section, read_milestones, read_periods, read_scope

CORRECTABLE: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "document": (frozenset({"number", "symbol", "issued_on", "signer", "authority", "title"}), frozenset()),
    "periods": (frozenset(), frozenset({"opens_at", "due_at", "closes_at"})),
    "milestones": (frozenset(), frozenset({"kind", "name", "on"})),
    "scope": (frozenset({"reach", "blocks", "kinds"}), frozenset()),
    "recipients": (frozenset({"names"}), frozenset()),
}
"""Section → which of its single fields, and of the fields of its rows, a correction may say otherwise."""
SHORTEST, LONGEST_REASON = 3, 2000
_IN_WORDS: Final = {"opens_at": "Mở nhận", "due_at": "Hạn nộp", "closes_at": "Đóng nhận"}
_DOCUMENT: Final = ("number", "symbol", "issued_on", "signer", "signing_authority", "title", "recipients")


class Correction(Part):
    """A correction that may be written: parts of the document, and what is None stays as it is."""

    document: dict[str, Any]
    periods: tuple[CampaignPeriod, ...] | None
    milestones: tuple[Milestone, ...] | None
    scope: Scope | None
    sections: tuple[str, ...]


def corrected(before: Sections, sent: Sections) -> dict[str, Section]:
    """Lay what was sent over what stands: fields that are not sent stay, rows are those that are sent."""
    return {
        **before,
        **{
            name: Section(
                values={**before[name].values, **section.values}, rows=tuple(row for _, row in filled(section.rows))
            )
            for name, section in sent.items()
            if name in before
        },
    }


def check_correction(
    campaign: Mapping[str, Any], before: Sections, sent: Sections, reason: str, now: datetime
) -> tuple[Correction | None, tuple[Fault, ...]]:
    """Read a correction of a launched campaign, or name all that stands in its way; ``now`` is the business time."""
    faults = _check_sent(sent)
    wanted = corrected(before, {name: section for name, section in sent.items() if name in CORRECTABLE})
    changed = differences(before, wanted)
    sections = tuple(name for name in CORRECTABLE if any(each.section == name for each in changed))
    if not SHORTEST <= len(reason.strip()) <= LONGEST_REASON:
        faults.append(_fault("reason", "Lý do đính chính: còn trống", "Ghi lý do, ví dụ: văn bản đã ban hành, có số"))
    if not sections and not faults:
        faults.append(_fault("sections", "Chưa đổi chỗ nào so với bản đang có", "Sửa ít nhất một chỗ rồi lưu"))
    faults += [each for each in (_misplaced(each, before, wanted) for each in changed) if each]
    if "document" in sections:
        check_issued(wanted["document"].values, faults)
    span = (campaign["starts_on"], campaign["ends_on"])
    periods = _periods(campaign, changed, wanted, now, faults) if "periods" in sections else None
    milestones = None
    if "milestones" in sections:
        milestones = tuple(read_milestones(wanted["milestones"].rows, span, faults))
        _check_milestones(campaign["milestones"], milestones, now, faults)
    scope = None
    if "scope" in sections:
        scope = read_scope(wanted["scope"].values, faults)
        if not _holds(scope, Scope.model_validate(campaign["scope"])):
            remedy = "Giữ các khối, loại đơn vị đã chọn và thêm mục mới, hoặc chọn mọi đơn vị"
            faults.append(_fault("scope.reach", "Phạm vi: sau khi phát động chỉ mở rộng được", remedy))
    if faults:
        return None, tuple(faults)
    old, new = document_of(before), document_of(wanted)
    document = {name: new[name] for name in _DOCUMENT if new[name] != old[name]}
    parts = {"periods": periods, "milestones": milestones, "scope": scope, "sections": sections}
    return Correction.model_validate({"document": document, **parts}), ()


def _check_sent(sent: Sections) -> list[Fault]:
    remedy = "Những phần khác giữ như đã phát động"
    faults = [
        Fault(criterion=name, message="không sửa được sau khi phát động", remedy=remedy)
        for name in sent
        if name not in CORRECTABLE
    ]
    for name in CORRECTABLE.keys() & sent.keys():
        faults += check_section(name, sent[name])
    return faults


def _misplaced(each: Difference, before: Sections, wanted: Sections) -> Fault | None:
    """Refuse what a section says otherwise than a correction may: the name of a period, a row more or less."""
    values, columns = CORRECTABLE[each.section]
    if each.section == "periods" and each.row is not None and each.row >= len(before["periods"].rows):
        at = f"periods.{each.row}.{each.field}"
        return _fault(at, "Kỳ báo cáo: không thêm được sau khi phát động", "Bỏ kỳ này khỏi bản đính chính")
    dropped = each.section == "periods" and each.row is not None and each.row >= len(wanted["periods"].rows)
    if dropped or each.field in (values if each.row is None else columns):
        return None
    place = f"{each.section}." + ("" if each.row is None else f"{each.row}.") + each.field
    return _fault(place, "không sửa được sau khi phát động", f"Ghi lại như đã phát động: {each.before or 'để trống'}")


def _periods(
    campaign: Mapping[str, Any],
    changed: tuple[Difference, ...],
    wanted: Sections,
    now: datetime,
    faults: list[Fault],
) -> tuple[CampaignPeriod, ...]:
    """Read the periods anew; only moments that are still to come may move, and only to ones that are still to come."""
    standing = campaign["periods"]
    rows = wanted["periods"].rows
    if len(rows) < len(standing):
        faults.append(_fault("periods", "Kỳ báo cáo: không bỏ được sau khi phát động", "Giữ đủ các kỳ đã phát động"))
        return ()
    read = read_periods(campaign["campaign_id"], rows, (campaign["starts_on"], campaign["ends_on"]), faults)
    if len(read) != len(standing):
        return ()
    moved = {(each.row, each.field) for each in changed if each.section == "periods"}
    periods = []
    for place, (old, new) in enumerate(zip(standing, read, strict=True)):
        said = {name: old[name] for name in CampaignPeriod.model_fields}
        for name, label in _IN_WORDS.items():
            if (place, name) not in moved:
                continue
            at, moment = f"periods.{place}.{name}", getattr(new, name)
            if old[name] <= now:
                was = f"{old[name].astimezone(VIETNAM):%H:%M %d/%m/%Y}"
                faults.append(_fault(at, f"{label}: đã qua nên không dời được nữa", f"Ghi lại như đã phát động: {was}"))
            elif moment <= now:
                faults.append(_fault(at, f"{label}: không dời được về lúc đã qua", "Chọn một lúc còn ở phía trước"))
            said[name] = moment
        periods.append(CampaignPeriod.model_validate(said))
    return tuple(periods)


def _check_milestones(
    standing: list[dict[str, Any]], wanted: tuple[Milestone, ...], now: datetime, faults: list[Fault]
) -> None:
    """Refuse to move, drop or add a milestone in the past: by it units have already registered, or not."""
    today = now.astimezone(VIETNAM).date()
    before = [Milestone.model_validate(each) for each in standing]
    faults += [
        _fault(
            "milestones",
            f"Mốc “{gone.name}”: đã qua nên không sửa được nữa",
            f"Ghi lại như đã phát động: {gone.on:%d/%m/%Y}",
        )
        for gone in before
        if gone not in wanted and gone.on < today
    ]
    faults += [
        _fault(
            f"milestones.{place}.on",
            f"Mốc “{new.name}”: không đặt được vào ngày đã qua",
            "Chọn một ngày còn ở phía trước",
        )
        for place, new in enumerate(wanted)
        if new not in before and new.on < today
    ]


def _holds(wide: Scope, narrow: Scope) -> bool:
    """Tell whether a scope means all that the other meant."""
    if wide.reach == "all":
        return True
    if wide.reach != narrow.reach:
        return False
    return set(narrow.block_ids) <= set(wide.block_ids) and set(narrow.kinds) <= set(wide.kinds)


def _fault(field: str, message: str, remedy: str) -> Fault:
    return Fault(criterion=field, message=message, remedy=remedy)
