"""Points by the band a value lies in, the lower bound included."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.scoring import ValueKind
from scoring.rules.kinds.base import Kind, Line, Model, NotNegative, Outcome, Role, given
from scoring.rules.words import measured, said, say, short


class Band(Model):
    """From this value on, the lower bound included, these points.

    ``below`` is the upper bound as the issued text has it; it decides nothing and must meet the next band.
    """

    at_least: NotNegative
    points: NotNegative
    below: NotNegative | None = None

    def __str__(self) -> str:
        end = "" if self.below is None else f" đến dưới {say(self.below)}"
        return f"từ {say(self.at_least)}{end} được {said(self.points)} điểm"


class Bands(Kind):
    """Points by the band a value lies in. Each band ends where the next begins."""

    called: ClassVar = "theo mức"
    words: ClassVar = {"bands": "các mức"}
    value_kind: ClassVar = ValueKind.AMOUNT

    kind: Literal["bands"]
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]

    def bounds(self, maximum: Decimal, target: Decimal | None) -> Iterator[Decimal]:  # noqa: ARG002
        yield from (band.at_least for band in self.bands)

    def faults(self, maximum: Decimal, role: Role) -> Iterator[str]:  # noqa: ARG002
        first, last = self.bands[0], self.bands[-1]
        if first.at_least != 0:
            yield f"mức đầu tiên phải bắt đầu từ 0, đang là {say(first.at_least)}: thêm một mức từ 0"
        for lower, upper in pairwise(self.bands):
            begins = say(upper.at_least)
            if upper.at_least <= lower.at_least:
                yield f"các mức chồng nhau: sau mức {say(lower.at_least)} lại là mức {begins}; xếp các mức tăng dần"
            elif lower.below is not None and lower.below > upper.at_least:
                yield f"các mức chồng nhau từ {begins} đến {say(lower.below)}: kết thúc mức trước ở {begins}"
            elif lower.below is not None and lower.below < upper.at_least:
                yield f"các mức hở từ {say(lower.below)} đến {begins}: kết thúc mức trước ở {begins}"
        if last.below is not None:
            yield f"trên {say(last.below)} không có mức nào: bỏ cận trên của mức cuối"
        if max(band.points for band in self.bands) > maximum:
            yield f"có mức điểm cao hơn điểm tối đa {say(maximum)}: hạ mức đó hoặc nâng điểm tối đa"

    def compute(self, line: Line) -> Outcome:
        value = given(line.value)
        band = max((band for band in self.bands if band.at_least <= value), key=lambda each: each.at_least)
        lies = f"thuộc mức từ {short(band.at_least, line.measure)}"
        told = f"{'Có' if line.role is Role.PENALTY else 'Thực hiện'} {measured(value, line.measure)}"
        return Outcome(band.points, f"{told}, {lies}: {line.counted} {said(band.points)} điểm.")
