"""Does a message about a reviewed item lead to that item, however many levels its code has?"""

from uuid import UUID

import pytest

from contracts.appeals import OF_POINTS
from contracts.appraisal import Column, ItemsReviewed, ReviewedItem
from notify import rules

PLACE = UUID(int=1)


@pytest.mark.parametrize("code", ["1.1", "1.1.2", "T.1.1", f"1.1.2{OF_POINTS}"])
def test_the_link_holds_the_whole_code(code: str) -> None:
    item = ReviewedItem(verdict_id=PLACE, criterion=code, number=1, reported=None, value=None)
    changed = item.model_copy(update={"value": 2})
    event = ItemsReviewed(
        campaign_id=PLACE, period_id=PLACE, unit_id=PLACE, column=Column.APPRAISAL, items=(item, changed)
    )
    (message,) = rules.tell_reviewed(event, lambda _: "Kỳ")
    assert message.link == f"/vi-sao/{PLACE}/{PLACE}/{code}"
