"""Is everybody told once, whatever is repeated?"""

from datetime import UTC, datetime
from uuid import uuid4

from city import BLOCK, CAMPAIGN, PERIOD, TAN_PHONG
from house import House, event_of

from contracts.registry import ReportSubmitted
from notify import actions, rules


async def test_one_message_per_recipient_and_cause_whatever_is_repeated(house: House) -> None:
    """The inbox passes a repetition over; this holds even where its rows are gone, as after a rebuild."""
    report = event_of(
        ReportSubmitted(
            report_id=uuid4(),
            receipt_number="BN-2311-0001",
            version=1,
            campaign_id=CAMPAIGN,
            period_id=PERIOD,
            block_id=BLOCK,
            unit_id=TAN_PHONG,
            accepted_at=datetime.now(UTC),
            late=False,
            values=(),
        )
    )
    for batch in ([report, report], [report]):
        async with house.at_work("notify") as tx:
            await actions.post(tx, batch, rules.tell_submitted)
    assert {row["post"] for row in await house.rows("notify", "SELECT post FROM messages")} == {
        "unit_officer",
        "block_head",
    }
    assert len(await house.rows("notify", "SELECT 1 FROM messages UNION ALL SELECT 1 FROM event_log")) == 4
