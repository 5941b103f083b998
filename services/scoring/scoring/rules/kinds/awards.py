"""Points for what other bodies awarded: as it was recorded with its decision, else as the unit itself says."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from contracts.people import AwardForm
from contracts.scoring import ValueKind
from scoring.rules.kinds.base import Item, Kind, KnownAward, Line, Outcome, Positive, Role
from scoring.rules.numbers import ZERO
from scoring.rules.words import said, say

FORMS: Final = {
    AwardForm.ORDER: "Huân chương",
    AwardForm.GOVERNMENT_FLAG: "Cờ thi đua của Chính phủ",
    AwardForm.PROVINCIAL_FLAG: "Cờ thi đua của tỉnh, bộ, ngành",
    AwardForm.PRIME_MINISTERS_COMMENDATION: "Bằng khen của Thủ tướng Chính phủ",
    AwardForm.PROVINCIAL_COMMENDATION: "Bằng khen của tỉnh, bộ, ngành",
    AwardForm.MERIT_CERTIFICATE: "Giấy khen",
}
"""What people call the forms of award that can be recorded in a unit's file."""


class Award(Item):
    """A flag or certificate of another body, and what it is worth here.

    With a ``form`` it follows from what is recorded of that form, once anything of this line is.
    """

    points: Positive
    form: AwardForm | None = None

    def __str__(self) -> str:
        return f"{self.name} {said(self.points)} điểm{f', theo hồ sơ {FORMS[self.form]}' if self.form else ''}"


class Awards(Kind):
    """The highest award counts alone, so that one achievement is not counted twice; or all of them, up to the maximum."""

    called: ClassVar = "theo khen thưởng của nơi khác"
    words: ClassVar = {"items": "các hình thức", "highest_only": "chỉ tính mức cao nhất"}
    value_kind: ClassVar = ValueKind.COUNT
    computed: ClassVar = True

    kind: Literal["awards"]
    items: Annotated[tuple[Award, ...], Field(min_length=1)]
    highest_only: bool = True

    def asks(self) -> tuple[Award, ...]:
        return self.items

    def faults(self, maximum: Decimal, role: Role) -> Iterator[str]:
        if role is not Role.BONUS:
            yield "khen thưởng của nơi khác chỉ có thể là điểm thưởng"
        for item in self.items:
            if item.points > maximum:
                yield f"{item.name} được {say(item.points)} điểm, mục nhiều nhất {say(maximum)}: sửa một trong hai số"
        for form, times in Counter(item.form for item in self.items if item.form).items():
            if times > 1:
                yield f"{FORMS[form]} đứng ở {times} hình thức: mỗi hình thức trong hồ sơ chỉ ghi ở một dòng"

    def derives(self, awards: Sequence[KnownAward]) -> bool:
        return bool(self._known(awards))

    def compute(self, line: Line) -> Outcome:
        known = self._known(line.awards)
        counts = dict(line.items)
        if known:
            # What somebody decided stands; what the unit says of these forms is then left alone.
            counts |= {
                item.code: Decimal(sum(each.form is item.form for each in known)) for item in self.items if item.form
            }
        won = [(item, counts[item.code]) for item in self.items if counts.get(item.code)]
        if not won:
            return Outcome(ZERO, "Không phát sinh.")
        if self.highest_only:
            best = max((item for item, _ in won), key=lambda item: item.points)
            why = f"{best.name}, chỉ tính mức cao nhất: được {said(best.points)} điểm."
            return Outcome(best.points, why + _source(each for each in known if each.form is best.form))
        points = min(sum((item.points * times for item, times in won), start=ZERO), line.maximum)
        told = ", ".join(f"{say(times)} {item.name} ({said(item.points)} mỗi lần)" for item, times in won)
        why = f"{told}, nhiều nhất {said(line.maximum)}: được {said(points)} điểm."
        return Outcome(points, why + _source(known))

    def _known(self, awards: Sequence[KnownAward]) -> list[KnownAward]:
        forms = {item.form for item in self.items if item.form}
        return [award for award in awards if award.form in forms]


def _source(known: Iterable[KnownAward]) -> str:
    """Name the decisions that say so."""
    decisions = [f"{FORMS[each.form]}, Quyết định {each.number} ngày {each.on:%d/%m/%Y}" for each in known]
    return f" Theo hồ sơ khen thưởng: {'; '.join(decisions)}." if decisions else ""
