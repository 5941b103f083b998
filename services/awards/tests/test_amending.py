"""Can the office mend and confirm what nobody has verified, and is everything that hangs on it checked again?"""

from datetime import date
from typing import Any

import orjson
import pytest
import yaml
from city import PACK, TAN_PHONG
from house import House, event_of

from awards import actions
from awards.actions import AmendmentBody
from awards.actions.amending import AT_ONCE
from awards.rules import Amendment, Confirmation, Mark, Pack, Target, amend, standing
from chassis.errors import Conflict, Invalid
from contracts.awards import RecheckAdvanced
from contracts.envelope import Event
from contracts.registry import UnitKind, UnitRegistered, YearRecorded

TODAY = date(2023, 11, 15)
RANK = Target(title="CTD_TINH", condition="block_rank")
PLEDGED = Target(title="TTLDTT", condition="pledged")
SHARE = Target(title="TTLDTT", condition="advanced_workers")
DOCUMENT = {"document_number": "06/2018/QĐ-UBND", "document_on": "2018-02-21", "document_by": "UBND tỉnh Lai Châu"}


def shipped(**more: Any) -> Pack:
    return Pack.model_validate({**yaml.safe_load(PACK.read_text()), **more})


def unsure(mark: str) -> Pack:
    """The pack as shipped, its share of advanced workers not read in the text."""
    document = yaml.safe_load(PACK.read_text())
    share = next(each for each in document["titles"][0]["conditions"] if each["code"] == "advanced_workers")
    share["mark"] = mark
    return Pack.model_validate(document)


def mended(target: Target, pack: Pack | None = None, **typed: Any) -> Pack:
    made, faults = amend(pack or shipped(), target, Amendment(**typed), by="Cán bộ 01", today=TODAY)
    assert made is not None, faults
    return made


def faults_of(target: Target, pack: Pack | None = None, **typed: Any) -> list[str]:
    made, faults = amend(pack or shipped(), target, Amendment(**typed), by="Cán bộ 01", today=TODAY)
    assert made is None
    assert all(fault.remedy for fault in faults)
    return [f"{fault.field}: {fault.message}" for fault in faults]


def test_what_the_text_says_is_not_changed_here() -> None:
    typed = {"values": {"more_than": "60"}, "reason": "Thử"}
    assert faults_of(SHARE, **typed) == ["values: đã kiểm chứng trong văn bản nên không sửa ở đây"]


@pytest.mark.parametrize("mark", ["V*", "P", "R", "U", "D"])
def test_every_other_mark_is_changed_and_its_sentence_says_the_new_value(mark: str) -> None:
    pack = mended(SHARE, unsure(mark), values={"more_than": "60"}, reason="Theo hướng dẫn")
    stands = standing(pack, SHARE)
    assert stands is not None
    assert (pack.revision, stands.mark, stands.values["more_than"]) == (shipped().revision + 1, mark, "60")
    assert stands.text == "Có trên 60% cá nhân trong tập thể đạt Lao động tiên tiến"


def test_all_faults_are_named_at_once_each_with_its_remedy() -> None:
    typed = {
        "values": {"rank": "không", "applies": "có", "count": "1"},
        "confirm": True,
        "document_on": "2024-02-30",
        "document_by": "x" * 301,
    }
    assert sorted(faults_of(RANK, **typed)) == [
        "applies: Có áp dụng: không thuộc danh sách",
        "count: không có ở điều kiện này",
        "document_by: Nơi ban hành: dài quá 300 chữ",
        "document_number: Số văn bản: còn thiếu",
        "document_on: Ngày văn bản: “2024-02-30” không phải ngày",
        "rank: Từ hạng mấy trở lên: “không” không phải số nguyên từ 1 đến 1000",
    ]
    assert faults_of(RANK, values={"rank": "2"}) == ["reason: Lý do: còn thiếu"]
    assert faults_of(RANK, values={"rank": "1"}) == ["values: chưa thay đổi gì"]
    ahead = faults_of(RANK, confirm=True, **{**DOCUMENT, "document_on": "16/11/2023"})
    assert ahead == ["document_on: Ngày văn bản: chưa tới, hôm nay là 15/11/2023"]


def test_days_are_changed_where_they_are_not_verified_and_stay_in_order() -> None:
    recalled = shipped(dates_mark="R")
    values = {"valid_from": "01/01/2018", "valid_to": ""}
    pack = mended(Target(), recalled, values=values, reason="Theo công báo")
    assert (pack.valid_from, pack.valid_to) == (date(2018, 1, 1), None)
    crossed = {"values": {"valid_to": "2017-01-01"}, "reason": "Thử"}
    assert faults_of(Target(), recalled, **crossed) == ["valid_to: Đến hết ngày: trước ngày bắt đầu áp dụng"]


