"""Are the three columns kept, and does the final value follow from them by the sheet's rule, whatever comes in which order?"""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, QUYET_THANG, SHEET_DOCUMENT, TAN_PHONG
from house import House, event_of, ident
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Conflict, Forbidden, Invalid, NotFound
from contracts.appraisal import Column, ItemsReviewed
from contracts.envelope import Event
from contracts.registry import BlockFormed, ReportedValue, ReportSubmitted, ReportWithdrawn
from scoring import actions
from scoring.actions import Reviewer
from scoring.rules import (
    ConcludedBy,
    Facts,
    Look,
    Role,
    Sheet,
    Verdict,
    conclude,
    differences,
    newest,
    score,
    seen_by,
)
from scoring.rules.points import of_each_line

LATE = {
    "code": "P.1",
    "name": "Nộp muộn",
    "measure": "lần",
    "maximum": "0.5",
    "role": "penalty",
    "rule": {"kind": "late"},
}


def extra(code: str, maximum: str, role: str, rule: dict[str, Any]) -> dict[str, Any]:
    return {"code": code, "name": f"Mục {code}", "measure": "việc", "maximum": maximum, "role": role, "rule": rule}


def of_lines(*lines: tuple[str, str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "code": code.partition(".")[0],
            "name": f"Nhóm {code}",
            "maximum": maximum,
            "criteria": [{**extra(code, maximum, "content", rule), "target": "50"}],
        }
        for code, maximum, rule in lines
    ]


WHOLE = Sheet.model_validate(
    {
        **SHEET_DOCUMENT,
        "total": "40",
        "groups": of_lines(
            ("1.1", "10", {"kind": "ratio_linear", "over_rate": "0.02", "over_cap": "1"}),
            ("2.1", "10", {"kind": "ratio_linear", "direction": "down"}),
            ("3.1", "10", {"kind": "per_item", "each": "0.5"}),
            ("4.1", "10", {"kind": "yes_no"}),
        ),
        "extras": [
            extra("T.1", "4", "bonus", {"kind": "per_item", "each": "2"}),
            extra("P.2", "50", "penalty", {"kind": "per_item", "each": "5"}),
            extra("X.1", "0", "disqualifier", {"kind": "yes_no"}),
            LATE,
        ],
        "bonus_cap": "3",
    }
)
CODES = [criterion.code for _, criterion in WHOLE.criteria()]
LOWEST = WHOLE.model_copy(update={"concluded_by": ConcludedBy.LOWEST})
KEY = (PERIOD, TAN_PHONG)
OFFICE = Reviewer("Cán bộ 01, Phòng Nội vụ")
NEIGHBOUR = Reviewer("Cán bộ đầu mối, Phường Quyết Thắng", QUYET_THANG)

amounts = st.decimals(min_value=0, max_value=200, places=1)
facts = st.builds(Facts, values=st.dictionaries(st.sampled_from(CODES), amounts), late=st.booleans())
verdicts = st.builds(
    Verdict,
    criterion=st.sampled_from(CODES),
    column=st.sampled_from([Column.BLOCK, Column.APPRAISAL]),
    number=st.integers(1, 3),
    reported=st.none() | amounts,
    value=st.none() | amounts,
    appealed=st.just(False),
)


@st.composite
def reviewed(draw: st.DrawFn) -> tuple[Facts, list[Verdict]]:
    """A report, and verdicts of which most are on what it says; of one number there is one."""
    reported = draw(facts)
    said = draw(st.lists(verdicts, max_size=12, unique_by=lambda each: (each.criterion, each.column, each.number)))
    current = draw(st.lists(st.booleans(), min_size=len(said), max_size=len(said)))
    return reported, [
        each._replace(reported=reported.values.get(each.criterion)) if so else each
        for each, so in zip(said, current, strict=True)
    ]


