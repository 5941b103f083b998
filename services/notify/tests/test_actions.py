"""Is everybody told once, whatever is repeated?"""

from datetime import UTC, date, datetime
from uuid import uuid4

from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, QUYET_THANG, TAN_PHONG, UNIT_DOCUMENTS
from house import House, event_of

from contracts.appraisal import CrossCheck, CrossChecksAssigned
from contracts.registry import (
    BlockFormed,
    ReportAccepted,
    ReportReturned,
    ReportSubmitted,
    ReportWithdrawn,
    UnitChanged,
    UnitChangeKind,
    UnitRegistered,
)
from contracts.scoring import BoardPublished, BoardState, PublishedPlace
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


async def test_a_unit_is_called_by_its_name_of_the_day(house: House) -> None:
    """A name that is decided for a later day is not used before it."""
    registered = UnitRegistered.model_validate({**UNIT_DOCUMENTS[TAN_PHONG], "unit_id": TAN_PHONG, "version": 1})
    block = BlockFormed.model_validate({**BLOCK_DOCUMENT, "block_id": BLOCK, "version": 1})

    def renamed(name: str, on: date, version: int) -> UnitChanged:
        kind = UnitChangeKind.RENAMED
        facts = {"change_id": uuid4(), "unit_id": TAN_PHONG, "version": version, "kind": kind}
        return UnitChanged(**facts, effective_on=on, name=name)

    now = datetime.now(UTC).date()
    moved = UnitChanged(
        change_id=uuid4(),
        unit_id=TAN_PHONG,
        version=4,
        kind=UnitChangeKind.MOVED,
        effective_on=date(2023, 9, 1),
        block_id=BLOCK,
    )
    async with house.at_work("notify") as tx:
        await actions.learn_units(tx, [event_of(registered)])
        await actions.learn_blocks(tx, [event_of(block)])
        later = [renamed("Phường Sau", date(now.year + 1, 1, 1), 3), renamed("Phường Nay", date(2023, 1, 1), 2)]
        await actions.learn_names(tx, [event_of(each) for each in later])
        await actions.post(tx, [event_of(moved)], rules.tell_unit_changed)
    told = await house.rows("notify", "SELECT post, title, text FROM messages ORDER BY post")
    said = ("Phường Nay chuyển sang Khối xã, phường", "Có hiệu lực từ ngày 01/09/2023.")
    assert [tuple(row) for row in told] == [("block_head", *said), ("unit_officer", *said)]


def test_a_unit_hears_that_a_decision_was_taken_back_and_its_block_s_head_hears_no_move() -> None:
    back = UnitChanged(
        change_id=uuid4(),
        unit_id=TAN_PHONG,
        version=5,
        kind=UnitChangeKind.MOVED,
        effective_on=date(2023, 12, 1),
        block_id=BLOCK,
        revokes=uuid4(),
    )
    (told,) = rules.tell_unit_changed(back, lambda _: "Phường Tân Phong")
    assert (told.post, told.title) == ("unit_officer", "Một quyết định về Phường Tân Phong được thu hồi")
    assert told.text.startswith("Đơn vị trở lại như trước khi có quyết định đó.")


def test_whoever_is_to_check_is_told_and_nobody_of_a_check_that_was_taken_back() -> None:
    checks = [
        CrossCheck(unit_id=TAN_PHONG, by_unit=QUYET_THANG, version=1),
        CrossCheck(unit_id=QUYET_THANG, by_unit=QUYET_THANG, version=2),
    ]
    where = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": BLOCK}
    (told,) = rules.tell_checkers(CrossChecksAssigned(**where, checks=tuple(checks)), lambda _: "Phường Tân Phong")
    assert (told.scope_id, told.title) == (QUYET_THANG, "Bạn được phân công chấm chéo Phường Tân Phong")


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


def test_a_return_that_was_taken_back_is_told_to_the_unit_that_was_told_of_it() -> None:
    where = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": BLOCK, "unit_id": TAN_PHONG}
    known = {"report_id": uuid4(), "receipt_number": "BN-2311-0001", "version": 1}
    event = ReportReturned(**where, **known, criteria=("1.1",), taken_back=True)
    (told,) = rules.tell_returned(event, lambda _: "Báo cáo năm 2023")
    assert (told.scope_id, told.title) == (TAN_PHONG, "Báo cáo năm 2023: việc trả lại đã được rút")
    assert "Không phải sửa gì nữa: biên nhận BN-2311-0001" in told.text


async def test_everybody_of_the_block_hears_once_that_its_board_stands(house: House) -> None:
    """Repeated or not, each unit and the head have one message, with the unit's own place in it."""
    away = uuid4()
    board = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": BLOCK, "version": 3, "fingerprint": "0" * 64}
    places = (PublishedPlace(unit_id=TAN_PHONG, rank=1), PublishedPlace(unit_id=away, rank=None))
    told = event_of(BoardPublished(**board, number=1, state=BoardState.FROZEN, members=2, ranked=1, places=places))
    for _ in range(2):
        async with house.at_work("notify") as tx:
            await actions.post(tx, [told], rules.tell_published)
    rows = {
        row["scope_id"]: row for row in await house.rows("notify", "SELECT scope_id, post, title, text FROM messages")
    }
    assert rows.keys() == {TAN_PHONG, away, BLOCK}
    assert "hạng 1 trong 1 đơn vị" in rows[TAN_PHONG]["text"]
    assert "không được xếp hạng" in rows[away]["text"]
    assert rows[TAN_PHONG]["title"].endswith("đã chốt")
    assert len(await house.rows("notify", "SELECT FROM messages")) == 3
