"""How a cell of each kind is read: what is plain is taken, what may be two things is asked about, nothing is guessed."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chassis.amounts import AmbiguousNumberError, NotANumberError, parse_amount
from chassis.text import fold, nfc
from contracts.registry import TaskRating, UnitKind
from registry.rules.days import YEARS, parse_day
from registry.rules.lists.cells import Cell, Told, Wrong

_COMPUTED: Final = "ô có công thức, lấy giá trị đang hiện"
_LOOK: Final = "Xem lại giá trị này; muốn chắc, dán giá trị thay cho công thức"
_LEADING: Final = "ô là số nên số 0 ở đầu, nếu có, đã mất trong tệp"
_KINDS: Final[Mapping[str, UnitKind]] = {
    "Thành phố": UnitKind.CITY,
    "Phường": UnitKind.WARD,
    "Xã": UnitKind.COMMUNE,
    "Phòng chuyên môn": UnitKind.DEPARTMENT,
    "Cơ quan Đảng": UnitKind.PARTY_BODY,
    "Đoàn thể": UnitKind.MASS_ORGANIZATION,
    "Đơn vị sự nghiệp": UnitKind.SERVICE_UNIT,
    "Ngành dọc": UnitKind.VERTICAL_BODY,
    "Trường học": UnitKind.SCHOOL,
    "Doanh nghiệp": UnitKind.ENTERPRISE,
}
KIND_WORDS: Final[Mapping[UnitKind, str]] = {kind: word for word, kind in _KINDS.items()}
_FOLDED_KINDS: Final = {fold(word): kind for word, kind in _KINDS.items()}
_RATINGS: Final[Mapping[str, TaskRating]] = {
    "Hoàn thành xuất sắc nhiệm vụ": TaskRating.EXCELLENT,
    "Hoàn thành tốt nhiệm vụ": TaskRating.GOOD,
    "Hoàn thành nhiệm vụ": TaskRating.COMPLETED,
    "Không hoàn thành nhiệm vụ": TaskRating.NOT_COMPLETED,
}
RATING_WORDS: Final[Mapping[TaskRating, str]] = {rating: word for word, rating in _RATINGS.items()}
_FOLDED_RATINGS: Final = {fold(word): rating for word, rating in _RATINGS.items()} | {
    # As lists of ratings abbreviate them.
    "htxsnv": TaskRating.EXCELLENT,
    "httnv": TaskRating.GOOD,
    "htnv": TaskRating.COMPLETED,
    "khtnv": TaskRating.NOT_COMPLETED,
}
_YES_NO: Final = {"co": True, "x": True, "1": True, "true": True, "khong": False, "0": False, "false": False}
_PLAIN_TEXT: Final = re.compile(r"[0-9]+")
_YEAR: Final = re.compile(r"[0-9]{4}")

Reader = Callable[[Cell], Told | Wrong]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list: its heading, a line that explains it, and how its cells are read."""

    key: str
    heading: str
    hint: str
    read: Reader
    required: bool = True
    width: int = 20
    as_day: bool = False


def read_cell(column: Column, cell: Cell) -> Told | Wrong:
    """Read a cell by its column; that it was computed is told, whatever else is told of it."""
    if cell.unread:
        if cell.formula:
            return Wrong(
                "công thức chưa có giá trị", "Mở tệp bằng Excel rồi lưu lại, hoặc gõ giá trị thay cho công thức"
            )
        return Wrong("ô đang báo lỗi", "Gõ giá trị đúng thay cho ô lỗi")
    found = column.read(cell)
    if cell.formula and isinstance(found, Told) and found.message is None:
        return Told(found.value, _COMPUTED, _LOOK)
    return found


def words(longest: int, shortest: int = 1) -> Reader:
    """Read a text on one line."""

    def read(cell: Cell) -> Told | Wrong:
        text = nfc(cell.text)
        if not shortest <= len(text) <= longest:
            return Wrong(f"dài quá {longest} ký tự", "Viết ngắn lại")
        return Told(text)

    return read


def as_typed(longest: int) -> Reader:
    """Read a text to the letter, but for its normal form and the spaces around it."""

    def read(cell: Cell) -> Told | Wrong:
        text = unicodedata.normalize("NFC", cell.text).strip()
        return Wrong(f"dài quá {longest} ký tự", "Viết ngắn lại") if len(text) > longest else Told(text)

    return read