@given(reviewed(), st.randoms(use_true_random=False), st.sampled_from([WHOLE, LOWEST]))
def test_in_what_order_and_how_often_verdicts_are_heard_of_does_not_matter(
    story: tuple[Facts, list[Verdict]], shuffled_by: random.Random, sheet: Sheet
) -> None:
    reported, said = story
    again = said + shuffled_by.sample(said, len(said) // 2)
    shuffled_by.shuffle(again)
    assert conclude(sheet, reported, again) == conclude(sheet, reported, said)


@given(reviewed())
def test_what_nobody_looked_at_counts_as_reported_and_what_was_looked_at_as_it_was_said_last(
    story: tuple[Facts, list[Verdict]],
) -> None:
    reported, said = story
    standing = newest(said)
    final = conclude(WHOLE, reported, said)
    for code in CODES:
        value = reported.values.get(code)
        for column in (Column.BLOCK, Column.APPRAISAL):
            spoken = [each for each in said if (each.column, each.criterion) == (column, code)]
            last = max(spoken, key=lambda each: each.number, default=None)
            if last and last.reported == reported.values.get(code):
                value = last.value
                assert seen_by(column, reported, standing).values.get(code) == value
        assert final.values.get(code) == value
    assert seen_by(Column.SELF, reported, standing) == reported


@given(reviewed())
def test_where_the_lowest_counts_no_line_brings_more_than_in_any_column(story: tuple[Facts, list[Verdict]]) -> None:
    reported, said = story
    standing = newest(said)
    final = conclude(LOWEST, reported, said)
    lines = of_each_line(LOWEST, final)
    for column in Column:
        of_column = seen_by(column, reported, standing)
        for code, part in of_each_line(LOWEST, of_column).items():
            sign = -1 if part.role is Role.PENALTY else 1
            assert sign * (lines[code].points + lines[code].over) <= sign * (part.points + part.over)
        assert score(LOWEST, final).points <= score(LOWEST, of_column).points


@given(reviewed(), st.data())
def test_where_the_lowest_counts_an_upheld_appeal_is_the_last_word(
    story: tuple[Facts, list[Verdict]], data: st.DataObject
) -> None:
    reported, said = story
    code, value = data.draw(st.sampled_from(CODES)), data.draw(st.none() | amounts)
    upheld = Verdict(code, Column.APPRAISAL, 4, reported.values.get(code), value, appealed=True)
    final = conclude(LOWEST, reported, [*said, upheld])
    assert final.values.get(code) == value
    without = conclude(LOWEST, reported, said)
    others = {each: amount for each, amount in without.values.items() if each != code}
    assert {each: amount for each, amount in final.values.items() if each != code} == others
    outdated = upheld._replace(reported=Decimal(201))
    assert conclude(LOWEST, reported, [outdated]) == reported


def test_a_change_of_who_concludes_is_told_in_words() -> None:
    assert differences(WHOLE, LOWEST) == [
        "Bảng điểm: cách chốt giữa tự chấm, khối chấm và thẩm định từ lấy lần chấm sau cùng thành lấy mức ít điểm nhất."
    ]


def own_sheet(**more: Any) -> Sheet:
    return Sheet.model_validate({**SHEET_DOCUMENT, "extras": [LATE], **more})


@pytest_asyncio.fixture
async def scoring(house: House) -> House:
    """A scoring with one sheet and one block, and a report that brings 100 of 100."""
    # Sheets are kept once they were read: other tests have others under their names.
    sheet_id = uuid4()
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, sheet_id, own_sheet())
        formed = {**BLOCK_DOCUMENT, "block_id": BLOCK, "version": 1, "sheet_id": str(sheet_id)}
        await actions.learn_blocks(tx, [event_of(BlockFormed.model_validate(formed))])
        await actions.take_up_reports(tx, [a_report(1, 1000)])
    return house


async def publish(house: House, **more: Any) -> None:
    """Publish the next version of the sheet, and have the unit report on it."""
    ((sheet_id,),) = await house.rows("scoring", "SELECT DISTINCT sheet_id FROM sheets")
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, sheet_id, own_sheet(**more))
        await actions.take_up_reports(tx, [a_report(2, 1000)])


def a_report(version: int, amount: int) -> Event[ReportSubmitted]:
    values = (("1.1", amount), ("2.1", 1))
    return event_of(
        ReportSubmitted(
            **_of_report(version),
            accepted_at=datetime.now(UTC),
            late=False,
            values=tuple(ReportedValue(criterion=code, value=Decimal(value)) for code, value in values),
        )
    )


def a_withdrawal(version: int) -> Event[ReportWithdrawn]:
    return event_of(ReportWithdrawn(**_of_report(version), withdrawn_at=datetime.now(UTC)))


def _of_report(version: int) -> dict[str, Any]:
    ids = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": BLOCK, "unit_id": TAN_PHONG}
    return {**ids, "report_id": uuid4(), "receipt_number": f"BN-2311-{version:04d}", "version": version}


async def look(house: House, column: Column, *looks: Look, by: Reviewer = OFFICE, **more: Any) -> actions.Reviewed:
    async with house.at_work("scoring") as tx:
        return await actions.give_verdicts(tx, KEY, column, looks, by, **more)


