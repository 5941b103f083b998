"""Does the bonus for other bodies' awards follow from their decisions once these are known, and from what is typed till then?"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, SHEET_DOCUMENT, TAN_PHONG
from house import House, event_of, ident
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.people import AwardForm, AwardRecorded
from contracts.registry import BlockFormed, ReportedValue, ReportSubmitted
from scoring import actions
from scoring.rules import Facts, KnownAward, Part, Sheet, score
from scoring.rules.drafting import read
from scoring.rules.drafts import EXTRAS, Parts, drafted

ITEMS: Final = [
    {"code": "1", "name": "Cờ Chính phủ", "points": "15", "form": "government_flag"},
    {"code": "2", "name": "Cờ thành phố", "points": "10", "form": "provincial_flag"},
    {"code": "3", "name": "Thư khen", "points": "1"},
]
AWARDS: Final = {
    "code": "T.1",
    "name": "Khen thưởng",
    "measure": "lần",
    "maximum": "20",
    "role": "bonus",
    "rule": {"kind": "awards", "items": ITEMS},
}


def sheet(**rule: Any) -> Sheet:
    extra = {**AWARDS, "rule": {"kind": "awards", "items": ITEMS, **rule}}
    return Sheet.model_validate({**SHEET_DOCUMENT, "bonus_cap": "20", "extras": [extra]})


def known(form: AwardForm, number: str = "12/QĐ-UBND") -> KnownAward:
    return KnownAward(form=form, on=date(2023, 12, 4), number=number)


def bonus(made: Sheet, typed: dict[str, str], *awards: KnownAward) -> Part:
    values = {f"T.1.{code}": Decimal(value) for code, value in typed.items()}
    return score(made, Facts(values=values, awards=awards)).parts[-1]


def test_what_is_recorded_counts_though_nothing_was_typed_and_its_decision_is_named() -> None:
    part = bonus(sheet(), {}, known(AwardForm.PROVINCIAL_FLAG))
    assert part.points == 10
    assert part.why == (
        "Cờ thành phố, chỉ tính mức cao nhất: được 10,00 điểm. "
        "Theo hồ sơ khen thưởng: Cờ thi đua của tỉnh, bộ, ngành, Quyết định 12/QĐ-UBND ngày 04/12/2023."
    )


def test_what_is_typed_counts_only_where_nothing_is_recorded() -> None:
    assert bonus(sheet(), {"1": "1"}).points == 15
    assert bonus(sheet(), {"1": "1"}, known(AwardForm.PROVINCIAL_FLAG)).points == 10
    # An award of a form that the line does not ask for says nothing of it.
    assert bonus(sheet(), {"1": "1"}, known(AwardForm.MERIT_CERTIFICATE)).points == 15
    # What can be recorded nowhere is typed all the same.
    all_of_them = sheet(highest_only=False)
    assert bonus(all_of_them, {"3": "2"}, known(AwardForm.PROVINCIAL_FLAG)).points == 12


def test_a_line_that_names_no_form_stays_as_it_is_typed() -> None:
    items = [{name: value for name, value in item.items() if name != "form"} for item in ITEMS]
    made = sheet(items=items)
    assert bonus(made, {}, known(AwardForm.GOVERNMENT_FLAG)).points == 0
    assert bonus(made, {"2": "1"}, known(AwardForm.GOVERNMENT_FLAG)).why == (
        "Cờ thành phố, chỉ tính mức cao nhất: được 10,00 điểm."
    )


@given(
    st.lists(st.sampled_from(AwardForm).map(known), max_size=5),
    st.dictionaries(st.sampled_from("123"), st.integers(0, 5).map(str)),
    st.booleans(),
)
def test_the_cap_holds_whatever_is_recorded_and_one_more_never_costs_points(
    awards: list[KnownAward], typed: dict[str, str], highest: bool
) -> None:
    made = sheet(highest_only=highest)
    part = bonus(made, typed, *awards)
    assert 0 <= part.points <= 20
    if any(award.form in (AwardForm.GOVERNMENT_FLAG, AwardForm.PROVINCIAL_FLAG) for award in awards):
        more = bonus(made, typed, *awards, known(AwardForm.GOVERNMENT_FLAG, "99/QĐ-TTg"))
        assert more.points >= part.points
        ignoring = {code: count for code, count in typed.items() if code == "3"}
        assert bonus(made, ignoring, *awards) == part.model_copy(update={"why": bonus(made, ignoring, *awards).why})


def test_two_lines_of_the_same_form_are_refused() -> None:
    twice = [ITEMS[0], {**ITEMS[1], "form": "government_flag"}]
    with pytest.raises(ValidationError, match="Cờ thi đua của Chính phủ đứng ở 2 hình thức"):
        sheet(items=twice)


def typed(items: str) -> Parts:
    parts = drafted(sheet())
    return {**parts, EXTRAS: ({**parts[EXTRAS][0], "items": items},)}


def test_the_office_types_of_which_form_a_line_is() -> None:
    assert drafted(sheet())[EXTRAS][0]["items"].splitlines() == [
        "1. Cờ Chính phủ: 15 = Cờ thi đua của Chính phủ",
        "2. Cờ thành phố: 10 = Cờ thi đua của tỉnh, bộ, ngành",
        "3. Thư khen: 1",
    ]
    assert read(typed("Cờ: 5 = cờ thi đua của chính phủ")).faults == ()
    (fault,) = read(typed("Cờ: 5 = Cờ đỏ")).faults
    assert fault.field == "extras.0.items"
    assert "“Cờ đỏ” không phải hình thức trong hồ sơ: chọn một trong Huân chương; " in fault.words


async def test_an_award_that_is_recorded_or_withdrawn_is_scored_at_once_and_seen_on_the_form(house: House) -> None:
    await house.open(["scoring"])
    sheet_id, entry = ident("awards-sheet"), uuid4()
    reported = event_of(
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
            values=(ReportedValue(criterion="T.1.1", value=Decimal(1)),),
        )
    )

    def recorded(version: int, *, standing: bool = True, year: int = 2023, unit: UUID = TAN_PHONG) -> Any:
        told = {"form": "provincial_flag", "decision_number": "12/QĐ-UBND", "decided_on": date(2023, 12, 4)}
        own = {"entry_id": entry, "version": version, "standing": standing, "unit_id": unit, "year": year}
        return event_of(AwardRecorded.model_validate({**own, **told}))

    async def bonus_of() -> Decimal:
        (row,) = await house.rows("scoring", "SELECT score->>'bonus' AS bonus FROM scores")
        return Decimal(row["bonus"])

    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, sheet_id, sheet())
        block = {**BLOCK_DOCUMENT, "sheet_id": sheet_id, "block_id": BLOCK, "version": 1}
        await actions.learn_blocks(tx, [event_of(BlockFormed.model_validate(block))])
        await actions.take_up_reports(tx, [reported])
    assert await bonus_of() == 15
    seen = []
    for event in (
        recorded(2),
        recorded(1, standing=False),
        recorded(3, year=2022),
        recorded(4),
        recorded(5, standing=False),
    ):
        async with house.at_work("scoring") as tx:
            await actions.learn_awards(tx, [event])
        seen.append(await bonus_of())
    # An older version changes nothing; of another year it is not this report's.
    assert seen == [10, 10, 15, 10, 15]
    async with house.at_work("scoring") as tx:
        await actions.learn_awards(tx, [recorded(6)])
    body = {"values": {}, "place": {"period_id": str(PERIOD), "block_id": str(BLOCK), "unit_id": str(TAN_PHONG)}}
    async with house.client("scoring", ("unit_officer", TAN_PHONG), account="own") as client:
        shown = await client.post(f"/sheets/{sheet_id}/preview", json=body)
    assert [part["points"] for part in shown.json()["parts"] if part["criterion"] == "T.1"] == ["10.00"]
    async with house.client("scoring", ("unit_officer", ident("other")), account="other") as client:
        assert (await client.post(f"/sheets/{sheet_id}/preview", json=body)).status_code == 403


async def test_an_award_is_scored_in_its_year_alone_and_on_sheets_that_ask_for_it(house: House) -> None:
    """What it counts in stays on the version of its sheet on which all of its board stands, and so does what it does not."""
    await house.open(["scoring"])
    earlier, elsewhere = (ident("period-2022"), ident("block-2022")), (ident("period-beside"), ident("block-beside"))
    asks, asks_not = ident("awards-sheet"), ident("sheet-without-forms")
    unnamed = sheet(items=[{name: value for name, value in item.items() if name != "form"} for item in ITEMS])
    stood = {(PERIOD, BLOCK): (2023, asks), earlier: (2022, asks), elsewhere: (2023, asks_not)}

    def reported(period: UUID, block: UUID, number: int) -> Any:
        told = {"report_id": uuid4(), "receipt_number": f"BN-2311-000{number}", "version": 1, "campaign_id": CAMPAIGN}
        told |= {"period_id": period, "block_id": block, "unit_id": TAN_PHONG, "late": False}
        values = (ReportedValue(criterion="T.1.1", value=Decimal(1)),)
        return event_of(ReportSubmitted.model_validate({**told, "accepted_at": datetime.now(UTC), "values": values}))

    async def scored() -> dict[UUID, tuple[Decimal, int, bool]]:
        rows = await house.rows(
            "scoring",
            "SELECT period_id, score->>'bonus' AS bonus, sheet_version, inputs ? 'awards' AS knows FROM scores",
        )
        return {row["period_id"]: (Decimal(row["bonus"]), row["sheet_version"], row["knows"]) for row in rows}

    async def recorded(version: int, year: int) -> dict[UUID, tuple[Decimal, int, bool]]:
        told = {"entry_id": ident("award"), "version": version, "standing": True, "unit_id": TAN_PHONG, "year": year}
        told |= {"form": "provincial_flag", "decision_number": "12/QĐ-UBND", "decided_on": date(2023, 12, 4)}
        async with house.at_work("scoring") as tx:
            await actions.learn_awards(tx, [event_of(AwardRecorded.model_validate(told))])
        return await scored()

    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, asks, sheet())
        await actions.publish_sheet(tx, asks_not, unnamed)
        for (_, block), (year, of) in stood.items():
            formed = {**BLOCK_DOCUMENT, "sheet_id": of, "block_id": block, "version": 1, "year": year}
            await actions.learn_blocks(tx, [event_of(BlockFormed.model_validate(formed))])
        for number, board in enumerate(stood):
            await actions.take_up_reports(tx, [reported(*board, number)])
        for of, made in ((asks, sheet()), (asks_not, unnamed)):
            await actions.publish_sheet(tx, of, made.model_copy(update={"name": "Bảng điểm, lần hai"}))
    as_typed = (Decimal(15), 1, False)
    assert await scored() == dict.fromkeys((PERIOD, earlier[0], elsewhere[0]), as_typed)
    assert await recorded(1, 2023) == {PERIOD: (10, 1, True), earlier[0]: as_typed, elsewhere[0]: as_typed}
    # That it was of another year is scored in both; what is scored for other reasons says nothing of awards not asked for.
    async with house.at_work("scoring") as tx:
        again = reported(*elsewhere, 9)
        again = again.model_copy(update={"data": again.data.model_copy(update={"version": 2})})
        await actions.take_up_reports(tx, [again])
    assert await recorded(2, 2022) == {PERIOD: (15, 1, False), earlier[0]: (10, 1, True), elsewhere[0]: (15, 2, False)}
