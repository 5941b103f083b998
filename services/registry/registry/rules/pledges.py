"""What a pledge must hold: titles, promised values and reasons, read against the campaign's targets."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from chassis.amounts import AmbiguousNumberError, NotANumberError, parse_amount
from contracts.registry import UnitKind
from registry.rules.designs import Scope
from registry.rules.faults import Fault
from registry.rules.steps import REASONED, SAYING, PledgeAct, Registration


def goals_for(goals: Sequence[Mapping[str, Any]], kind: UnitKind) -> list[Mapping[str, Any]]:
    """Give the targets that a unit of this kind has: those of its kind, and those of every unit."""
    return [goal for goal in goals if not goal["kinds"] or kind in goal["kinds"]]


def reaches(scope: Scope, kind: UnitKind, block_ids: Sequence[Any]) -> bool:
    """Tell whether a campaign addresses a unit of this kind that stands in these blocks."""
    if scope.reach == "kinds":
        return kind in scope.kinds
    return scope.reach == "all" or any(block in scope.block_ids for block in block_ids)


_WHY = {PledgeAct.RETURN: "trả lại", PledgeAct.AMEND: "sửa đăng ký", PledgeAct.WITHDRAW: "rút"}


def registered_on(state: Registration, stored: date | None, today: date) -> date:
    """Give the day of the first submission that stands: whoever withdrew and registers again does so on a new day."""
    return today if stored is None or state is Registration.WITHDRAWN else stored


def check_pledge(
    act: PledgeAct, goals: Sequence[Mapping[str, Any]], titles: Sequence[str], promises: Mapping[str, str], reason: str
) -> tuple[Fault, ...]:
    """Name everything that is wrong with a step, at once."""
    faults = []
    if act in REASONED and not reason.strip():
        words = _WHY[act]
        faults.append(
            Fault(
                criterion="reason", message=f"Lý do {words}: còn trống", remedy="Nhập lý do để bên kia biết phải làm gì"
            )
        )
    if act not in SAYING:
        return tuple(faults)
    if not titles and not any(value.strip() for value in promises.values()):
        faults.append(
            Fault(
                criterion="titles",
                message="Danh hiệu đăng ký: chưa chọn danh hiệu nào, cũng chưa ghi mức phấn đấu nào",
                remedy="Chọn ít nhất một danh hiệu, hoặc ghi mức phấn đấu của một chỉ tiêu",
            )
        )
    known = {goal["code"]: goal for goal in goals}
    for code, typed in promises.items():
        if code not in known:
            faults.append(
                Fault(
                    criterion=f"promises.{code}",
                    message=f"Chỉ tiêu {code}: phong trào không giao cho đơn vị",
                    remedy="Bỏ mục này",
                )
            )
        elif typed.strip():
            faults += _check_amount(code, known[code]["measure"], typed)
    return tuple(faults)


def _check_amount(code: str, measure: str, typed: str) -> list[Fault]:
    try:
        parse_amount(typed)
    except AmbiguousNumberError as error:
        return [
            Fault(
                criterion=f"promises.{code}",
                message=f"Chỉ tiêu {code}: xác nhận “{error.text}” là {error.reading} {measure}",
                remedy=error.remedy,
                suggestion=str(error.reading),
            )
        ]
    except NotANumberError:
        return [Fault(criterion=f"promises.{code}", message=f"Chỉ tiêu {code}: nhập một số ({measure}), ví dụ 30")]
    return []


def register_by(milestones: Sequence[Mapping[str, Any]]) -> date | None:
    """Give the day by which units register, if the campaign names one."""
    return next((date.fromisoformat(each["on"]) for each in milestones if each["kind"] == "registration"), None)
