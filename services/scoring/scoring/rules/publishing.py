"""What may be published: provisional → frozen → final, and after that only what is corrected with a reason."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from contracts.appraisal import Column
from contracts.scoring import BoardState
from scoring.rules.columns import newest, said, said_in, to_look_at
from scoring.rules.cross_checks import objected, still_open
from scoring.rules.reviewing import codes_of
from scoring.rules.sheet import Sheet

_BY_APPEAL: Final = (
    "Đơn vị thấy sai, còn trong hạn kiến nghị, gửi kiến nghị đúng mục đó; "
    "kiến nghị được chấp nhận sẽ thành thay đổi chờ công bố"
)


class Refused(NamedTuple):
    """Why a board cannot be published so, and what can be done instead."""

    why: str
    instead: tuple[str, ...]


class Unfinished(NamedTuple):
    """What of the looking at reports is not done on a board, in reports: with an objection that waits for the block's head,
    whose cross-check was assigned and is not done, and that wait for the office.
    """

    objected: int = 0
    cross_checks: int = 0
    appraisals: int = 0


def unfinished(reports: Iterable[Any], sheets: Mapping[tuple[UUID, int], Sheet]) -> Unfinished:
    """Count it among reports as ``LOOKED_AT`` gives them, on the versions of sheets that they are scored by."""
    asked = {key: (_items(sheet, Column.BLOCK), _items(sheet, Column.APPRAISAL)) for key, sheet in sheets.items()}
    counts = [0, 0, 0]
    for row in reports:
        of_block, of_office = asked[row.sheet_id, row.sheet_version]
        left_out = {each["criterion"] for each in row.targets or () if not each.get("assigned", True)}
        values = {each["criterion"]: Decimal(each["value"]) for each in row.reported}
        standing = newest(said(row.reviewed))
        waits = still_open(objected(row.objected), standing, values)
        done = said_in(Column.BLOCK, values, standing) | waits.keys()
        counts[0] += bool(waits)
        counts[1] += row.checked and any(item not in done for item, line in of_block if line not in left_out)
        counts[2] += not row.appraised and any(line not in left_out for _, line in of_office)
    return Unfinished(*counts)


def _items(sheet: Sheet, column: Column) -> list[tuple[str, str]]:
    """Give what a column looks at, each item with its line."""
    lines = {code: criterion.code for _, criterion in sheet.criteria() for code in codes_of(criterion)}
    return [(item, lines[item]) for item in to_look_at(sheet, {}, column)]


def open_items(counts: Mapping[str, Any], looking: Unfinished) -> list[str]:
    """Say what must be settled before a board can be final, in words; ``counts`` as ``OPEN`` asks for them."""
    versions = counts["versions"] or []
    said_of_versions = " và ".join(
        f"{each['units']} đơn vị theo phiên bản {each['version']}"
        if each["own"]
        else f"{each['units']} đơn vị theo bảng điểm khác"
        for each in versions
    )
    mixed = len(versions) > 1 or not all(each["own"] for each in versions)
    said = (
        (counts["unscored"], f"{counts['unscored']} báo cáo đã nhận nhưng chưa chấm xong"),
        (counts["letters"], f"{counts['letters']} tin hệ thống xử lý lỗi, chờ cán bộ vận hành"),
        (counts["appeals"], f"{counts['appeals']} kiến nghị chưa quyết định"),
        (looking.objected, f"{looking.objected} báo cáo có ý kiến không đồng ý chờ khối trưởng kết luận"),
        (counts["rescorings"], "bảng điểm đang được chấm lại"),
        (mixed, f"khối đang chấm theo các bản khác nhau ({said_of_versions}), cần chấm lại theo một bản"),
        (counts["not_closed"], "kỳ báo cáo chưa đóng, đơn vị còn gửi được"),
    )
    return [words for holds, words in said if holds]


def undone(looking: Unfinished) -> list[str]:
    """Say what a board may be final without, for a reason that is kept beside it."""
    said = (
        (looking.cross_checks, f"{looking.cross_checks} báo cáo chấm chéo chưa xong"),
        (looking.appraisals, f"{looking.appraisals} báo cáo chưa thẩm định xong"),
    )
    return [words for holds, words in said if holds]


def refused(
    before: BoardState | None,
    wanted: BoardState,
    *,
    changes: int,
    reason: str | None,
    unsettled: Sequence[str],
    left_undone: Sequence[str] = (),
) -> Refused | None:
    """Tell whether a board that was published as ``before`` last may be published as ``wanted``; None if it may.

    What is ``unsettled`` keeps it from being final, what is ``left_undone`` only without a reason.
    """
    if before is BoardState.FINAL and not (wanted is BoardState.FINAL and reason):
        return Refused(
            "Bảng này đã chính thức nên không chốt lại hay sửa được.",
            (
                _BY_APPEAL,
                "Công bố một bản đính chính chính thức, có lý do"
                if changes
                else "Hiện không có thay đổi nào chờ công bố",
            ),
        )
    if before is not None and not changes and before is wanted:
        onward = (
            ("Công bố chính thức bảng đang chốt",)
            if wanted is BoardState.FROZEN
            else ("Bảng chính thức lần trước giữ nguyên hiệu lực, không phải công bố lại", _BY_APPEAL)
        )
        return Refused("Bảng hiện nay giống hệt lần công bố gần nhất, không có gì để công bố thêm.", onward)
    if wanted is BoardState.FINAL and unsettled:
        return Refused(
            f"Chưa công bố chính thức được: còn {'; '.join(unsettled)}.",
            ("Chốt bảng (chưa chính thức), rồi công bố chính thức khi các việc trên đã xong",),
        )
    if wanted is BoardState.FINAL and left_undone and not reason:
        return Refused(
            f"Còn {'; '.join(left_undone)}. Muốn công bố chính thức mà không chờ thì phải ghi lý do.",
            ("Ghi lý do công bố chính thức khi các việc trên chưa xong", "Chốt bảng (chưa chính thức) rồi chờ xong"),
        )
    return None