async def points(house: House) -> list[Decimal]:
    rows = await house.rows("scoring", "SELECT points FROM scores WHERE NOT withdrawn AND unit_id = $1", TAN_PHONG)
    return [row["points"] for row in rows]


async def told(house: House) -> list[Event[ItemsReviewed]]:
    rows = await house.rows(
        "scoring", "SELECT bytes FROM event_log WHERE type = $1 ORDER BY id", ItemsReviewed.event_type
    )
    return [Event[ItemsReviewed].decoded(row["bytes"]) for row in rows]


def changed(value: str, reason: str = "Theo biên bản kiểm tra", criterion: str = "1.1") -> Look:
    return Look(criterion, agreed=False, value=Decimal(value), reason=reason)


async def test_a_verdict_changes_the_score_and_what_was_reported_stays(scoring: House) -> None:
    await look(scoring, Column.BLOCK, changed("900"), Look("2.1", agreed=True), by=NEIGHBOUR)
    assert await points(scoring) == [Decimal(91)]
    await look(scoring, Column.APPRAISAL, changed("800"))
    assert await points(scoring) == [Decimal(82)]
    (reported,) = await scoring.rows("scoring", "SELECT values ->> 0 AS first FROM reports")
    assert '"1000"' in reported["first"]
    kept = await scoring.rows(
        "scoring", 'SELECT "column", criterion, number, value, reason, by_unit FROM verdicts ORDER BY at, criterion'
    )
    assert [tuple(row) for row in kept] == [
        ("block", "1.1", 1, 900, "Theo biên bản kiểm tra", QUYET_THANG),
        ("block", "2.1", 1, 1, None, QUYET_THANG),
        ("appraisal", "1.1", 1, 800, "Theo biên bản kiểm tra", None),
    ]


async def test_a_score_names_the_act_that_changed_it_and_an_event_carries_no_reason(scoring: House) -> None:
    given_now = await look(scoring, Column.APPRAISAL, changed("900", "Lý do riêng của đơn vị"))
    (event,) = await told(scoring)
    assert event.id == given_now.event_id
    rows = await scoring.rows("scoring", "SELECT caused_by FROM scores")
    assert [row["caused_by"] for row in rows] == [event.id]
    (following,) = await scoring.rows(
        "scoring",
        "SELECT causationid FROM event_log WHERE type LIKE '%score_changed%' AND correlationid = $1",
        event.correlationid,
    )
    assert following["causationid"] == event.id
    assert "Lý do riêng" not in event.encoded().decode()


async def test_what_stands_is_not_said_again_and_what_is_new_goes_on_top(scoring: House) -> None:
    for value, given_now in (("900", 1), ("900", 0), ("800", 1)):
        assert (await look(scoring, Column.APPRAISAL, changed(value))).given == given_now
    numbers = await scoring.rows("scoring", "SELECT number, value FROM verdicts ORDER BY number")
    assert [tuple(row) for row in numbers] == [(1, 900), (2, 800)]
    assert await points(scoring) == [Decimal(82)]
    # An appeal that is upheld is said in any case.
    assert (await look(scoring, Column.APPRAISAL, changed("800"), appeal_id=ident("appeal"))).given == 1


@pytest.mark.parametrize("statement", ["UPDATE verdicts SET value = 1", "DELETE FROM verdicts", "TRUNCATE verdicts"])
async def test_no_verdict_is_ever_overwritten(scoring: House, statement: str) -> None:
    await look(scoring, Column.APPRAISAL, changed("900"))
    with pytest.raises(Exception, match="only ever added to"):
        await scoring.run("scoring", statement)


async def test_a_verdict_on_what_the_unit_no_longer_says_counts_no_more_and_stays(scoring: House) -> None:
    await look(
        scoring, Column.APPRAISAL, changed("500"), Look("2.1", agreed=False, value=Decimal(0), reason="Chưa đăng ký")
    )
    assert await points(scoring) == [Decimal(0)]
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(2, 900)])
    # 81 of the new figure; what was said of 2.1 is still about what the unit says.
    assert await points(scoring) == [Decimal(81)]
    assert len(await scoring.rows("scoring", "SELECT FROM verdicts")) == 2


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
async def test_verdicts_and_reports_in_whatever_order_come_to_the_same(scoring: House, order: Sequence[int]) -> None:
    """Reports come late and twice; verdicts are given on what stands when they are given."""

    async def take(event: Any) -> None:
        async with scoring.at_work("scoring") as tx:
            await actions.take_up_reports(tx, [event])

    await look(scoring, Column.BLOCK, changed("900"), by=NEIGHBOUR)
    newer = [a_report(2, 950), a_withdrawal(3), a_report(4, 1000)]
    for place in (*order, *order):
        await take(newer[place])
    assert await points(scoring) == [Decimal(91)]


