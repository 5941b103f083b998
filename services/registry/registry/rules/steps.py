"""Which steps a thing may take: one table per kind of thing, for the doors and for the pages alike."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from contracts.registry import PledgeState

State = TypeVar("State", bound=StrEnum)
Act = TypeVar("Act", bound=StrEnum)


def possible(steps: Mapping[tuple[State, Act], State], state: State) -> tuple[Act, ...]:
    """Give what can be done now, in the table's order."""
    return tuple(act for (at, act) in steps if at == state)


class CampaignState(StrEnum):
    DRAFT = "draft"
    SET_ASIDE = "set_aside"
    LAUNCHED = "launched"
    CLOSED = "closed"


class CampaignAct(StrEnum):
    SAVE = "save"
    LAUNCH = "launch"
    SET_ASIDE = "set_aside"
    TAKE_UP = "take_up"
    CORRECT = "correct"
    """Say otherwise what was issued or falls due later; what was said before is kept."""
    CLOSE = "close"
    FOLLOW = "follow"
    """Begin next year's campaign from this one; it stays what it is."""


CAMPAIGN_STEPS: Final[Mapping[tuple[CampaignState, CampaignAct], CampaignState]] = {
    (CampaignState.DRAFT, CampaignAct.SAVE): CampaignState.DRAFT,
    (CampaignState.DRAFT, CampaignAct.LAUNCH): CampaignState.LAUNCHED,
    (CampaignState.DRAFT, CampaignAct.SET_ASIDE): CampaignState.SET_ASIDE,
    (CampaignState.SET_ASIDE, CampaignAct.TAKE_UP): CampaignState.DRAFT,
    (CampaignState.LAUNCHED, CampaignAct.CORRECT): CampaignState.LAUNCHED,
    (CampaignState.LAUNCHED, CampaignAct.CLOSE): CampaignState.CLOSED,
    (CampaignState.LAUNCHED, CampaignAct.FOLLOW): CampaignState.LAUNCHED,
    (CampaignState.CLOSED, CampaignAct.FOLLOW): CampaignState.CLOSED,
}

CAMPAIGN_STATE_WORDS: Final[Mapping[CampaignState, str]] = {
    CampaignState.DRAFT: "Phong trào này đang là bản thảo",
    CampaignState.SET_ASIDE: "Bản thảo này đang để riêng",
    CampaignState.LAUNCHED: "Phong trào này đã phát động",
    CampaignState.CLOSED: "Phong trào này đã kết thúc",
}
CAMPAIGN_ACT_WORDS: Final[Mapping[CampaignAct, str]] = {
    CampaignAct.SAVE: "sửa nội dung",
    CampaignAct.LAUNCH: "phát động",
    CampaignAct.SET_ASIDE: "để riêng",
    CampaignAct.TAKE_UP: "lấy lại để soạn tiếp",
    CampaignAct.CORRECT: "đính chính kèm lý do",
    CampaignAct.CLOSE: "kết thúc",
    CampaignAct.FOLLOW: "tạo phong trào năm sau từ phong trào này",
}


class PledgeAct(StrEnum):
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    AMEND = "amend"
    WITHDRAW = "withdraw"


class Registration(StrEnum):
    """Where a pledge stands, with the state before the first step."""

    NONE = "none"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    AMENDED = "amended"
    WITHDRAWN = "withdrawn"
    """The unit took it back and is not registered any more; what it had said stays to be read, and to be sent again."""


PLEDGE_STEPS: Final[Mapping[tuple[Registration, PledgeAct], Registration]] = {
    (Registration.NONE, PledgeAct.SUBMIT): Registration.SUBMITTED,
    (Registration.SUBMITTED, PledgeAct.APPROVE): Registration.APPROVED,
    (Registration.SUBMITTED, PledgeAct.RETURN): Registration.RETURNED,
    (Registration.SUBMITTED, PledgeAct.SUBMIT): Registration.SUBMITTED,
    (Registration.SUBMITTED, PledgeAct.WITHDRAW): Registration.WITHDRAWN,
    (Registration.RETURNED, PledgeAct.SUBMIT): Registration.SUBMITTED,
    (Registration.RETURNED, PledgeAct.WITHDRAW): Registration.WITHDRAWN,
    (Registration.APPROVED, PledgeAct.AMEND): Registration.AMENDED,
    (Registration.APPROVED, PledgeAct.RETURN): Registration.RETURNED,
    (Registration.APPROVED, PledgeAct.WITHDRAW): Registration.WITHDRAWN,
    (Registration.AMENDED, PledgeAct.APPROVE): Registration.APPROVED,
    (Registration.AMENDED, PledgeAct.RETURN): Registration.RETURNED,
    (Registration.AMENDED, PledgeAct.AMEND): Registration.AMENDED,
    (Registration.AMENDED, PledgeAct.WITHDRAW): Registration.APPROVED,
    (Registration.WITHDRAWN, PledgeAct.SUBMIT): Registration.SUBMITTED,
}
"""Whoever withdraws an amendment takes back the amendment alone: what was approved before it stands again."""

OFFICE_ACTS: Final = frozenset({PledgeAct.APPROVE, PledgeAct.RETURN})
"""The city office decides; the unit itself submits, amends and withdraws."""
SAYING: Final = frozenset({PledgeAct.SUBMIT, PledgeAct.AMEND})
"""These bring titles and promises of their own; the other acts leave what was said as it is."""
REASONED: Final = frozenset({PledgeAct.RETURN, PledgeAct.AMEND, PledgeAct.WITHDRAW})
STANDING: Final = frozenset({PledgeState.SUBMITTED, PledgeState.APPROVED, PledgeState.AMENDED})
"""In these states the unit counts as registered."""

PLEDGE_STATE_WORDS: Final[Mapping[Registration, str]] = {
    Registration.NONE: "Đơn vị chưa đăng ký",
    Registration.SUBMITTED: "Bản đăng ký đang chờ duyệt",
    Registration.APPROVED: "Bản đăng ký đã được duyệt",
    Registration.RETURNED: "Bản đăng ký đã được trả lại",
    Registration.AMENDED: "Bản đăng ký đã sửa, đang chờ duyệt lại",
    Registration.WITHDRAWN: "Bản đăng ký đã rút",
}
PLEDGE_ACT_WORDS: Final[Mapping[PledgeAct, str]] = {
    PledgeAct.SUBMIT: "gửi đăng ký",
    PledgeAct.APPROVE: "duyệt",
    PledgeAct.RETURN: "trả lại kèm lý do",
    PledgeAct.AMEND: "sửa kèm lý do",
    PledgeAct.WITHDRAW: "rút kèm lý do",
}


def say_impossible(
    states: Mapping[State, str], acts: Mapping[Act, str], state: State, act: Act, can: tuple[Act, ...]
) -> str:
    """Say that a step is not in the table, and which ones are."""
    now = f"{states[state]}, nên không {acts[act]} được."
    return now + (f" Việc làm được lúc này: {'; '.join(acts[each] for each in can)}." if can else "")
