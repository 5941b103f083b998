"""A draft of a sheet as its page shows it: parts, rows with the fields of each, and the points that are used."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from chassis.errors import Problem
from gateway.pages.design import Field
from gateway.pages.typed import whole

Row = dict[str, str]

_SORTS: Final = {"choice": "choice", "yes_no": "choice", "lines": "area"}
_FEW: Final = 3
_YES_NO: Final = {"có": "Có", "không": "Không"}
_WIDE: Final = frozenset({"name", "note", "hint", "citation", "evidence", "verified_by", "criteria"})
_BESIDE: Final = ("code", "role", "name", "measure", "maximum", "weight")
"""What stands before the kind of rule; the rest comes after it."""
_TITLES: Final = {
    "sheet": ("Bảng điểm", "Tên, thang điểm, cách làm tròn."),
    "groups": ("Các nhóm", "Các nhóm ngoài cùng cộng lại bằng tổng điểm của bảng; nhóm có thể nằm trong nhóm."),
    "extras": ("Ngoài các nhóm", "Điểm thưởng, điểm trừ, điều kiện và trường hợp không xếp hạng."),
    "ties": ("Khi bằng điểm", "Tiêu chí phụ của riêng bảng này, xét lần lượt; để trống thì theo cách chung."),
}


def _box(told: Mapping[str, Any]) -> Field:
    """Give a field as the page draws it."""
    words = told["words"]
    choices = _YES_NO if told["sort"] == "yes_no" else told["choices"]
    wide = told["name"] in _WIDE or told["sort"] == "lines"
    return Field(
        told["name"], words[:1].upper() + words[1:], told["hint"], _SORTS.get(told["sort"], "line"), choices, wide
    )


@dataclass
class Builder:
    """One part of a draft on its page."""

    draft: dict[str, Any]
    form: dict[str, Any]
    name: str
    rows: list[Row]
    version: int
    faults: dict[str, dict[str, Any]]
    saved: bool = False
    theirs: dict[str, str] = field(default_factory=dict)
    problem: Problem | None = None
    editor: str = field(default_factory=lambda: uuid4().hex)

    @property
    def parts(self) -> list[str]:
        return [part["part"] for part in self.draft["parts"]]

    @property
    def onward(self) -> str | None:
        """The part after this one."""
        after = self.parts.index(self.name) + 1
        return self.parts[after] if after < len(self.parts) else None

    @property
    def whole(self) -> dict[str, Any]:
        """The points that are used of the whole sheet."""
        found: dict[str, Any] = self.draft["used"][0]
        return found

    @property
    def title(self) -> str:
        return self.title_of(self.name)

    @property
    def lead(self) -> str:
        return _TITLES.get(self.name, ("", "Các mục của nhóm cộng lại bằng điểm tối đa của nhóm."))[1]

    def title_of(self, part: str) -> str:
        group = self.used(part)
        return f"{group['code']} {group['name']}" if group else _TITLES[part][0]

    def used(self, part: str) -> dict[str, Any] | None:
        """Give the points used in a group, by the part that holds its lines."""
        key = part.removeprefix("lines-")
        return next((each for each in self.draft["used"][1:] if each["key"] == key), None)

    def faulty(self, part: str) -> int:
        return sum(each["field"].partition(".")[0] == part for each in self.draft["faults"])

    def begun(self, part: str) -> bool:
        return any(each["rows"] for each in self.draft["parts"] if each["part"] == part)

    @property
    def several(self) -> bool:
        """Whether rows can be added."""
        return self.name != "sheet"

    @property
    def row_word(self) -> str:
        return {"groups": "Nhóm", "ties": "Tiêu chí phụ"}.get(self.name, "Mục")

    def summary(self, row: Row) -> str:
        """Say a row in one line."""
        named = " ".join(text for text in (row.get("code", ""), row.get("name", "")) if text)
        points = f" · {row['maximum']} điểm" if row.get("maximum") not in (None, "", "0") else ""
        points += f", hệ số {row['weight']}" if row.get("weight", "").strip() not in ("", "1") else ""
        kind = self.kinds.get(row.get("kind", ""), "")
        return f"{named or self.row_word + ' mới'}{points}{' · ' + kind if kind else ''}"

    def unfolded(self, number: int, row: Row) -> bool:
        """Tell whether a row stands open: where something is to be typed or mended, or where there are few."""
        at = f"{self.name}.{number}."
        told = any(field.startswith(at) for field in (*self.faults, *self.theirs))
        return not row or told or len(self.rows) <= _FEW

    def hidden(self, row: Row) -> list[tuple[str, str]]:
        """Give what a row carries that nobody types."""
        name = {"groups": "key", "sheet": "key", "ties": "code"}.get(self.name)
        return [(name, row.get(name, ""))] if name else []

    @property
    def kinds(self) -> dict[str, str]:
        return {each["kind"]: each["called"] for each in self.form["kinds"]}

    def fields(self, row: Row) -> Iterator[Field]:
        """Give the fields of a row; those of a kind of rule once it was chosen and saved."""
        if self.name == "ties":
            yield Field("name", "Tên", "Ví dụ: Nhiều tài khoản mở mới hơn")
            yield Field(
                "criteria", "Mã các mục được cộng", "Ví dụ 2.1, 2.2; đơn vị có tổng số liệu lớn hơn được xếp trên"
            )
            return
        if self.name == "sheet":
            yield from map(_box, self.form["sheet"])
            return
        if self.name == "groups":
            yield from map(_box, self.form["group"])
            around = {each["key"]: f"{each['code']} {each['name']}" for each in self.draft["used"][1:]}
            others = {key: words for key, words in around.items() if key != row.get("key")}
            yield Field("within", "Nằm trong nhóm", "Để trống nếu là nhóm ngoài cùng", "choice", others, wide=False)
            return
        told = {each["name"]: each for each in self.form["line"]}
        yield from (_box(told[name]) for name in _BESIDE)
        hint = "Đổi cách tính rồi bấm Lưu để nhập các số của cách đó"
        yield Field("kind", "Cách tính điểm", hint, "choice", self.kinds, wide=False)
        for kind in self.form["kinds"]:
            if kind["kind"] == row.get("kind"):
                yield from map(_box, kind["fields"])
        yield from (_box(each) for name, each in told.items() if name not in _BESIDE)
        yield Field("group", "Thuộc nhóm", "Chọn nhóm khác để chuyển mục sang đó", "choice", self._groups(), wide=False)

    def _groups(self) -> dict[str, str]:
        own = self.name.removeprefix("lines-")
        groups = {
            each["key"]: f"{each['code']} {each['name']}" for each in self.draft["used"][1:] if each["key"] != own
        }
        return groups | ({} if self.name == "extras" else {"-": "Ngoài các nhóm"})


def part_in(draft: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """Give a part of a draft by its name."""
    found: dict[str, Any] | None = next((each for each in draft["parts"] if each["part"] == name), None)
    return found


def typed_rows(sent: Sequence[tuple[str, str]], *, moving: bool) -> list[Row]:
    """Read the rows of a form: ``r.<row>.<field>``; where lines go is taken only where somebody pressed for it."""
    rows: dict[int, Row] = {}
    for name, text in sent:
        mark, _, rest = name.partition(".")
        number, _, of = rest.partition(".")
        place = whole(number, -1)
        if mark != "r" or place < 0 or not of:
            continue
        row = rows.setdefault(place, {})
        if of == "group":
            if moving and text:
                row["group"] = "" if text == "-" else text
        else:
            row[of] = text.replace("\r\n", "\n")
    return [rows[number] for number in sorted(rows)]


def differing(part: str, mine: Sequence[Row], stands: Sequence[Row]) -> dict[str, str]:
    """Give what stands there now for each field that says something else here."""
    found: dict[str, str] = {}
    for number in range(max(len(mine), len(stands))):
        here = mine[number] if number < len(mine) else {}
        there = stands[number] if number < len(stands) else {}
        found |= {
            f"{part}.{number}.{name}": there.get(name, "")
            for name in {**there, **here}
            if name not in ("key", "group") and there.get(name, "") != here.get(name, "")
        }
    return found
