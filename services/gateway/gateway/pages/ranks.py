"""Why a unit has its place, in one sentence: who is next to it, how far, and what told them apart."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from gateway.pages import words

_RULES: Final[Mapping[str, str]] = {
    "content_points": "điểm nội dung",
    "emulation_points": "điểm công tác thi đua, khen thưởng",
    "fewer_penalties": "ít điểm trừ hơn",
    "block_vote": "số phiếu của khối",
}


def sentence(place: Mapping[str, Any], unit_id: str, sheet: Mapping[str, Any], name: Callable[[str], str]) -> str:
    """Say why a unit stands where it does; ``place`` as scoring tells it, ``name`` gives the name of a unit."""
    unit = name(unit_id)
    if place["rank"] is None:
        return f"{unit} {words.disqualified(place) or 'không được xếp hạng'}."
    said = [_next(place, place[side], sheet, name, side) for side in ("ahead", "behind") if place[side]]
    if place["alike"]:
        others = ", ".join(name(other) for other in place["alike"])
        said.insert(0, f"đồng hạng với {others} vì mọi tiêu chí so sánh đều bằng nhau")
    begins = f"{unit} xếp hạng {place['rank']} trên {place['ranked']} đơn vị được xếp hạng"
    votes = _votes(place, name)
    return f"{begins}: {'; '.join(said)}{votes}." if said else f"{begins}."


def _next(
    place: Mapping[str, Any], other: Mapping[str, Any], sheet: Mapping[str, Any], name: Callable[[str], str], side: str
) -> str:
    who = f"{name(other['unit_id'])} (hạng {other['rank']})"
    gap = Decimal(str(other["percent_gap"]))
    if gap:
        far = f"{words.amount(gap)}% điểm tối đa áp dụng"
        if other["points_gap"] is not None:
            far = f"{words.points(other['points_gap'])} điểm, tức {far}"
        return f"{'kém' if side == 'ahead' else 'hơn'} {who} {far}"
    order = "sau" if side == "ahead" else "trước"
    return f"bằng tỷ lệ điểm với {who} nhưng xếp {order} theo tiêu chí phụ: {_rule(place, other, sheet)}"


def _rule(place: Mapping[str, Any], other: Mapping[str, Any], sheet: Mapping[str, Any]) -> str:
    """Name what told two of equal percent apart: what told either of them from its nearest, the last that was needed."""
    code = place["decided_by"] if place["decided_by"] != "shared" else other["decided_by"]
    names = {**{each["code"]: str(each["name"]) for each in sheet["tie_breaks"]}, **_RULES}
    return names.get(code or "", "theo bản trước của bảng điểm")


def _votes(place: Mapping[str, Any], name: Callable[[str], str]) -> str:
    if not place["votes"]:
        return ""
    counted = sorted(place["votes"]["votes"].items(), key=lambda each: (-each[1], each[0]))
    return "; số phiếu: " + ", ".join(f"{name(unit)} {count}" for unit, count in counted)


def units_of(place: Mapping[str, Any]) -> set[str]:
    """Give whom the sentence names, beside the unit itself."""
    beside = [place[side]["unit_id"] for side in ("ahead", "behind") if place[side]]
    return {*beside, *place["alike"], *(place["votes"]["votes"] if place["votes"] else ())}
