"""Does the data folder hold together: keys, sheets, rule pack, reports, and what the issuing document says?"""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from pydantic import BaseModel, TypeAdapter

from awards.rules import Pack, Record, assess, pack_for
from contracts.awards import Finding, Verdict
from contracts.notify import CITY_LEADER, Post
from contracts.registry import Target, UnitKind
from registry.actions.bodies import BlockBody, CampaignBody, EntryBody, PersonBody, TargetsBody, UnitBody, YearBody
from registry.rules import YearFigures, check_year, read_report
from scoring.rules import Facts, Score, Sheet, form_criteria, rank, score
from thidua.folder import DataFolder

FOLDER: Final = Path(__file__).parents[1] / "data" / "lai-chau-2023"
WARDS: Final = "khoi-xa-phuong"
MOVEMENTS: Final = (
    "Lai Châu chung sức xây dựng nông thôn mới",
    "Lai Châu chung tay vì người nghèo - không để ai bị bỏ lại phía sau",
    "Cán bộ, công chức, viên chức tỉnh Lai Châu thi đua thực hiện văn hóa công sở",
    "Phong trào thi đua đặc biệt chào mừng kỷ niệm 115 năm thành lập tỉnh Lai Châu",
    "Đẩy mạnh học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh",
    "Thi đua lao động giỏi, lao động sáng tạo",
    "Nông dân thi đua sản xuất, kinh doanh giỏi, đoàn kết giúp nhau làm giàu và giảm nghèo bền vững",
    "Xây dựng nông thôn mới, đô thị văn minh",
    "Các phong trào thi đua trong ngành giáo dục trên địa bàn thành phố",
    "Xây dựng Tổ dân phố, bản tự quản phát triển toàn diện",
    "Xây dựng nếp sống văn minh đô thị",
    "Toàn dân đoàn kết xây dựng đời sống văn hóa",
    "Thi đua quyết thắng",
    "Toàn dân bảo vệ an ninh Tổ quốc",
)


def read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text())


def sheet(key: str) -> Sheet:
    return Sheet.model_validate(read(f"sheets/{key}.yaml"))


def pack() -> Pack:
    return Pack.model_validate(read("packs/tdkt_2017.yaml"))


def own_targets(unit: str) -> dict[str, Target]:
    given = {each["unit"]: each["targets"] for each in read("targets.yaml")}.get(unit, [])
    return {target.criterion: target for target in TypeAdapter(list[Target]).validate_python(given)}


def scores() -> dict[str, Score]:
    """Score every report of the wards and communes, in time."""
    made = sheet("xa-phuong")
    found = {}
    for report in read("reports.yaml"):
        values, faults = read_report(list(form_criteria(made)), report["fields"])
        assert faults == ()
        facts = Facts(values={each.criterion: each.value for each in values}, targets=own_targets(report["unit"]))
        found[report["unit"]] = score(made, facts)
    return found


def places() -> dict[str, tuple[int | None, str | None]]:
    found = scores()
    ids = {unit: DataFolder(FOLDER).identity("unit", unit) for unit in found}
    ranked = {each.unit_id: each for each in rank({ids[unit]: each for unit, each in found.items()})}
    return {unit: (ranked[ident].rank, ranked[ident].decided_by) for unit, ident in ids.items()}


def test_every_key_that_is_named_exists() -> None:
    units = {each["key"] for each in read("units.yaml")}
    blocks = {each["key"] for each in read("blocks.yaml")}
    sheets = {path.stem for path in (FOLDER / "sheets").glob("*.yaml")}
    periods = {each["key"] for each in read("campaign.yaml")["periods"]}
    named = {each["parent"] for each in read("units.yaml") if "parent" in each}
    for block in read("blocks.yaml"):
        named |= {*block["members"], *filter(None, [block["head"]])}
        assert block["sheet"] in sheets
        assert block["head"] in (None, *block["members"])
    for name in ("targets.yaml", "reports.yaml", "years.yaml"):
        named |= {each["unit"] for each in read(name)}
    for grant in (grant for account in read("accounts.yaml") for grant in account["grants"]):
        assert grant["role"] in {*(role.value for role in Post), CITY_LEADER}
        named |= {grant["unit"]} if "unit" in grant else set()
        assert grant.get("block") in (None, *blocks)
    assert named <= units
    assert {each["period"] for each in read("reports.yaml")} <= periods


@pytest.mark.parametrize("name", ["units.yaml", "blocks.yaml", "accounts.yaml"])
def test_no_key_stands_twice(name: str) -> None:
    keys = Counter(each.get("key") or each["account"] for each in read(name))
    assert keys.most_common(1)[0][1] == 1


def test_a_unit_is_in_at_most_one_block_and_only_the_city_is_in_none() -> None:
    members = Counter(member for block in read("blocks.yaml") for member in block["members"])
    assert set(members.values()) == {1}
    assert {each["key"] for each in read("units.yaml")} - members.keys() == {"thanh-pho"}


def test_parents_stand_before_their_units() -> None:
    seen: set[str] = set()
    for unit in read("units.yaml"):
        assert unit.get("parent") in (None, *seen)
        seen.add(unit["key"])


def test_the_registry_takes_everything_as_it_is() -> None:
    folder = DataFolder(FOLDER)
    bodies: list[tuple[type[BaseModel], Any]] = [
        *((UnitBody, body) for _, body in folder.units()),
        *((BlockBody, body) for _, body in folder.blocks()),
        *((TargetsBody, body) for _, body in folder.targets()),
        *((YearBody, {**body, "version": 0}) for _, _, body in folder.years()),
        *((PersonBody, body) for _, body in folder.people()),
        *((EntryBody, body) for _, body in folder.entries()),
        (CampaignBody, folder.campaign()[1]),
    ]
    for model, body in bodies:
        model.model_validate(body)
    for year in read("years.yaml"):
        assert check_year(YearFigures.model_validate(year)) == ()