async def test_nobody_looks_at_the_own_unit(scoring: House) -> None:
    with pytest.raises(Forbidden, match="Không ai tự chấm đơn vị của mình"):
        await look(scoring, Column.BLOCK, Look("1.1", agreed=True), by=Reviewer("Cán bộ đầu mối", TAN_PHONG))


async def test_all_that_is_wrong_is_said_at_once_and_nothing_is_kept(scoring: House) -> None:
    with pytest.raises(Invalid) as refused:
        await look(
            scoring,
            Column.APPRAISAL,
            changed("900", "  "),
            changed("2", criterion="2.1"),
            Look("P.1", agreed=True),
            Look("9.9", agreed=True),
        )
    assert {error.field: error.message for error in refused.value.errors} == {
        "items.0.reason": "Mục 1.1: chấm khác số đơn vị báo cáo thì phải có lý do",
        "items.1.value": "Mục 2.1 chỉ chấm Có hoặc Không",
        "items.2.criterion": "Mục P.1 do hệ thống tính, không chấm tay",
        "items.3.criterion": "Bảng điểm không có mục 9.9",
    }
    assert not await scoring.rows("scoring", "SELECT FROM verdicts")


async def test_a_mark_above_the_maximum_is_refused_in_words(scoring: House) -> None:
    marked = {"code": "2.1", "name": "Chấm nội dung", "measure": "điểm", "maximum": "10", "rule": {"kind": "direct"}}
    economy, emulation = SHEET_DOCUMENT["groups"]
    await publish(scoring, groups=[economy, {**emulation, "criteria": [marked]}], name="Có mục chấm trực tiếp")
    with pytest.raises(Invalid) as refused:
        await look(scoring, Column.APPRAISAL, changed("12.5", criterion="2.1"))
    (error,) = refused.value.errors
    assert (error.message, error.remedy) == ("Mục 2.1: 12,5 vượt mức cao nhất là 10 điểm", "Ghi một số từ 0 đến 10")
    await look(scoring, Column.APPRAISAL, changed("10", criterion="2.1"))
    assert await points(scoring) == [Decimal(100)]


async def test_the_office_appraises_only_what_the_sheet_gives_it(scoring: House) -> None:
    economy, emulation = SHEET_DOCUMENT["groups"]
    only = {**economy, "criteria": [{**economy["criteria"][0], "appraised": True}]}
    await publish(scoring, groups=[only, emulation], name="Chỉ thẩm định 1.1")
    with pytest.raises(Invalid) as refused:
        await look(scoring, Column.APPRAISAL, Look("2.1", agreed=True))
    assert refused.value.errors[0].remedy == "Phòng Nội vụ thẩm định các mục 1.1; mục này do khối chấm"
    await look(scoring, Column.BLOCK, Look("2.1", agreed=True), by=NEIGHBOUR)
    await look(scoring, Column.APPRAISAL, Look("1.1", agreed=True))


async def test_whoever_looked_at_an_older_report_is_told_and_a_withdrawn_one_is_not_looked_at(scoring: House) -> None:
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_report(2, 900)])
    with pytest.raises(Conflict, match="bản báo cáo mới") as refused:
        await look(scoring, Column.APPRAISAL, Look("1.1", agreed=True), report_version=1)
    assert refused.value.members == {"report_version": 2}
    async with scoring.at_work("scoring") as tx:
        await actions.take_up_reports(tx, [a_withdrawal(3)])
    with pytest.raises(NotFound):
        await look(scoring, Column.APPRAISAL, Look("1.1", agreed=True))


@pytest.mark.parametrize(
    "reason", ["", "abc", "aaaaaaaaaaaa", "a a a a a a a a", "aaaaaa bbbbbb", "1234567890 12345", "saisaisaisai"]
)
async def test_what_says_nothing_is_no_reason_and_what_would_do_is_said(scoring: House, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        await look(scoring, Column.APPRAISAL, changed("900", reason))
    (error,) = refused.value.errors
    assert (error.field, "ví dụ “biên bản đi kèm chỉ ghi 850”" in str(error.remedy)) == ("items.0.reason", True)
    await look(scoring, Column.APPRAISAL, changed("900", "Kho bạc ghi 900"))
