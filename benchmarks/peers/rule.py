"""What is the same for every peer by definition: the scoring rule of the benchmark's sheet, the ranking, the answers."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple
from uuid import UUID

_STEP = Decimal("0.25")


class Earned(NamedTuple):
    """Points, and the reason of each part of them."""

    points: Decimal
    parts: list[dict[str, Any]]


def earned(fields: Mapping[str, str]) -> Earned:
    """Full 90 points from 1000 on, none below 700, in proportion between; ten for a pledge."""
    amount, pledged = Decimal(fields["1.1"].replace(",", ".")), fields["2.1"] == "có"
    reached = min(amount / 1000, Decimal(1))
    economy = Decimal(0)
    if reached >= Decimal("0.7"):
        economy = (90 * reached / _STEP).quantize(Decimal(1), ROUND_HALF_UP) * _STEP
    emulation = Decimal(10 * pledged)
    parts = [
        {
            "criterion": "1.1",
            "group": "1",
            "rule": "ratio_linear",
            "value": str(amount),
            "target": "1000",
            "ratio": f"{reached:.6f}",
            "maximum": "90",
            "points": f"{economy:.2f}",
            "why": f"Thực hiện {amount} trên chỉ tiêu 1.000 triệu đồng, đạt {reached:.0%}; mỗi 1% thiếu trừ 1% của "
            f"90,00 điểm, còn {economy:.2f}.",
        },
        {
            "criterion": "2.1",
            "group": "2",
            "rule": "yes_no",
            "value": str(int(pledged)),
            "target": None,
            "ratio": None,
            "maximum": "10",
            "points": f"{emulation:.2f}",
            "why": f"Đã thực hiện, được {emulation:.2f} điểm." if pledged else "Không thực hiện, không có điểm.",
        },
    ]
    return Earned(economy + emulation, parts)


def ranked(points: Mapping[UUID, Decimal]) -> Iterator[tuple[UUID, int]]:
    """Give (unit, rank), the best first; equal points share a rank and the next one is left out: 1, 1, 3."""
    rank, previous = 0, None
    for place, unit in enumerate(sorted(points, key=points.__getitem__, reverse=True), start=1):
        rank, previous = rank if points[unit] == previous else place, points[unit]
        yield unit, rank


def receipt(number: int, report_id: UUID, version: int, accepted_at: datetime, *, late: bool) -> dict[str, Any]:
    """Give the answer to an accepted report."""
    return {
        "receipt_number": f"BN-{accepted_at:%y%m}-{number:04d}",
        "report_id": str(report_id),
        "version": version,
        "accepted_at": accepted_at.isoformat(),
        "late": late,
    }


def row(place: Any, score: Any) -> dict[str, Any]:
    """Give a line of a board from what any ORM makes of a place and a score."""
    return {
        "unit_id": str(place.unit_id),
        "rank": place.rank,
        "previous_rank": place.previous_rank,
        "points": str(place.points),
        "groups": [{"group": part["group"], "points": part["points"]} for part in score.parts],
        "late": score.late,
    }
