"""One amended report, followed from its receipt to the last post that was told: the house's own proof that it works."""

import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from chassis.amounts import AmbiguousNumberError, NotANumberError, parse_amount
from thidua.api import Problem, Session
from thidua.errors import Refusal
from thidua.home import Home
from thidua.people import Account, known_accounts

_PATIENCE_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.05
_NOT_YET: Final = 404
_STEPS: Final = {
    "received": "đã nhận",
    "scored": "đã chấm điểm",
    "ranked": "đã xếp hạng",
    "checked": "đã xét danh hiệu",
    "told": "đã báo tin",
}


def follow(url: str, home: Home) -> dict[str, Any]:
    """Amend the report of a demo unit so that its score changes, and follow it to the end or for half a minute.

    Gives ``receipt``, ``correlationid``, ``complete``, ``total_ms`` and ``steps`` as the gateway tells them.
    """
    officer = officer_of(home)
    unit = next(grant["scope"] for grant in officer.grants if grant["role"] == "unit_officer")
    with Session(url, officer) as session:
        receipt = amend(session, unit)
        told = _follow(session, receipt["correlationid"])
    kept = ("correlationid", "complete", "total_ms", "steps")
    return {"receipt": receipt["receipt_number"], **{name: told[name] for name in kept}}


def in_words(told: dict[str, Any]) -> str:
    """Write a ripple as lines for people."""
    lines = [f"Biên nhận {told['receipt']}"]
    for step in told["steps"]:
        at = "đang chờ" if step["ms"] is None else f"{step['ms']:.0f} ms"
        lines.append(f"  {_STEPS[step['step']]:<16} {step['service']:<9} {step['outcome']:<10} {at}")
    total = f" sau {told['total_ms']:.0f} ms" if told["total_ms"] is not None else ""
    lines.append(f"Mọi nơi đã cập nhật{total}." if told["complete"] else "Chưa cập nhật xong; xem thidua status.")
    return "\n".join(lines)


def officer_of(home: Home) -> Account:
    """Give the first demo account that may report for a unit; raises ``Refusal``."""
    for account in known_accounts(home):
        if account.holds("unit_officer"):
            return account
    raise Refusal("Chưa có tài khoản cán bộ đơn vị nào trong dữ liệu mẫu. Hãy chạy thidua up trước.")


def amend(session: Session, unit: str) -> dict[str, Any]:
    """Amend the unit's newest report so that its score changes; gives the receipt. Raises ``Refusal``."""
    sent = [
        each for each in session.ask("GET", "/api/registry/reports", unit_id=unit)["items"] if each["receipt_number"]
    ]
    if not sent:
        raise Refusal("Đơn vị dùng thử chưa có báo cáo nào để sửa. Hãy nộp một báo cáo trên trang rồi chạy lại.")
    place = f"/campaigns/{sent[0]['campaign_id']}/periods/{sent[0]['period_id']}"
    report = session.ask("GET", f"/api/registry{place}/reports/{unit}")
    score = session.ask("GET", f"/api/scoring{place}/scores/{unit}")
    targets = session.ask("GET", f"/api/registry/campaigns/{sent[0]['campaign_id']}/units/{unit}/targets")["targets"]
    about = {"campaign_id": sent[0]["campaign_id"], "period_id": sent[0]["period_id"], "unit_id": unit}
    for fields in _candidates(report["fields"]):
        checked = session.ask("POST", "/api/registry/reports/check", {**about, "fields": fields})
        if checked["errors"]:
            continue
        values = {each["criterion"]: each["value"] for each in checked["values"]}
        preview = session.ask(
            "POST",
            f"/api/scoring/sheets/{score['sheet_id']}/preview",
            {"values": values, "targets": targets, "late": score["inputs"]["late"]},
        )
        if Decimal(preview["points"]) != Decimal(score["points"]):
            body = {**about, "version": report["version"], "fields": fields}
            answer: dict[str, Any] = session.ask("POST", "/api/registry/reports", body, key=str(uuid4()))
            return answer
    raise Refusal("Không tìm được chỉ tiêu nào mà sửa đi thì điểm thay đổi. Hãy sửa báo cáo trên trang.")


def _candidates(fields: dict[str, str]) -> Iterator[dict[str, str]]:
    """Move one figure by one, up or down: at its ceiling a figure only goes down, so repeating this never ends it."""
    for step in (1, -1):
        for criterion, typed in fields.items():
            value = _number(typed)
            if value is not None and value + step >= 0:
                yield fields | {criterion: format(value + step, "f").replace(".", ",")}


def _number(typed: str) -> Decimal | None:
    try:
        return parse_amount(typed)
    except (NotANumberError, AmbiguousNumberError):
        return None


def _follow(session: Session, correlationid: str) -> dict[str, Any]:
    ends = time.monotonic() + _PATIENCE_SECONDS
    told: dict[str, Any] = {"correlationid": correlationid, "complete": False, "total_ms": None, "steps": []}
    while not told["complete"] and time.monotonic() < ends:
        try:
            told = session.ask("GET", f"/api/ripples/{correlationid}")
        except Problem as problem:
            if problem.status != _NOT_YET:
                raise
        time.sleep(_PAUSE_SECONDS)
    return told
