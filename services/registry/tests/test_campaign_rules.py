"""Is a draft read as its writer meant it, and does everything that stands in a launch's way say what mends it?"""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import VIETNAM
from registry import rules
from registry.rules import (
    CAMPAIGN_ACT_WORDS,
    CAMPAIGN_STATE_WORDS,
    CAMPAIGN_STEPS,
    KNOWN,
    PLEDGE_ACT_WORDS,
    PLEDGE_STATE_WORDS,
    PLEDGE_STEPS,
    CampaignState,
    PledgeAct,
    Registration,
    Scope,
    Section,
    check_pledge,
    differences,
    next_year,
    parse_day,
    parse_moment,
    possible,
    read_design,
    registered_on,
    sections_of,
)

CAMPAIGN = UUID(int=7)
WHOLE: dict[str, Section] = {
    "document": Section(
        values={
            "name": "Phong trào thi đua năm 2023",
            "kind": "yearly",
            "year": "2023",
            "starts_on": "01/01/2023",
            "ends_on": "31/12/2023",
            "theme": "Đoàn kết, sáng tạo",
            "issuer": "UBND thành phố Lai Châu",
        }
    ),
    "tasks": Section(values={"movements": "Thi đua quyết thắng"}, rows=({"text": "Nhiệm vụ một"}, {"text": ""})),
    "fields": Section(rows=({"name": "Kinh tế", "tasks": "Việc một\n\nViệc hai"},)),
    "targets": Section(
        rows=(
            {
                "code": "CT1",
                "name": "Cắt giảm thời gian",
                "measure": "%",
                "plan": "30",
                "stretch": "35,5",
                "kinds": "ward commune",
            },
        )
    ),
    "periods": Section(
        rows=(
            {"name": "6 tháng", "opens_at": "15/05/2023", "due_at": "15/06/2023", "closes_at": "17:00 30/06/2023"},
            {"name": "Năm", "opens_at": "15/10/2023", "due_at": "2023-11-30", "closes_at": "15/12/2023"},
        )
    ),
    "milestones": Section(rows=({"kind": "registration", "on": "31/03/2023"},)),
    "scope": Section(values={"reach": "all"}),
    "recipients": Section(values={"names": "- Sở Nội vụ\nLưu: VT"}),
}
typed = st.text(max_size=12)
sections = st.fixed_dictionaries(
    {
        name: st.builds(
            Section,
            values=st.dictionaries(st.sampled_from(sorted(values)), typed) if values else st.just({}),
            rows=st.lists(st.dictionaries(st.sampled_from(sorted(columns)), typed), max_size=2).map(tuple)
            if columns
            else st.just(()),
        )
        for name, (values, columns) in KNOWN.items()
    }
)


def changed(section: str, *rows: dict[str, str], **values: str) -> dict[str, Section]:
    """Give the whole draft with other values, or other rows, in one section."""
    was = WHOLE[section]
    return WHOLE | {section: Section(values={**was.values, **values}, rows=rows or was.rows)}


@pytest.mark.parametrize(
    ("text", "meant"),
    [("30/11/2023", date(2023, 11, 30)), ("1/3/2023", date(2023, 3, 1)), (" 2023-11-30 ", date(2023, 11, 30))],
)
def test_a_day_is_read_as_it_is_written(text: str, meant: date) -> None:
    assert parse_day(text) == meant


@pytest.mark.parametrize(
    "text", ["", "30/02/2023", "31-11-2023", "11/30/2023", "ngày 1", "30/11/23", "1/1/1999", "٣٠/١١/2023"]
)
def test_what_is_no_day_is_never_guessed(text: str) -> None:
    assert parse_day(text) is None


@pytest.mark.parametrize(
    "text", ["17:00 30/11/2023", "30/11/2023 17h00", "2023-11-30T17:00", "30/11/2023", "17:00 ngày 30/11/2023"]
)
def test_a_moment_is_read_with_or_without_its_time(text: str) -> None:
    assert parse_moment(text, time(17, 0)) == datetime(2023, 11, 30, 17, tzinfo=VIETNAM)


@pytest.mark.parametrize("text", ["25:00 30/11/2023", "30/11/2023 chiều", "17:00", "1/1/2023 2/1/2023"])
def test_what_is_no_moment_is_never_guessed(text: str) -> None:
    assert parse_moment(text, time(17, 0)) is None


def test_a_whole_draft_is_read_into_a_campaign() -> None:
    design, faults = read_design(CAMPAIGN, WHOLE)
    assert not faults
    assert design is not None
    assert [period.number for period in design.periods] == [1, 2]
    assert design.periods[1].due_at == datetime(2023, 11, 30, 17, tzinfo=VIETNAM)
    assert (design.document["number"], design.document["issued_on"]) == (None, None)
    assert design.document["fields"] == [{"code": "1", "name": "Kinh tế", "tasks": ["Việc một", "Việc hai"]}]
    assert design.milestones[0].name == "Hạn đăng ký thi đua"
    assert [str(kind) for kind in design.goals[0].kinds] == ["ward", "commune"]