@pytest.mark.parametrize(
    ("key", "total", "bonus"), [("xa-phuong", 100, 10), ("co-quan", 950, 50), ("truong-hoc", 100, 5)]
)
def test_sheets_add_up_and_say_that_they_are_samples(key: str, total: int, bonus: int) -> None:
    made = sheet(key)
    assert (made.key, made.note) == (key, "Mẫu – chưa phải quy định")
    assert [made.total, made.bonus_cap] == [total, bonus]
    assert [group.code for group in made.groups if group.decides_ties] == [made.groups[-1].code]
    assert "late" in {criterion.rule.kind for criterion in made.extras}


def test_the_loader_gives_sheets_that_scoring_takes() -> None:
    for ident, body in DataFolder(FOLDER).sheets():
        assert Sheet.model_validate(body).sheet_id == ident


def test_the_only_figure_of_the_document_is_the_target_of_its_criterion() -> None:
    (target,) = read("campaign.yaml")["document"]["targets"]
    for key, code in target["criteria"].items():
        criterion = next(each for _, each in sheet(key).criteria() if each.code == code)
        assert (criterion.target, criterion.rule.kind) == (Decimal(target["at_least"]), "threshold")
        assert "30% thời gian" in (criterion.citation or "")


def test_own_targets_are_for_criteria_of_the_sheet() -> None:
    sheets = {member: block["sheet"] for block in read("blocks.yaml") for member in block["members"]}
    for each in read("targets.yaml"):
        codes = {criterion.code for _, criterion in sheet(sheets[each["unit"]]).criteria()}
        assert {target["criterion"] for target in each["targets"]} <= codes


def test_reports_hold_every_line_of_the_form_and_can_be_read() -> None:
    asked = [each.criterion for each in form_criteria(sheet("xa-phuong")) if each.value_kind != "derived"]
    reported = [each["unit"] for each in read("reports.yaml")]
    members = next(block["members"] for block in read("blocks.yaml") if block["key"] == WARDS)
    assert all(sorted(each["fields"]) == sorted(asked) for each in read("reports.yaml"))
    assert set(members) - set(reported) == {"phuong-dong-phong"}
    assert all(85 <= each.percent <= 98 for each in scores().values())


def test_the_sample_board_has_a_shared_place() -> None:
    assert places() == {
        "phuong-quyet-thang": (1, None),
        "phuong-tan-phong": (2, None),
        "phuong-doan-ket": (3, None),
        "phuong-quyet-tien": (4, "shared"),
        "xa-san-thang": (4, "shared"),
        "xa-sung-phai": (6, None),
    }


def test_tan_phong_is_told_what_it_misses() -> None:
    year = next(each for each in read("years.yaml") if each["unit"] == "phuong-tan-phong")
    own, leader = scores()["phuong-tan-phong"], scores()["phuong-quyet-thang"]
    record = Record(**year, year_recorded=True, rank=2, ranked=6, points=own.points, leader_points=leader.points)
    found = {each.title: each for each in assess(pack(), UnitKind.WARD, record)}
    gaps = {
        title: {each.condition: each.gap for each in one.conditions if each.finding is Finding.MISSING}
        for title, one in found.items()
    }
    assert gaps == {
        "TTLDTT": {},
        "TTLDXS": {"advanced_workers": "cần thêm 1 người đạt Lao động tiên tiến"},
        "CTD_TINH": {"block_rank": "đang hạng 2/6, kém 3,81 điểm so với hạng 1"},
    }
    assert found["TTLDTT"].verdict is Verdict.NEEDS_CONFIRMATION


@pytest.mark.parametrize(("advanced", "finding"), [(10, Finding.MISSING), (14, Finding.UNKNOWN)])
def test_an_excellent_collective_is_chosen_among_advanced_ones(advanced: int, finding: Finding) -> None:
    record = Record(headcount=20, completed_tasks=20, advanced_workers=advanced, disciplined=0, year_recorded=True)
    found = next(each for each in assess(pack(), UnitKind.WARD, record) if each.title == "TTLDXS")
    assert {each.condition: each.finding for each in found.conditions}["advanced_collective"] is finding


@pytest.mark.parametrize(("on", "found"), [(date(2023, 12, 31), "tdkt_2017"), (date(2024, 1, 1), None)])
def test_the_pack_ends_with_the_year(on: date, found: str | None) -> None:
    chosen = pack_for([pack()], on)
    assert (chosen and chosen.pack) == found


def test_every_condition_says_where_it_comes_from() -> None:
    made = pack()
    assert [title.code for title in made.titles] == ["TTLDTT", "TTLDXS", "CTD_TINH"]
    assert all(each.citation and each.mark for title in made.titles for each in title.conditions)
    assert "06/2018/QĐ-UBND" in (made.overlay or "")


def test_every_movement_of_the_document_is_in_the_campaign() -> None:
    document = read("campaign.yaml")["document"]
    assert tuple(each["name"] for each in document["movements"]) == MOVEMENTS
    text = " ".join(
        [
            *(duty["text"] for duty in document["duties"]),
            *(task for each in document["fields"] for task in each["tasks"]),
        ]
    ).casefold()
    assert [name for name in MOVEMENTS if name.casefold() not in text] == []


def test_the_document_is_kept_as_it_was_issued() -> None:
    document = read("campaign.yaml")["document"]
    assert document["number"] is None
    assert document["issued_on"] is None
    assert document["title"].endswith("trong năm 2023")
    assert document["theme"].endswith("trong năm 2024")
    assert (len(document["duties"]), len(document["fields"]), len(document["recipients"])) == (5, 4, 7)
