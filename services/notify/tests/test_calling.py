"""Does every unit hear, once, that a campaign calls it, that the lead of its block changes, that its block was rescored?"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, SHEET, TAN_PHONG, UNIT_DOCUMENTS
from house import House, event_of, ident

from contracts.notices import CallKind, UnitsCalled
from contracts.registry import BlockFormed, BlockHeadChanged, UnitRegistered
from contracts.scoring import BlockRescored, RescoredUnit
from notify import actions, rules
from notify.consumers import consumers


async def names(house: House) -> None:
    async with house.at_work("notify") as tx:
        registered = [
            event_of(UnitRegistered.model_validate({**document, "unit_id": unit, "version": 1}))
            for unit, document in UNIT_DOCUMENTS.items()
        ]
        await actions.learn_units(tx, registered)
        formed = BlockFormed.model_validate({**BLOCK_DOCUMENT, "block_id": BLOCK, "version": 1})
        await actions.learn_blocks(tx, [event_of(formed)])


async def told(house: House) -> dict[tuple[str, UUID], tuple[str, str, str]]:
    """Give what each post was told last, and fail where one was told more often."""
    rows = await house.rows("notify", "SELECT post, scope_id, title, text, link FROM messages")
    found = {(row["post"], row["scope_id"]): (row["title"], row["text"], row["link"]) for row in rows}
    assert len(found) == len(rows), rows
    return found


async def test_each_unit_that_a_campaign_addresses_is_told_once_in_whatever_part_it_stands(house: House) -> None:
    def part(number: int, *units: UUID) -> UnitsCalled:
        return UnitsCalled(
            campaign_id=CAMPAIGN,
            version=1,
            kind=CallKind.LAUNCHED,
            year=2023,
            name="Phong trào thi đua năm 2023",
            starts_on=date(2023, 1, 1),
            ends_on=date(2023, 12, 31),
            register_by=date(2023, 3, 31),
            part=number,
            parts=2,
            unit_ids=units,
        )

    parts = [event_of(part(1, TAN_PHONG, QUYET_THANG)), event_of(part(2, SAN_THANG))]
    for _ in range(2):
        async with house.at_work("notify") as tx:
            await actions.post(tx, parts, rules.tell_called)
    said = (
        "Phát động: Phong trào thi đua năm 2023",
        "Phong trào từ ngày 01/01/2023 đến ngày 31/12/2023. Hạn đăng ký thi đua: 31/03/2023.",
        f"/phong-trao/{CAMPAIGN}",
    )
    assert await told(house) == {("unit_officer", unit): said for unit in (TAN_PHONG, QUYET_THANG, SAN_THANG)}


async def test_what_reaches_hundreds_of_units_shares_no_transaction() -> None:
    assert consumers.alone(UnitsCalled.event_type)
    assert consumers.alone(BlockRescored.event_type)
    assert not consumers.alone(UnitRegistered.event_type)


async def test_a_unit_that_a_campaign_addresses_no_longer_is_told_so(house: House) -> None:
    """As those that it still addresses are told of the change, by the other event of the same correction."""
    about = {
        "campaign_id": CAMPAIGN,
        "version": 2,
        "kind": CallKind.CHANGED,
        "year": 2023,
        "name": "Phong trào năm 2023",
    }
    about |= {"starts_on": date(2023, 1, 1), "ends_on": date(2023, 12, 31), "part": 1, "parts": 1}
    still = event_of(UnitsCalled.model_validate({**about, "unit_ids": [TAN_PHONG]}))
    left = event_of(UnitsCalled.model_validate({**about, "unit_ids": [SAN_THANG], "left": True}))
    for _ in range(2):
        async with house.at_work("notify") as tx:
            await actions.post(tx, [still, left], rules.tell_called)
    said = {scope: (title, text) for (_, scope), (title, text, _) in (await told(house)).items()}
    assert said[TAN_PHONG][0] == "Có thay đổi: Phong trào năm 2023"
    assert said[SAN_THANG][0] == "Không còn trong phạm vi: Phong trào năm 2023"
    assert "không còn gồm đơn vị bạn" in said[SAN_THANG][1]


async def test_an_end_is_told_as_one(house: House) -> None:
    closed = UnitsCalled(
        campaign_id=CAMPAIGN,
        version=2,
        kind=CallKind.CLOSED,
        year=2023,
        name="Phong trào thi đua năm 2023",
        starts_on=date(2023, 1, 1),
        ends_on=date(2023, 12, 31),
        part=1,
        parts=1,
        unit_ids=(TAN_PHONG,),
    )
    async with house.at_work("notify") as tx:
        await actions.post(tx, [event_of(closed)], rules.tell_called)
    ((title, text, _),) = (await told(house)).values()
    assert title == "Kết thúc: Phong trào thi đua năm 2023"
    assert text == "Phong trào không nhận báo cáo và đăng ký nữa. Báo cáo, điểm và thứ hạng vẫn xem được."


async def test_the_new_head_and_the_one_before_are_told_and_nobody_else(house: House) -> None:
    """The deputy who becomes head hears both at once."""
    await names(house)
    changed = event_of(
        BlockHeadChanged(
            block_id=BLOCK,
            version=2,
            from_on=date(2023, 11, 20),
            head_unit_id=QUYET_THANG,
            previous_head_unit_id=TAN_PHONG,
            previous_deputy_unit_id=QUYET_THANG,
        )
    )
    for _ in range(2):
        async with house.at_work("notify") as tx:
            await actions.post(tx, [changed], rules.tell_head)
    link = f"/bang-khoi/{BLOCK}"
    assert await told(house) == {
        ("unit_officer", QUYET_THANG): (
            "Phường Quyết Thắng làm khối trưởng, thôi làm khối phó Khối xã, phường",
            "Từ ngày 20/11/2023: làm khối trưởng thay Phường Tân Phong; thôi làm khối phó, chưa có khối phó mới.",
            link,
        ),
        ("unit_officer", TAN_PHONG): (
            "Phường Tân Phong thôi làm khối trưởng Khối xã, phường",
            "Từ ngày 20/11/2023: thôi làm khối trưởng, khối trưởng mới là Phường Quyết Thắng.",
            link,
        ),
    }


def rescored(unit: UUID, points: str, before: str, rank: int | None, rank_before: int | None) -> RescoredUnit:
    figures = {"points": Decimal(points), "previous_points": Decimal(before), "maximum": Decimal(100)}
    return RescoredUnit(
        unit_id=unit, version=2, percent=Decimal(points), rank=rank, previous_rank=rank_before, **figures
    )


async def test_a_rescoring_is_told_with_old_and_new_to_whom_it_changed_something(house: House) -> None:
    await names(house)
    out, same = ident("rescored-out"), ident("rescored-same")
    event = event_of(
        BlockRescored(
            rescoring_id=ident("rescoring"),
            campaign_id=CAMPAIGN,
            period_id=PERIOD,
            block_id=BLOCK,
            sheet_id=SHEET,
            sheet_version=3,
            version=4,
            part=1,
            parts=1,
            members=5,
            ranked=4,
            changed=(
                rescored(TAN_PHONG, "86.25", "85.5", 1, 2),
                rescored(QUYET_THANG, "86", "86.00", 2, 1),
                rescored(SAN_THANG, "70", "71", 3, 3),
                rescored(out, "0", "60", None, 4),
                rescored(same, "50", "50", 4, 4),
            ),
        )
    )
    for _ in range(2):
        async with house.at_work("notify") as tx:
            await actions.post(tx, [event], rules.tell_rescored)
    said = await told(house)
    assert {scope: text for (_, scope), (_, text, _) in said.items()} == {
        TAN_PHONG: "Đơn vị: điểm từ 85,50 thành 86,25, từ hạng 2 lên hạng 1. Số liệu đã báo cáo không thay đổi.",
        QUYET_THANG: "Đơn vị: điểm vẫn là 86,00, từ hạng 1 xuống hạng 2. Số liệu đã báo cáo không thay đổi.",
        SAN_THANG: "Đơn vị: điểm từ 71,00 thành 70,00, vẫn hạng 3. Số liệu đã báo cáo không thay đổi.",
        out: "Đơn vị: điểm từ 60,00 thành 0,00, không còn được xếp hạng (trước đó hạng 4). "
        "Số liệu đã báo cáo không thay đổi.",
        BLOCK: "Đơn vị: 4 đơn vị đổi điểm hoặc hạng.",
    }
    assert said["unit_officer", TAN_PHONG][0] == "Phường Tân Phong được chấm lại theo phiên bản 3 của bảng điểm"
    assert said["block_head", BLOCK][0] == "Bảng Khối xã, phường được chấm lại theo phiên bản 3 của bảng điểm"