def test_an_empty_draft_names_everything_that_a_launch_needs() -> None:
    design, faults = read_design(CAMPAIGN, rules.empty())
    assert design is None
    wanted = ["name", "year", "starts_on", "ends_on"]
    assert [fault.criterion for fault in faults] == [*[f"document.{name}" for name in wanted], "periods", "scope.reach"]
    assert all(fault.remedy for fault in faults)


PERIODS = WHOLE["periods"].rows
TWICE = (
    {"code": "CT1", "name": "A", "measure": "%", "plan": "1"},
    {"code": "CT1", "name": "B", "measure": "%", "plan": "2"},
)


@pytest.mark.parametrize(
    ("draft", "field", "words"),
    [
        (changed("document", ends_on="31/12/2022"), "document.ends_on", "trước ngày bắt đầu 01/01/2023"),
        (changed("document", issued_on="tháng 1"), "document.issued_on", "không đọc được"),
        (changed("document", parent_id=str(CAMPAIGN)), "document.parent_id", "chưa đúng"),
        (changed("periods", dict(PERIODS[0], due_at="01/05/2023")), "periods.0.due_at", "không sau lúc mở"),
        (changed("periods", dict(PERIODS[0], closes_at="01/06/2023")), "periods.0.closes_at", "trước hạn nộp"),
        (changed("periods", PERIODS[0], dict(PERIODS[1], opens_at="20/06/2023")), "periods.1.opens_at", "chồng nhau"),
        (changed("periods", dict(PERIODS[0], opens_at="15/12/2022")), "periods.0.opens_at", "nằm ngoài phong trào"),
        (changed("milestones", {"kind": "final", "on": "15/01/2024"}), "milestones.0.on", "01/01/2023 – 31/12/2023"),
        (changed("milestones", {"kind": "", "on": "15/01/2023"}), "milestones.0.kind", "chưa chọn"),
        (changed("targets", *TWICE), "targets.0.code", "2 chỉ tiêu mang mã CT1"),
        (changed("targets", dict(TWICE[0], plan="1.234")), "targets.0.plan", "xác nhận “1.234” là 1234"),
        (changed("targets", dict(TWICE[0], plan="ba mươi")), "targets.0.plan", "không phải là số"),
        (changed("targets", dict(TWICE[0], code="x" * 41)), "targets.0.code", "dài quá 40"),
        (changed("targets", dict(TWICE[0], stretch="1")), "targets.0.stretch", "phải cao hơn chỉ tiêu 1"),
        (
            changed("targets", dict(TWICE[0], direction="at_most", stretch="2")),
            "targets.0.stretch",
            "phải thấp hơn chỉ tiêu 1",
        ),
        (changed("targets", dict(TWICE[0], kinds="ward hội")), "targets.0.kinds", "không có trong danh sách"),
        (changed("scope", reach="blocks"), "scope.blocks", "chưa chọn khối nào"),
        (changed("scope", reach="kinds"), "scope.kinds", "chưa chọn loại"),
        (changed("fields", {"name": "", "tasks": "việc"}), "fields.0.name", "còn trống"),
    ],
)
def test_what_cannot_be_is_named_with_field_and_remedy(draft: dict[str, Section], field: str, words: str) -> None:
    design, faults = read_design(CAMPAIGN, draft)
    assert design is None
    found = next(fault for fault in faults if fault.criterion == field)
    assert words in found.message
    assert found.remedy


def test_all_faults_of_all_sections_are_named_at_once() -> None:
    draft = {
        **changed("document", ends_on="hôm nào"),
        "targets": changed("targets", *TWICE)["targets"],
        "periods": Section(),
        "scope": Section(),
    }
    _, faults = read_design(CAMPAIGN, draft)
    fields = [fault.criterion for fault in faults]
    assert fields == ["document.ends_on", "targets.0.code", "targets.1.code", "periods", "scope.reach"]


@given(sections)
def test_no_draft_ends_in_anything_but_a_campaign_or_sentences(draft: dict[str, Section]) -> None:
    design, faults = read_design(CAMPAIGN, draft)
    assert (design is None) == bool(faults)
    assert all(fault.message and fault.remedy for fault in faults)


def test_what_was_launched_can_be_typed_again() -> None:
    design, _ = read_design(CAMPAIGN, WHOLE)
    assert design is not None
    again, faults = read_design(CAMPAIGN, sections_of(launched(design)))
    assert faults == ()
    assert again == design


def launched(design: rules.Design) -> dict[str, Any]:
    plain = design.model_dump(mode="json", include={"goals", "milestones", "scope"})
    return {**design.model_dump(exclude={*plain}), **plain}


def test_next_year_moves_the_days_and_opens_number_and_day_of_issue() -> None:
    draft = changed("document", number="12", issued_on="05/01/2023")
    carried = next_year(draft)
    values = carried["document"].values
    assert (values["name"], values["year"]) == ("Phong trào thi đua năm 2024", "2024")
    assert (values["starts_on"], values["number"], values["issued_on"]) == ("01/01/2024", "", "")
    assert values["theme"] == "Đoàn kết, sáng tạo"
    assert carried["periods"].rows[0]["closes_at"] == "17:00 30/06/2024"
    assert next_year(changed("document", starts_on="29/02/2024"))["document"].values["starts_on"] == "28/02/2025"
    said = {(each.section, each.row, each.field): (each.before, each.now) for each in differences(draft, carried)}
    assert said["document", None, "number"] == ("12", "")
    assert said["periods", 0, "opens_at"] == ("15/05/2023", "15/05/2024")
    assert ("document", None, "theme") not in said


