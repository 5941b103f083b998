"""What a unit's year in figures must be."""

from typing import Final

from pydantic import BaseModel, ConfigDict

from registry.rules.faults import Fault


class YearFigures(BaseModel):
    """The counted part of a unit's year; persons, whole numbers."""

    model_config = ConfigDict(frozen=True)

    headcount: int
    completed_tasks: int
    advanced_workers: int
    grassroots_fighters: int
    disciplined: int


_FIGURE_WORDS: Final = {
    "completed_tasks": "Số người hoàn thành nhiệm vụ",
    "advanced_workers": "Số Lao động tiên tiến",
    "grassroots_fighters": "Số Chiến sĩ thi đua cơ sở",
    "disciplined": "Số người bị kỷ luật",
}


def check_year(figures: YearFigures) -> tuple[Fault, ...]:
    """Name every figure that cannot be: below zero, or more persons than the unit has."""
    faults = []
    if figures.headcount < 1:
        faults.append(Fault(criterion="headcount", message="Số người của đơn vị: nhập từ 1 trở lên"))
    for field, words in _FIGURE_WORDS.items():
        count: int = getattr(figures, field)
        if count < 0:
            faults.append(Fault(criterion=field, message=f"{words}: nhập từ 0 trở lên"))
        elif count > figures.headcount >= 1:
            faults.append(
                Fault(criterion=field, message=f"{words}: không thể nhiều hơn {figures.headcount} người của đơn vị")
            )
    return tuple(faults)