def test_a_title_keeps_one_condition_that_applies() -> None:
    alone = {**shipped().model_dump(mode="json"), "titles": [shipped().titles[2].model_dump(mode="json")]}
    for condition in alone["titles"][0]["conditions"][::2]:
        condition["applies"] = False
    pack = Pack.model_validate(alone)
    off = {"values": {"applies": "no"}, "reason": "Không áp dụng"}
    assert faults_of(RANK, pack, **off) == ["applies: CTD_TINH: phải còn ít nhất một điều kiện được áp dụng"]


def test_a_confirmation_says_who_when_and_by_what_and_can_be_corrected() -> None:
    pack = mended(RANK, confirm=True, **DOCUMENT)
    stands = standing(pack, RANK)
    assert stands is not None
    said = {**DOCUMENT, "document_on": date(2018, 2, 21), "was": Mark.PRACTICE}
    assert (stands.mark, stands.confirmed) == (Mark.VERIFIED, Confirmation(by="Cán bộ 01", on=TODAY, **said))
    assert mended(RANK, pack, confirm=True, **DOCUMENT) is pack
    again = standing(mended(RANK, pack, values={"rank": "2"}, reason="Đọc nhầm"), RANK)
    assert again is not None
    assert (again.mark, again.confirmed, again.values["rank"]) == (Mark.PRACTICE, None, "2")


YEAR = YearRecorded(
    unit_id=TAN_PHONG,
    year=2023,
    version=1,
    headcount=22,
    completed_tasks=22,
    advanced_workers=12,
    grassroots_fighters=2,
    disciplined=0,
)
UNIT = UnitRegistered(
    unit_id=TAN_PHONG, version=1, name="Phường Tân Phong", kind=UnitKind.WARD, valid_from=date(2013, 12, 27)
)


async def conditions(house: House) -> dict[str, str]:
    (row,) = await house.rows("awards", "SELECT assessment FROM verdicts WHERE title = 'TTLDTT'")
    return {each["condition"]: each["finding"] for each in orjson.loads(row["assessment"])["conditions"]}


async def begin(house: House, pack: Pack, moment: str = "2023-11-15 08:00+07") -> None:
    async with house.at_work("awards") as tx:
        await actions.adopt_pack(tx, pack)
        await actions.learn_units(tx, [event_of(UNIT)])
    await house.set_clock("awards", moment)
    async with house.at_work("awards") as tx:
        await actions.learn_years(tx, [event_of(YEAR)])


async def test_a_change_is_a_revision_and_eligibility_is_checked_again_because_of_it(house: House) -> None:
    """Twelve of 22 are more than half and less than sixty of a hundred; the verdict names the new revision and its cause."""
    pack = unsure("R")
    await begin(house, pack)
    assert (await conditions(house))["advanced_workers"] == "met"
    body = AmendmentBody(
        revision=pack.revision,
        title="TTLDTT",
        condition="advanced_workers",
        values={"more_than": "60"},
        reason="Theo quy định tỉnh",
    )
    async with house.at_work("awards") as tx:
        done = await actions.amend_pack(tx, pack.pack, body, post="Phòng Nội vụ")
    assert (done.revision, done.rechecked, done.counts_from, done.ended_on) == (pack.revision + 1, 1, None, None)
    assert (await conditions(house))["advanced_workers"] == "missing"
    (row,) = await house.rows("awards", "SELECT pack_revision, caused_by FROM verdicts WHERE title = 'TTLDTT'")
    (log,) = await house.rows("awards", "SELECT id FROM event_log WHERE type = 'awards.pack_amended.v1'")
    assert (row["pack_revision"], row["caused_by"]) == (pack.revision + 1, log["id"])
    kept = await house.rows("awards", "SELECT revision, recorded_by, change FROM packs ORDER BY revision")
    assert [(row["revision"], row["recorded_by"]) for row in kept] == [
        (pack.revision, None),
        (pack.revision + 1, "Phòng Nội vụ"),
    ]
    change = orjson.loads(kept[1]["change"])
    assert [change[when]["values"]["more_than"] for when in ("before", "after")] == ["50", "60"]