@given(sections, sections)
def test_differences_tell_every_field_that_differs_and_no_other(
    before: dict[str, Section], now: dict[str, Section]
) -> None:
    told = {(each.section, each.row, each.field) for each in differences(before, now)}
    for name in KNOWN:
        pairs = [(None, before[name].values, now[name].values)]
        most = max(len(before[name].rows), len(now[name].rows))
        padded = [(*section[name].rows, *[{}] * most)[:most] for section in (before, now)]
        for row, old, new in [*pairs, *[(place, *each) for place, each in enumerate(zip(*padded, strict=True))]]:
            for field in {*old, *new}:
                assert ((name, row, field) in told) == (old.get(field, "") != new.get(field, ""))
    assert not differences(now, now)


@pytest.mark.parametrize(
    ("steps", "start", "states", "acts"),
    [
        (CAMPAIGN_STEPS, CampaignState.DRAFT, CAMPAIGN_STATE_WORDS, CAMPAIGN_ACT_WORDS),
        (PLEDGE_STEPS, Registration.NONE, PLEDGE_STATE_WORDS, PLEDGE_ACT_WORDS),
    ],
)
def test_every_state_is_reached_has_a_way_on_and_words(steps: Any, start: Any, states: Any, acts: Any) -> None:
    reached, waiting = {start}, [start]
    while waiting:
        state = waiting.pop()
        assert possible(steps, state), f"{state} has no way on"
        news = {to for (at, _), to in steps.items() if at == state} - reached
        reached |= news
        waiting += news
    assert reached == set(states) == set(type(start))
    assert set(acts) == {act for _, act in steps}


GOALS = [{"code": "CT1", "measure": "%", "kinds": []}]


@pytest.mark.parametrize(
    ("act", "titles", "promises", "reason", "fields"),
    [
        (PledgeAct.SUBMIT, ["TTLDTT"], {}, "", []),
        (PledgeAct.SUBMIT, [], {"CT1": "30"}, "", []),
        (PledgeAct.SUBMIT, [], {"CT1": " "}, "", ["titles"]),
        (PledgeAct.SUBMIT, ["TTLDTT"], {"CT1": "ba", "CT9": "1"}, "", ["promises.CT1", "promises.CT9"]),
        (PledgeAct.SUBMIT, ["TTLDTT"], {"CT1": "1.234"}, "", ["promises.CT1"]),
        (PledgeAct.AMEND, ["TTLDTT"], {}, " ", ["reason"]),
        (PledgeAct.RETURN, [], {}, "", ["reason"]),
        (PledgeAct.RETURN, [], {}, "Thiếu chỉ tiêu", []),
        (PledgeAct.APPROVE, [], {}, "", []),
        (PledgeAct.WITHDRAW, [], {}, "", ["reason"]),
        (PledgeAct.WITHDRAW, [], {}, "Không tham gia", []),
    ],
)
def test_a_step_of_a_pledge_names_what_it_lacks(
    act: PledgeAct, titles: list[str], promises: dict[str, str], reason: str, fields: list[str]
) -> None:
    assert [fault.criterion for fault in check_pledge(act, GOALS, titles, promises, reason)] == fields


@pytest.mark.parametrize("state", [each for each in Registration if each is not Registration.NONE])
def test_whatever_was_said_can_be_taken_back_and_whatever_was_sent_can_be_returned(state: Registration) -> None:
    """Of what is withdrawn nothing is left to withdraw, of what is with the unit nothing to return."""
    can = possible(PLEDGE_STEPS, state)
    assert (PledgeAct.WITHDRAW in can) == (state is not Registration.WITHDRAWN)
    assert (PledgeAct.RETURN in can) == (state not in (Registration.WITHDRAWN, Registration.RETURNED))


def test_who_registers_again_after_withdrawing_does_so_on_a_new_day() -> None:
    first, later = date(2023, 3, 20), date(2023, 6, 1)
    assert registered_on(Registration.NONE, None, later) == later
    assert registered_on(Registration.WITHDRAWN, first, later) == later
    assert registered_on(Registration.RETURNED, first, later) == first


def test_a_scope_means_the_units_of_its_blocks_or_kinds() -> None:
    block = UUID(int=9)
    ward = rules.Goal.model_validate(
        {"code": "x", "name": "x", "measure": "x", "direction": "at_least", "plan": 1, "kinds": ["ward"]}
    )
    assert rules.reaches(Scope(), ward.kinds[0], [])
    assert rules.reaches(Scope(reach="blocks", block_ids=(block,)), ward.kinds[0], [block])
    assert not rules.reaches(Scope(reach="blocks", block_ids=(block,)), ward.kinds[0], [])
    assert rules.reaches(Scope(reach="kinds", kinds=ward.kinds), ward.kinds[0], [])