def code(longest: int) -> Reader:
    """Read a code, which only looks like a number: zeros in front belong to it."""

    def read(cell: Cell) -> Told | Wrong:
        text = nfc(cell.text)
        if cell.dated:
            return Wrong("Excel đã đổi mã thành ngày", "Định dạng cột là Văn bản (Text) rồi gõ lại mã")
        if len(text) > longest:
            return Wrong(f"dài quá {longest} ký tự", "Kiểm tra lại mã")
        if cell.number and not _PLAIN_TEXT.fullmatch(text):
            return Wrong("mã là số lẻ hoặc quá dài", "Định dạng cột là Văn bản (Text) rồi gõ lại mã")
        if cell.number and not text.startswith("0"):
            return Told(text, _LEADING, "Nếu mã có số 0 ở đầu, định dạng cột là Văn bản (Text) rồi gõ lại")
        return Told(text)

    return read


def item(cell: Cell) -> Told | Wrong:
    """Read the code of a line of a score sheet (``1.1``), which spreadsheets like to take for a number or a day."""
    text = nfc(cell.text)
    if cell.dated:
        return Wrong("Excel đã đổi mục thành ngày", "Định dạng cột là Văn bản (Text) rồi gõ lại mục, ví dụ 1.1")
    if cell.number:
        text = text.replace(",", ".")
        return Told(
            text, f"ô là số, đọc là mục {text}", "Nếu là mục khác (ví dụ 1.10), định dạng cột là Văn bản (Text)"
        )
    return Wrong("dài quá 40 ký tự", "Ghi mã mục, ví dụ 1.1") if len(text) > 40 else Told(text)  # noqa: PLR2004 - as bodies


def kind(cell: Cell) -> Told | Wrong:
    found = _FOLDED_KINDS.get(fold(cell.text))
    return Told(found) if found else Wrong("không phải loại đơn vị", f"Chọn một trong: {', '.join(_KINDS)}")


def id_of(cell: Cell) -> Told | Wrong:
    try:
        return Told(UUID(nfc(cell.text)))
    except ValueError:
        return Wrong("không phải mã định danh", "Để trống nếu là dòng mới, hoặc chép nguyên từ tệp đã tải về")


def rating(cell: Cell) -> Told | Wrong:
    found = _FOLDED_RATINGS.get(fold(cell.text))
    return Told(found) if found else Wrong("không phải mức xếp loại", f"Ghi một trong: {', '.join(_RATINGS)}")


def year(cell: Cell) -> Told | Wrong:
    text = nfc(cell.text)
    if cell.dated or not _YEAR.fullmatch(text) or int(text) not in YEARS:
        return Wrong("không phải năm", "Ghi năm như 2023")
    return Told(int(text))


def day_in(years: range) -> Reader:
    """Read a day of these years: a cell that is one, dd/mm/yyyy as text, or the number that a spreadsheet keeps for a day."""

    def read(cell: Cell) -> Told | Wrong:
        remedy = "Viết ngày/tháng/năm, ví dụ 30/11/2023"
        if cell.number:
            if cell.day is None or cell.day.year not in years:
                return Wrong("không phải ngày", remedy)
            if not cell.dated:
                told = f"ô là số, đọc là ngày {cell.day:%d/%m/%Y}"
                return Told(cell.day, told, "Nếu không phải ngày này, gõ lại ngày")
            return Told(cell.day)
        found = parse_day(nfc(cell.text), years)
        return Told(found) if found else Wrong("không phải ngày", remedy)

    return read


day: Final = day_in(YEARS)


def amount(cell: Cell) -> Told | Wrong:
    """Read a number from 0 up; ``1.234`` typed as text may be two numbers, so it is asked about."""
    if cell.dated:
        return Wrong("ô đang là ngày, không phải số", "Định dạng ô là Số rồi gõ lại")
    try:
        return Told(parse_amount(cell.text))
    except AmbiguousNumberError as error:
        return Wrong("có thể hiểu hai cách", error.remedy)
    except NotANumberError:
        return Wrong("không phải là số", "Viết một số từ 0 trở lên, ví dụ 86,5")


def value(longest: int) -> Reader:
    """Read a reported value to the letter; whether it fits its item, the sheet of the unit says."""
    plain = as_typed(longest)

    def read(cell: Cell) -> Told | Wrong:
        if cell.dated:
            return Wrong("Excel đã đổi giá trị thành ngày", "Định dạng ô là Số hoặc Văn bản rồi gõ lại")
        return plain(cell)

    return read


def yes_no(cell: Cell) -> Told | Wrong:
    found = _YES_NO.get(fold(cell.text))
    return Wrong("không phải Có hoặc Không", "Ghi Có hoặc Không") if found is None else Told(found)
