"""The pages of the law and of the accounts, with fixed values for every look of them."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from awards import rules
from chassis.errors import Conflict, FieldError, Invalid
from gateway.pages.law_words import LAW_FIELDS
from gateway.pages.routes.law import by_title
from registry import rules as registry

_SHIPPED = rules.Pack.model_validate(yaml.safe_load(Path("data/lai-chau-2023/packs/tdkt_2017.yaml").read_text()))
_RANK = rules.Target(title="CTD_TINH", condition="block_rank")
_DOCUMENT = {"document_number": "06/2018/QĐ-UBND", "document_on": "2018-02-21", "document_by": "UBND tỉnh Lai Châu"}


def _fact(pack: rules.Pack, target: rules.Target) -> dict[str, Any]:
    stands = rules.standing(pack, target)
    assert stands is not None
    return {**target.model_dump(), **stands.model_dump(mode="json")}


def _told(pack: rules.Pack, changes: list[dict[str, Any]]) -> dict[str, Any]:
    targets = [rules.Target()]
    for title in pack.titles:
        targets += [rules.Target(title=title.code)]
        targets += [rules.Target(title=title.code, condition=each.code) for each in title.conditions]
    facts = [_fact(pack, target) for target in targets]
    shown = {"pack": pack.model_dump(mode="json"), "facts": facts, "in_force": True, "changes": changes}
    return {**shown, "groups": by_title(facts)}


def pages(office: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    """Give each page's template and values."""
    typed = rules.Amendment(values={"rank": "2"}, confirm=True, reason="Theo quy định của tỉnh", **_DOCUMENT)
    confirmed, _ = rules.amend(_SHIPPED, _RANK, typed, by="Cán bộ 01, Phòng Nội vụ", today=date(2023, 11, 15))
    assert confirmed is not None
    change = {"reason": typed.reason, "before": _fact(_SHIPPED, _RANK), "after": _fact(confirmed, _RANK)}
    by = {"recorded_by": "Cán bộ 01, Phòng Nội vụ", "recorded_at": datetime(2023, 11, 15, tzinfo=UTC).isoformat()}
    provisions = [registry.provision_stands(code, None) for code in registry.PROVISIONS]
    law = {
        "desk": office,
        "section": "quy-dinh",
        "packs": [_told(confirmed, [{"change": change, "revision": 3, **by}])],
        "common": {"facts": provisions, "changes": []},
        "common_key": "chung",
        "may_mend": True,
        "told": {"ghi": "1", "xet": "12", "tu": "", "het": ""},
        "on": "2023-11-15",
    }
    fact = _fact(_SHIPPED, _RANK)
    form = {
        "desk": office,
        "section": "quy-dinh",
        "pack": "tdkt_2017",
        "pack_name": _SHIPPED.name,
        "fact": fact,
        "fields": [(f"gia-tri:{name}", *LAW_FIELDS[name]) for name in fact["values"]],
        "typed": {"gia-tri:rank": "hai", "revision": "2", "key": "x", "confirm": "1"},
        "errors": {},
        "problem": None,
    }
    wrong = FieldError(field="rank", message="Từ hạng mấy trở lên: “hai” không phải số nguyên", remedy="Ghi số từ 1")
    refused = {"gia-tri:rank": wrong.model_dump()}
    late = Conflict("Bộ quy định này vừa được người khác sửa.", recorded_by="Cán bộ 02, Phòng Nội vụ")
    accounts = [
        {
            "account": "khoi-truong",
            "post": "Khối trưởng",
            "rights": ["Cán bộ đầu mối: Phường Đoàn Kết"],
            "led": ["Khối"],
        },
        {"account": "moi", "post": "Chưa giao", "rights": [], "led": []},
    ]
    listed = {"desk": office, "section": "van-hanh", "accounts": accounts, "onward": "sau=moi", "begun": False}
    return {
        "quy-dinh": ("quy-dinh.html", law),
        "quy-dinh-don-vi": (
            "quy-dinh.html",
            law | {"may_mend": False, "packs": None, "told": dict.fromkeys(law["told"], "")},
        ),
        "quy-dinh-sua": ("quy-dinh-sua.html", form),
        "quy-dinh-sua-loi": ("quy-dinh-sua.html", form | {"errors": refused, "problem": Invalid("Còn 1 chỗ cần sửa.")}),
        "quy-dinh-sua-muon": ("quy-dinh-sua.html", form | {"problem": late}),
        "tai-khoan": ("tai-khoan.html", listed),
    }
