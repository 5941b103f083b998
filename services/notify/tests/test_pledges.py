"""Does a unit hear what was decided about its registration, and nothing that it did itself?"""

from datetime import date
from uuid import UUID

import pytest

from contracts.notify import Post
from contracts.registry import PledgeChanged, PledgeState
from notify.rules import tell_pledge

UNIT, CAMPAIGN = UUID(int=4), UUID(int=5)


@pytest.mark.parametrize("state", [PledgeState.RETURNED, PledgeState.APPROVED])
def test_a_unit_is_not_told_of_its_own_withdrawal(state: PledgeState) -> None:
    """Neither as a return, nor as an approval where what was approved before an amendment stands again."""
    event = PledgeChanged(
        campaign_id=CAMPAIGN, unit_id=UNIT, version=2, year=2023, state=state, titles=(), withdrawn=True
    )
    assert list(tell_pledge(event, lambda _: "Phường Tân Phong")) == []


@pytest.mark.parametrize(
    ("state", "title"),
    [
        (PledgeState.SUBMITTED, None),
        (PledgeState.AMENDED, None),
        (PledgeState.APPROVED, "Đăng ký thi đua năm 2023 được duyệt"),
        (PledgeState.RETURNED, "Đăng ký thi đua năm 2023 bị trả lại"),
    ],
)
def test_only_a_decision_is_told_and_only_to_the_unit(state: PledgeState, title: str | None) -> None:
    event = PledgeChanged(
        campaign_id=CAMPAIGN, unit_id=UNIT, version=2, year=2023, state=state, titles=(), pledged_on=date(2023, 3, 20)
    )
    told = list(tell_pledge(event, lambda _: "Phường Tân Phong"))
    assert [(each.title, each.post, each.scope_id, each.link) for each in told] == (
        [(title, Post.UNIT_OFFICER, UNIT, f"/dang-ky/{CAMPAIGN}")] if title else []
    )
