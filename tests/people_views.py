"""Values for the pages of files on people, shaped as the routes shape them."""

from typing import Any, Final
from uuid import UUID

from gateway.pages import forms
from gateway.pages.desk import Desk
from gateway.pages.routes.entries import Entering, File

_PERSON: Final = str(UUID(int=701))
_NAME: Final = "Cán bộ 01, Phường Tân Phong"
_DOCUMENT: Final = {"document_number": "12/QĐ-UBND", "document_on": "2023-11-10", "document_by": "UBND thành phố"}


_FILE: Final = {"attachment_id": "a", "name": "quyet-dinh-12.pdf", "kind": "pdf", "size": 182_044, "scan": "clean"}
_NOW: Final = {"post": "Cán bộ 01, Phòng Nội vụ", "attached_at": "2023-11-28T02:41:07Z", "replaced_at": None}
ATTACHED: Final = [{**_FILE, **_NOW}, {**_FILE, **_NOW, "replaced_at": "2023-11-28T02:41:07Z", "scan": "not_scanned"}]
"""A document that stands, and the one that it replaced."""


def _entry(kind: str, number: int, grade: str | None, words: str, **more: Any) -> dict[str, Any]:
    usual = {"entry_id": str(UUID(int=number)), "unit_id": "", "person_id": _PERSON, "with_ids": [], "uses": []}
    usual |= {"recorded_by": "Cán bộ 01, Phòng Nội vụ", "not_yours": None}
    said = {"year": None, "from_on": "2023-01-01", "until_on": None, "main": True, "kind": kind, "grade": grade}
    return {**usual, **said, "words": words, **_DOCUMENT, **more}


def _written() -> dict[str, Any]:
    """An entry that was amended once."""
    first = _entry("rating", 703, "good", "", year=2023, until_on="2023-12-31")
    told = {"recorded_by": "Cán bộ đầu mối, Phường Tân Phong", "recorded_at": "2023-11-28T02:41:07Z"}
    versions = [
        {**first, **told, "act": "amended", "grade": "excellent", "reason": "Đính chính theo quyết định 15/QĐ-UBND"},
        {**first, **told, "act": "entered", "reason": "Ghi lần đầu"},
    ]
    typed = {"year": "2023", "grade": "excellent", **_DOCUMENT}
    return {**versions[0], "version": 2, "typed": typed, "versions": versions}


def pages(officer: Desk, unit_id: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Give the list, one file, a form that was refused, and whom a figure of the year counts."""
    unit = officer.name(unit_id)
    post = {"unit_id": unit_id, "words": "Chuyên viên", "from_on": "2021-03-01", "until_on": None}
    named = {
        "name": _NAME,
        "reason": "Ghi lần đầu",
        "recorded_by": "Cán bộ đầu mối",
        "recorded_at": "2023-11-28T02:41:07Z",
    }
    person = {"person_id": _PERSON, "name": _NAME, "version": 1, "on": "2023-11-28", "post": post, "names": [named]}
    file = File(unit_id, unit, person)
    use = _entry("use", 711, "title", "CSTDCS", year=2023)
    found = [
        _entry("initiative", 702, "grassroots", "Sổ theo dõi dùng chung", uses=[use, use]),
        _entry("rating", 703, "good", "", year=2023, until_on="2023-12-31"),
        _entry("hold", 704, "press", "Báo nêu", document_number=None),
        _entry("service", 705, None, "Chuyên viên", unit_id=unit_id),
    ]
    award = _entry("award", 706, "provincial_flag", "", year=2023, person_id=None, not_yours="Mục này do nơi khác ghi.")
    recorded = _written() | award | {"typed": {"year": "2023", "grade": "provincial_flag", **_DOCUMENT}}
    recorded["versions"] = [{**each, "grade": "provincial_flag"} for each in recorded["versions"]]
    shared = {"desk": officer, "section": "don-vi", "errors": {}, "onward": "sau=x", "begun": True}
    shared["wrong_day"] = ""
    listed = [{**post, "person_id": _PERSON, "name": _NAME, "post": "Chuyên viên"}]
    filtered = {"q": "", "ngay": "", "tinh-trang": "", "xep": ""}
    read = {"post": "Cán bộ 01, Phòng Nội vụ", "on_day": "2023-11-28", "last_at": "2023-11-28T02:41:07+00:00"}
    reads = [{**read, "how": "file", "times": 3}, {**read, "how": "list", "times": 1}]
    fault = {"document_number": {"message": "Số văn bản: còn thiếu", "remedy": "Ghi số, ký hiệu như 12/QĐ-UBND"}}
    made = Entering(file, forms.BY_SLUG["xep-loai"], {"ma": _PERSON, "year": "2023", "grade": "good"})
    counted = {"items": [{**_entry("rating", 703, "good", ""), "name": _NAME}], "count": 1, "on": "2023-12-31"}
    counted["level"] = "warning"
    return {
        "can-bo": (
            "can-bo.html",
            {**shared, "unit_id": unit_id, "typed": filtered, "found": listed, "on": "2023-11-28"},
        ),
        "can-bo-moi": ("can-bo-moi.html", {**shared, "unit_id": unit_id, "typed": {"ma": _PERSON}}),
        "ho-so": (
            "ho-so.html",
            {
                **shared,
                "file": file,
                "found": found,
                "names": {},
                "reads": reads,
                "kind": None,
                "on": "",
                "recorded": True,
            }
            | {"typed": {"name": _NAME}, "problem": None},
        ),
        "ho-so-don-vi": (
            "ho-so.html",
            {
                **shared,
                "file": File(unit_id, unit),
                "names": {},
                "reads": reads,
                "kind": None,
                "on": "",
                "recorded": False,
            }
            | {"found": [award], "typed": {"name": unit}, "problem": None},
        ),
        "ho-so-muc-khen": (
            "ho-so-muc.html",
            {**shared, "entry": recorded, "file": File(unit_id, unit), "form": forms.BY_KIND["award"]}
            | {"typed": {}, "problem": None, "attached": None, "handed_in": False},
        ),
        "ho-so-ghi": (
            "ho-so-ghi.html",
            {**shared, "made": made, "file": file, "form": made.form, "typed": made.typed, "errors": fault}
            | {"units": [], "colleagues": [], "kept": []},
        ),
        "ho-so-muc": (
            "ho-so-muc.html",
            {
                **shared,
                "entry": _written(),
                "file": file,
                "form": forms.BY_KIND["rating"],
                "typed": {},
                "problem": None,
                "attached": ATTACHED,
                "handed_in": True,
            },
        ),
        "van-ban": (
            "van-ban.html",
            {"desk": officer, "section": "don-vi", "here": ("/khoi/a", "Khối xã, phường năm 2023"), "attached": []}
            | {"action": "/khoi/a/van-ban", "error": "Tệp rỗng, không có nội dung. Hãy chọn lại tệp."},
        ),
        "nam-can-bo": (
            "nam-can-bo.html",
            {**shared, "section": "viec", "year": 2023, "label": "Số người hoàn thành nhiệm vụ"}
            | {"figure": "completed_tasks", "found": counted},
        ),
    }
