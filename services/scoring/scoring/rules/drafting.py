"""From what was typed to a sheet: it is given once nothing is wrong in it; until then every fault at once, at its field."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from scoring.rules import forms
from scoring.rules.drafts import EXTRAS, GROUPS, SHEET, TIES, Parts, Row, part_of
from scoring.rules.faults import Fault, unpaid
from scoring.rules.kinds.base import Role
from scoring.rules.numbers import ZERO
from scoring.rules.sheet import Criterion, CriterionGroup, Sheet, TieBreak

_ONE: Final = Decimal(1)
_DEEPEST: Final = 20
_BARE: Final[Mapping[str, Any]] = {"key": "", "groups": ({"code": "", "name": "", "maximum": _ONE},)}
_NOT_THERE: Final = "nhóm không thể nằm trong chính nó, cũng không lồng quá 20 tầng: chọn nhóm khác"
_WORDS: Final = {
    "greater_than": "phải lớn hơn 0",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than_equal": "nhiều nhất là {le}",
    "decimal_max_places": "có nhiều nhất {decimal_places} chữ số sau dấu phẩy",
    "string_pattern_mismatch": "viết như 1.1, T.2 hoặc K.1, không dấu cách",
    "string_too_short": "còn trống",
    "string_too_long": "dài quá {max_length} ký tự",
}


M = TypeVar("M", bound=BaseModel)


class Found(NamedTuple):
    """A fault and its field: ``part.row.field``."""

    field: str
    words: str


class Used(NamedTuple):
    """The points that the lines of a group use, those of the groups within it included; without a key, of the whole sheet."""

    key: str
    code: str
    name: str
    within: str
    used: Decimal
    maximum: Decimal | None


class Drafted(NamedTuple):
    sheet: Sheet | None
    faults: tuple[Found, ...]
    used: tuple[Used, ...]
    """Of the sheet first, then of each group in the order of the draft."""


class _Line(NamedTuple):
    part: str
    row: int
    criterion: Criterion


class _Group(NamedTuple):
    key: str
    row: int
    within: str
    document: dict[str, Any]
    """Code, name, maximum and what else is said of it; what could not be read is made up."""
    sure: bool

    @property
    def weight(self) -> Decimal:
        weight: Decimal = self.document.get("weight", _ONE)
        return weight


def read(parts: Parts) -> Drafted:
    """Read a draft as a sheet."""
    return _Reading(parts).read()


class _Reading:
    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.found: list[Found] = []
        self.unread: dict[str, int] = defaultdict(int)
        """Part → how many of its rows could not be read: what hangs on them is not known yet."""

    def read(self) -> Drafted:
        sheet = self._head()
        groups = list(self._groups())
        lines = [line for part in (*(part_of(group.key) for group in groups), EXTRAS) for line in self._lines(part)]
        ties = list(self._ties())
        if not groups:
            self.found.append(Found(f"{GROUPS}.0.name", "bảng điểm chưa có nhóm nào: thêm ít nhất một nhóm"))
            return Drafted(None, tuple(self.found), (self._whole(sheet, ()),))
        whole: list[Fault] = []
        document = {
            **sheet,
            "groups": [self._built(group, groups, lines) for group in groups if not group.within],
            "extras": [line.criterion for line in lines if line.part == EXTRAS],
            "tie_breaks": [tie for _, tie in ties],
        }
        made = Sheet.model_validate(document, context=whole)
        stepless = self.unread[SHEET] or any(each.field == f"{SHEET}.0.step" for each in self.found)
        if not stepless and all(each.sure for each in groups):
            whole += unpaid(made)
        self.found += self._placed(whole, groups, lines, {tie.code: row for row, tie in ties})
        used = (self._whole(sheet, groups, lines), *(self._used(group, groups, lines) for group in groups))
        return Drafted(None if self.found else made, tuple(self.found), used)

    def _head(self) -> dict[str, Any]:
        row = next(iter(self.parts.get(SHEET, ())), {})
        read = self._row(Sheet, forms.OF_A_SHEET, row, f"{SHEET}.0")
        key = row.get("key", "").strip() or "bang-diem"
        sure = {"name": "", "note": "", "total": _ONE, "step": _ONE}
        if self._made(Sheet, {**_BARE, **sure, **read}, f"{SHEET}.0") is None:
            self.unread[SHEET] += 1
            read = {name: value for name, value in read.items() if name == "name"}
        return {"key": key, **sure, **read}

    def _groups(self) -> Iterator[_Group]:
        rows = self.parts.get(GROUPS, ())
        keys = {row["key"] for row in rows}
        around = {row["key"]: row.get("within", "") for row in rows}
        for number, row in enumerate(rows):
            at = f"{GROUPS}.{number}"
            before = len(self.found)
            within = row.get("within", "")
            if within and (within not in keys or _circles(row["key"], around)):
                self.found.append(Found(f"{at}.within", _NOT_THERE))
                within = ""
            if not any(text for name, text in row.items() if name not in ("key", "within")):
                words = "nhóm này đã xóa tên nhưng còn mục hoặc nhóm bên trong: chuyển chúng đi trước, hoặc ghi lại tên nhóm"
                self.found.append(Found(f"{at}.name", words))
                read: dict[str, Any] = {}
            else:
                read = self._row(CriterionGroup, forms.OF_A_GROUP, row, at)
            made_up = {"code": row["key"], "name": row["key"], "maximum": _ONE}
            if self._made(CriterionGroup, {**made_up, **read}, at) is None:
                read = {name: read[name] for name in ("code", "name") if name in read}
            yield _Group(row["key"], number, within, {**made_up, **read}, len(self.found) == before)

    def _lines(self, part: str) -> Iterator[_Line]:
        for number, row in enumerate(self.parts.get(part, ())):
            at = f"{part}.{number}"
            before = len(self.found)
            read = self._row(Criterion, forms.OF_A_LINE, row, at)
            kind = row.get("kind", "").strip()
            if kind in forms.KINDS:
                own = self._row(forms.model_of(kind), forms.KINDS[kind].fields, row, at)
                read["rule"] = {"kind": kind, **own}
            else:
                self.found.append(Found(f"{at}.kind", "chưa chọn cách tính điểm: chọn một cách trong danh sách"))
            read.setdefault("measure", "")
            criterion = None
            if len(self.found) == before:
                criterion = self._made(Criterion, read, at)
            if criterion is None:
                self.unread[part] += 1
            else:
                yield _Line(part, number, criterion)

    def _ties(self) -> Iterator[tuple[int, TieBreak]]:
        for number, row in enumerate(self.parts.get(TIES, ())):
            codes = [code for code in row.get("criteria", "").replace(",", " ").replace(";", " ").split() if code]
            for name, words in (("name", "còn trống: gọi tên tiêu chí này"), ("criteria", "còn trống: ghi mã các mục")):
                if not row.get(name, "").strip():
                    self.found.append(Found(f"{TIES}.{number}.{name}", words))
            document = {"code": row.get("code") or "rule", "name": row.get("name", "").strip(), "criteria": codes}
            if document["name"] and codes:
                made = self._made(TieBreak, document, f"{TIES}.{number}")
                if made:
                    yield number, made

    def _row(self, model: type[BaseModel], fields: Iterable[forms.Field], row: Row, at: str) -> dict[str, Any]:
        """Read the fields of a row; what stays empty keeps what the model says by itself."""
        read: dict[str, Any] = {}
        for field in fields:
            text = row.get(field.name, "").strip()
            if text:
                try:
                    read[field.name] = forms.read(model, field, text)
                except forms.Unreadable as unread:
                    self.found.append(Found(f"{at}.{field.name}", f"{field.words}: {unread}"))
            elif not field.may_stay_empty:
                self.found.append(Found(f"{at}.{field.name}", f"{field.words}: còn trống"))
        return read

    def _made(self, model: type[M], document: Mapping[str, Any], at: str) -> M | None:
        """Make what was read; what bounds it is told at its field."""
        try:
            # What is wrong with a whole is asked of the whole, at the end.
            return model.model_validate(document, context=[])
        except ValidationError as error:
            for each in error.errors():
                place = [str(step) for step in each["loc"]]
                # (rule, kind of rule, field, …)
                field = (place[2] if len(place) > 2 else "kind") if place[:1] == ["rule"] else place[0]  # noqa: PLR2004
                words = _WORDS.get(each["type"], "không nhận được: xem lại").format(**each.get("ctx", {}))
                found = Found(f"{at}.{field}", f"{_called(field)}: {words}")
                if not any(known.field == found.field for known in self.found):
                    self.found.append(found)
            return None

    def _built(self, group: _Group, groups: list[_Group], lines: list[_Line]) -> dict[str, Any]:
        return {
            **group.document,
            "criteria": [line.criterion for line in lines if line.part == part_of(group.key)],
            "groups": [self._built(each, groups, lines) for each in groups if each.within == group.key],
        }

    def _placed(
        self, faults: Iterable[Fault], groups: list[_Group], lines: list[_Line], ties: Mapping[str, int]
    ) -> Iterator[Found]:
        """Give each fault of the whole its field; what hangs on something that could not be read is left for later."""
        of_group = {group.document["code"]: group for group in groups}
        of_line = {line.criterion.code: line for line in lines}
        anything = any(self.unread.values())
        for fault in faults:
            if fault.field in ("gate", "criteria") and anything:
                continue
            if fault.about == "sheet":
                if not self.unread[SHEET] and all(group.sure for group in groups if not group.within):
                    yield Found(f"{SHEET}.0.{fault.field}", fault.words)
            elif fault.about == "group":
                group = of_group[fault.code]
                inner = [each for each in groups if each.within == group.key]
                summed = fault.field in ("maximum", "name")
                if not summed or (not self.unread[part_of(group.key)] and all(each.sure for each in (group, *inner))):
                    yield Found(f"{GROUPS}.{group.row}.{fault.field}", fault.words)
            elif fault.about == "line":
                line = of_line.get(fault.code) or of_line[fault.code.rpartition(".")[0]]
                yield Found(f"{line.part}.{line.row}.{fault.field}", fault.words)
            else:
                yield Found(f"{TIES}.{ties[fault.code]}.{fault.field}", fault.words)

    def _used(self, group: _Group, groups: list[_Group], lines: list[_Line]) -> Used:
        inner = [each for each in groups if each.within == group.key]
        points = _content(line for line in lines if line.part == part_of(group.key))
        points += sum((self._used(each, groups, lines).used * each.weight for each in inner), start=ZERO)
        document = group.document
        maximum = document["maximum"] if group.sure else None
        return Used(group.key, document["code"], document["name"], group.within, points, maximum)

    def _whole(self, sheet: Mapping[str, Any], groups: Iterable[_Group], lines: Iterable[_Line] = ()) -> Used:
        groups, lines = list(groups), list(lines)
        outermost = (group for group in groups if not group.within)
        points = sum((self._used(group, groups, lines).used * group.weight for group in outermost), start=ZERO)
        return Used("", "", sheet["name"], "", points, None if self.unread[SHEET] else sheet["total"])


def _content(lines: Iterable[_Line]) -> Decimal:
    return sum((line.criterion.counts for line in lines if line.criterion.role is Role.CONTENT), start=ZERO)


def _circles(key: str, around: Mapping[str, str]) -> bool:
    """Tell whether a group stands within itself, or deeper than anybody could read."""
    seen, at = {key}, around.get(key, "")
    while at:
        if at in seen or len(seen) > _DEEPEST:
            return True
        seen.add(at)
        at = around.get(at, "")
    return False


def _called(field: str) -> str:
    every = (
        *forms.OF_A_SHEET,
        *forms.OF_A_GROUP,
        *forms.OF_A_LINE,
        *(each for kind in forms.KINDS.values() for each in kind.fields),
    )
    return next((each.words for each in every if each.name == field), "chỗ này")
