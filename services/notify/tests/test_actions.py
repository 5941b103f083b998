"""Is everybody told once, whatever is repeated?"""

from datetime import UTC, datetime
from uuid import uuid4

from city import BLOCK, CAMPAIGN, PERIOD, TAN_PHONG
from house import House, event_of

from contracts.registry import ReportAccepted, ReportReturned, ReportSubmitted, ReportWithdrawn
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


async def test_a_return_is_told_to_its_unit_once_with_the_items_and_never_a_reason(house: House) -> None:
    of_report = {
        "report_id": uuid4(),
        "receipt_number": "BN-2311-0001",
        "version": 1,
        "campaign_id": CAMPAIGN,
        "period_id": PERIOD,
        "block_id": BLOCK,
        "unit_id": TAN_PHONG,
    }
    returned = event_of(ReportReturned(**of_report, criteria=("1.1", "2.1")))
    accepted = event_of(ReportAccepted(**of_report))
    withdrawn = event_of(ReportWithdrawn(**of_report, withdrawn_at=datetime.now(UTC)))
    for _ in range(2):
        async with house.at_work("notify") as tx:
            await actions.post(tx, [returned, returned], rules.tell_returned)
            await actions.post(tx, [accepted], rules.tell_accepted)
            await actions.post(tx, [withdrawn], rules.tell_withdrawn)
    told = await house.rows("notify", "SELECT post, text FROM messages ORDER BY message_id")
    assert [(row["post"], row["text"].partition(";")[0].partition(".")[0]) for row in told] == [
        ("unit_officer", "Cần sửa mục 1"),
        ("unit_officer", "Phòng Nội vụ đã xem xét xong biên nhận BN-2311-0001"),
        ("block_head", "Biên nhận BN-2311-0001 không còn được tính điểm cho đến khi đơn vị gửi lại"),
    ]
    assert told[0]["text"] == "Cần sửa mục 1.1, 2.1; lý do ghi tại từng mục. Các mục khác giữ nguyên như đã gửi."
