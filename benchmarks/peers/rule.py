"""What is the same for every peer by definition: the scoring rule of the benchmark's sheet, the ranking, the answers.

For the whole ripple also: the one condition of a title that a report can move, and the words of the messages.
"""

from collections.abc import Iterable, Iterator, Mapping
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


def receipt_number(number: int, accepted_at: datetime) -> str:
    return f"BN-{accepted_at:%y%m}-{number:04d}"


def receipt(number: int, report_id: UUID, version: int, accepted_at: datetime, *, late: bool) -> dict[str, Any]:
    """Give the answer to an accepted report."""
    return {
        "receipt_number": receipt_number(number, accepted_at),
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


Move = dict[str, Any]
"""A place that changed, as it is handed on in JSON: ``unit_id``, ``rank``, ``previous_rank``, ``ranked``, ``points``."""


def move(place: Any, ranked: int) -> Move:
    """Give what is handed on of a place that changed, from what any ORM makes of it."""
    return {
        "unit_id": str(place.unit_id),
        "rank": place.rank,
        "previous_rank": place.previous_rank,
        "ranked": ranked,
        "points": f"{place.points:.2f}",
    }


def moved(moves: Iterable[Move]) -> list[UUID]:
    """Name the units whose places changed."""
    return [UUID(each["unit_id"]) for each in moves]


def may_report(grants: Iterable[Mapping[str, str]]) -> bool:
    """Tell whether somebody with these grants may report for any unit."""
    return any(grant["role"] == "city_office" for grant in grants)


def assessed(title: Mapping[str, Any], rank: int, ranked: int, points: Decimal, leader: Decimal) -> dict[str, Any]:
    """Assess a title of a unit with this place; of all its conditions only the rank can be known."""
    if all(each["condition"] != "block_rank" for each in title["conditions"]):
        return dict(title)
    gap = f"đang hạng {rank}/{ranked}" if rank > 1 else None
    if gap and points < leader:
        gap += f", kém {leader - points:.2f} điểm so với hạng 1".replace(".", ",")
    found = {"finding": "missing" if gap else "met", "value": f"hạng {rank}/{ranked}", "gap": gap}
    conditions = [{**each, **found} if each["condition"] == "block_rank" else each for each in title["conditions"]]
    return {**title, "conditions": conditions, "verdict": "not_eligible" if gap else title["verdict"]}


def says_otherwise(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> bool:
    """Tell whether an assessment finds something else than the one before, and not only other figures."""
    return before is None or _findings(before) != _findings(now)


def _findings(assessment: Mapping[str, Any]) -> list[str]:
    return [each["finding"] for each in assessment["conditions"]]


class Message(NamedTuple):
    """One message to one post."""

    post: str
    scope_id: UUID
    about_id: UUID
    title: str
    text: str
    link: str


class Told(NamedTuple):
    """What the messages of one accepted report are about, as any ORM has it; ``names`` are those of the units."""

    submission: Any
    unit: Any
    block: Any
    period: Any
    names: Mapping[UUID, str]


def messages(
    told: Told, moves: Iterable[Move], verdicts: Iterable[tuple[UUID, Mapping[str, Any]]]
) -> Iterator[Message]:
    """Word all that one report leads to: its receipt, the places that moved, the verdicts that say otherwise."""
    submission, unit, block, period, names = told
    number = receipt_number(submission.number, submission.accepted_at)
    text = f"Số biên nhận {number}." + (" Báo cáo nộp sau hạn." if submission.late else "")
    yield Message("unit_officer", unit.unit_id, unit.unit_id, f"{period.name} đã nhận", text, f"/bien-nhan/{number}")
    title, board = f"{unit.name} đã gửi {period.name[:1].lower()}{period.name[1:]}", f"/bang-khoi/{block.block_id}"
    yield Message("block_head", block.block_id, unit.unit_id, title, text, board)
    said = []
    for each in moves:
        rank, before = each["rank"], each["previous_rank"]
        if rank == before:
            continue
        mover, way = UUID(each["unit_id"]), "lên" if before and rank < before else "xuống"
        said.append(f"{names[mover]} {f'{way} hạng {rank}' if before else f'được xếp hạng {rank}'}")
        text = f"Hạng {rank} trong {each['ranked']} đơn vị đã xếp hạng" + (
            f", trước đó hạng {before}" if before else ""
        )
        text += f". Tổng điểm tạm tính {each['points'].replace('.', ',')}."
        yield Message("unit_officer", mover, mover, said[-1], text, board)
    if said:
        title = f"Bảng {block.name} có {len(said)} đơn vị đổi hạng"
        yield Message("block_head", block.block_id, block.block_id, title, "; ".join(said[:5]) + ".", board)
    for whose, assessment in verdicts:
        findings = _findings(assessment)
        missing, unknown = findings.count("missing"), findings.count("unknown")
        parts = [f"còn thiếu {missing} điều kiện"] * bool(missing)
        parts += [f"{unknown} điều kiện cần xác nhận"] * bool(unknown)
        words = {"not_eligible": "chưa đủ điều kiện", "needs_confirmation": "cần xác nhận thêm"}[assessment["verdict"]]
        title = f"{assessment['name']}: {names[whose]} {words}"
        yield Message("unit_officer", whose, whose, title, ", ".join(parts).capitalize() + ".", "/#danh-hieu")
