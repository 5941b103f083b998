"""Values for the files of achievements, shaped as the routes shape them."""

from typing import Any, Final

from gateway.pages.desk import Desk
from gateway.pages.routes.achievements import Year

_FORMER: Final = "00000000-0000-0000-0000-000000000801"
_AT: Final = "2023-11-20T17:00:00+07:00"


def _year(unit_id: str) -> Year:
    place = {"unit_id": unit_id, "period_id": "a", "block_id": "b", "block": "Khối xã, phường", "number": 2}
    place |= {"campaign": "Phong trào thi đua năm 2023", "period": "Báo cáo 10 tháng", "year": 2023}
    first = {**place, "state": "frozen", "at": _AT, "rank": 2, "ranked": 6, "points": "94.25", "percent": "94.25"}
    live = {**first, "state": "provisional", "at": None, "rank": None, "ranked": None, "number": None}
    said = {"year": 2023, "unit_id": unit_id}
    title = {**said, "title": "TTLDTT", "name": "Tập thể Lao động tiên tiến", "assessed_at": _AT}
    document = {"document_number": "12/QĐ-UBND", "document_on": "2023-11-10", "document_by": "UBND thành phố"}
    record = {**said, "headcount": 22, "completed_tasks": 22, "advanced_workers": 15, "grassroots_fighters": 2}
    pledge = {**said, "titles": ["TTLDTT"], "campaign": place["campaign"], "state": "approved"}
    decision = {**said, "text": "Vào Khối xã, phường", "effective_on": "2023-01-01"}
    return Year(
        2023,
        places=[first, {**live, "unit_id": _FORMER}],
        titles=[{**title, "verdict": "not_eligible", "missing": 1}, {**title, "verdict": "eligible", "missing": 0}],
        pledges=[{**pledge, "pledged_on": "2023-02-28"}],
        records=[{**record, "disciplined": 0, "task_rating": None}],
        ratings=[{**said, "entry_id": "a", "grade": "good", "opens": True, **document}],
        awards=[{**said, "entry_id": "c", "grade": "provincial_flag", "opens": True, **document}],
        initiatives=[
            {**said, "entry_id": "b", "words": "Sổ theo dõi dùng chung", "grade": "grassroots", "post": "Chuyên viên"}
            | {"opens": False, **document}
        ],
        decisions=[
            {**decision, "decision_number": "1526/QĐ-UBND", "decision_on": "2023-02-10"},
            {**decision, "unit_id": _FORMER, "decision_number": None, "decision_on": None},
        ],
    )


def pages(officer: Desk, unit_id: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Give a unit's file as the unit, as everybody and empty, and that of a post-holder."""
    unit = {"unit_id": unit_id, "name": officer.name(unit_id), "short_name": "P. Tân Phong", "kind": "ward"}
    unit["block"] = {"name": "Khối xã, phường"}
    whole = {
        "desk": officer,
        "section": "don-vi",
        "public": False,
        "unit": unit,
        "names": {unit_id: unit["name"], _FORMER: "Xã Nậm Loỏng"},
        "before": ["Trước ngày 27/12/2013 là Xã Nậm Loỏng."],
        "years": [_year(unit_id)],
        "title_names": {"TTLDTT": "Tập thể Lao động tiên tiến"},
        "q": "",
        "whole": True,
        "office": False,
        "away": False,
        "unseen": True,
    }
    told = Year(2023, places=_year(unit_id).places[:1])
    everybody = {**whole, "desk": None, "khach": officer, "public": True, "whole": False, "years": [told]}
    nothing = {**whole, "years": [], "q": "khong co", "away": True, "before": []}
    post = {"unit_id": unit_id, "words": "Chuyên viên", "from_on": "2021-03-01", "until_on": None}
    entry = {"entry_id": "a", "unit_id": unit_id, "year": 2023, "from_on": "2023-11-01", "until_on": None, "uses": []}
    use = {**entry, "kind": "use", "grade": "title", "words": "CSTDCS", "document_number": None, "document_on": None}
    made = {**use, "kind": "initiative", "grade": "grassroots", "words": "Sổ theo dõi dùng chung", "uses": [use]}
    served = {**use, "kind": "service", "grade": None, "words": "Chuyên viên", "year": None}
    held = {
        "desk": officer,
        "section": "don-vi",
        "person": {"person_id": "p", "unit_id": unit_id, "post": post},
        "years": [(2023, [made, use, served])],
        "q": "",
        "more": True,
    }
    return {
        "thanh-tich": ("thanh-tich.html", whole),
        "thanh-tich-cong-khai": ("thanh-tich.html", everybody),
        "thanh-tich-trong": ("thanh-tich.html", nothing),
        "thanh-tich-can-bo": ("thanh-tich-can-bo.html", held),
        "thanh-tich-can-bo-trong": ("thanh-tich-can-bo.html", {**held, "years": [], "more": False}),
    }