async def test_a_province_is_checked_again_step_by_step_and_every_year_is_reached(house: House) -> None:
    """More years than a step has: the first step is of the amendment itself, the next of the event that asks for it."""
    # Packs are kept once they were read: other tests have others under this name.
    pack, more = unsure("R").model_copy(update={"pack": "tung_buoc"}), 50
    await begin(house, pack)
    many = f"SELECT md5('u' || n)::uuid AS id FROM generate_series(1, {AT_ONCE + more - 1}) AS n"
    figures = YEAR.model_dump_json(exclude={"unit_id", "year", "version"})
    await house.run(
        "awards",
        f"INSERT INTO units (unit_id, version, kind) SELECT id, 1, 'ward' FROM ({many}) AS m",
        f"INSERT INTO years (unit_id, year, version, figures) SELECT id, 2023, 1, '{figures}' FROM ({many}) AS m",
    )
    body = AmendmentBody(
        revision=pack.revision,
        title="TTLDTT",
        condition="advanced_workers",
        values={"more_than": "60"},
        reason="Theo quy định tỉnh",
    )
    async with house.at_work("awards") as tx:
        done = await actions.amend_pack(tx, pack.pack, body, post="Phòng Nội vụ")
    checked = f"SELECT 1 FROM verdicts WHERE title = 'TTLDTT' AND pack_revision = {pack.revision + 1}"
    assert (done.rechecked, len(await house.rows("awards", checked))) == (AT_ONCE + more, AT_ONCE)
    asked = "SELECT bytes FROM event_log WHERE type = 'awards.recheck_advanced.v1'"
    (step,) = [Event[RecheckAdvanced].decoded(row["bytes"]) for row in await house.rows("awards", asked)]
    for _ in range(2):
        async with house.at_work("awards") as tx:
            await actions.advance_rechecks(tx, [step])
    assert len(await house.rows("awards", checked)) == AT_ONCE + more
    assert len(await house.rows("awards", asked)) == 1, "the last step asks for none"


async def test_whoever_is_late_is_told_how_it_stands_and_who_was_faster(house: House) -> None:
    pack = unsure("R")
    await begin(house, pack)
    body = AmendmentBody(
        revision=pack.revision, title="CTD_TINH", condition="block_rank", values={"rank": "2"}, reason="Thử"
    )
    async with house.at_work("awards") as tx:
        await actions.amend_pack(tx, pack.pack, body, post="Cán bộ 01")
    with pytest.raises(Conflict) as refused:
        async with house.at_work("awards") as tx:
            await actions.amend_pack(tx, pack.pack, body.model_copy(update={"values": {"rank": "3"}}), post="Cán bộ 02")
    members = refused.value.members
    assert (members["revision"], members["standing"]["values"]["rank"]) == (pack.revision + 1, "2")
    assert members["recorded_by"] == "Cán bộ 01"
    wrong = body.model_copy(update={"revision": pack.revision + 1, "values": {"rank": "0"}})
    with pytest.raises(Invalid) as invalid:
        async with house.at_work("awards") as tx:
            await actions.amend_pack(tx, pack.pack, wrong, post="Cán bộ 02")
    assert [(error.field, bool(error.remedy)) for error in invalid.value.errors] == [("rank", True)]


async def test_what_was_decided_under_a_pack_that_has_ended_stays(house: House) -> None:
    pack = unsure("R")
    await begin(house, pack)
    await house.set_clock("awards", "2024-01-10 08:00+07")
    body = AmendmentBody(
        revision=pack.revision,
        title="TTLDTT",
        condition="advanced_workers",
        values={"more_than": "60"},
        reason="Đọc lại",
    )
    async with house.at_work("awards") as tx:
        done = await actions.amend_pack(tx, pack.pack, body, post="Phòng Nội vụ")
    assert (done.rechecked, done.ended_on) == (0, date(2023, 12, 31))
    assert (await conditions(house))["advanced_workers"] == "met"


async def test_an_older_revision_decides_nothing_any_more(house: House) -> None:
    """Its dates moved: on a day that only the old revision covered no pack is in force."""
    pack = shipped(dates_mark="R")
    await begin(house, pack)
    async with house.at_work("awards") as tx:
        body = AmendmentBody(revision=pack.revision, values={"valid_to": "2023-06-30"}, reason="Theo công báo")
        await actions.amend_pack(tx, pack.pack, body, post="Phòng Nội vụ")
        await actions.learn_years(tx, [event_of(YEAR.model_copy(update={"version": 2, "disciplined": 1}))])
    assert (await conditions(house))["discipline"] == "met"
