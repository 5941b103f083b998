"""Does a rehearsal say what another sheet would have made of a period, and leave everything as it is?"""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
import yaml
from city import (
    BLOCK_DOCUMENT,
    CAMPAIGN,
    CAMPAIGN_DOCUMENT,
    PERIOD,
    SHEET,
    SHEET_DOCUMENT,
    TAN_PHONG,
    found,
    submit,
)
from house import House, event_of, ident
from hypothesis import given
from hypothesis import strategies as st

from chassis.db import Read
from chassis.errors import Conflict, Invalid, NotFound
from chassis.testing import eventually
from contracts.catalog import event_class
from contracts.envelope import Event
from contracts.registry import BlockFormed, CampaignLaunched, ReportedValue, ReportSubmitted, Target
from contracts.scoring import RehearsalAdvanced, ScoreChanged
from scoring import actions, queries
from scoring.rules import Facts, Remembered, Sheet, rank, score
from scoring.rules.drafts import drafted
from scoring.rules.rehearsal import Reported, Stage

_DATA: Final = Path(__file__).parents[3] / "data"
SCHOOL: Final = Sheet.model_validate(yaml.safe_load((_DATA / "lai-chau-2023/sheets/truong-hoc.yaml").read_text()))
_CODES: Final = [line.code for _, line in SCHOOL.criteria()]
_FACTS: Final = st.builds(
    Facts,
    values=st.dictionaries(st.sampled_from(_CODES), st.sampled_from([Decimal(each) for each in (0, 1, 70, 98, 99)])),
    targets=st.dictionaries(
        st.sampled_from(_CODES[:3]),
        st.builds(Target, criterion=st.just(""), target=st.just(Decimal(80)), assigned=st.booleans()),
    ),
    late=st.booleans(),
)
_BLOCK: Final = st.dictionaries(st.uuids(), _FACTS, min_size=1, max_size=6)


def stood(units: dict[UUID, Facts], on: Sheet) -> dict[UUID, Reported]:
    """Give units as they stand on a sheet."""
    scores = {unit: score(on, facts) for unit, facts in units.items()}
    places = rank(scores)
    return {
        each.unit_id: Reported(units[each.unit_id], on, units[each.unit_id], each.rank, each.points) for each in places
    }


@given(_BLOCK)
def test_the_same_version_moves_nobody(units: dict[UUID, Facts]) -> None:
    made = Stage(SCHOOL.model_copy(update={"version": 2})).board(stood(units, SCHOOL))
    assert made.changed == []
    assert all(weight.shift == 0 for weight in made.weights.values())


@given(st.lists(_FACTS, min_size=1, max_size=20))
def test_a_line_that_is_remembered_is_the_line_that_is_computed(units: list[Facts]) -> None:
    known = Remembered(SCHOOL, of_each_line=3)
    for facts in units:
        assert score(SCHOOL, facts, None, known) == score(SCHOOL, facts)


def test_a_line_is_told_to_decide_nothing_and_another_to_move_units() -> None:
    """The first line counts double instead of the second: whoever was better in it comes up."""
    full = {code: Decimal(99 if code.startswith("1.") else 1) for code in _CODES if code[0].isdigit()}
    units = {
        UUID(int=1): Facts(values={**full, "1.1": Decimal(80)}),
        UUID(int=2): Facts(values={**full, "1.3": Decimal(80)}),
    }
    document = SCHOOL.model_dump(mode="json")
    first, _, third, _ = document["groups"][0]["criteria"]
    first["maximum"], third["maximum"] = "5", "20"
    made = Stage(Sheet.model_validate({**document, "version": 2})).board(stood(units, SCHOOL))
    assert {each.unit_id.int: (each.previous_rank, each.rank) for each in made.changed} == {1: (2, 1), 2: (1, 2)}
    assert made.weights["2.1"].deciding == 0
    assert made.weights["1.1"].deciding == 1
    shifts = {code: weight.shift for code, weight in made.weights.items() if weight.shift}
    assert shifts.keys() == {"1.1", "1.3"}
    # One loses 8 and the other 10: that both lose eight moves neither.
    assert shifts["1.1"] == Decimal(2)


STOOD: Final = ident("rehearsed-sheet")
BLOCKS: Final = [ident(f"rehearsed-{number}") for number in range(5)]


def sheet(floor: str = "0.70") -> Sheet:
    """Give the small city's sheet; below ``floor`` of the target nothing is given."""
    (economy, emulation) = SHEET_DOCUMENT["groups"]
    line = {**economy["criteria"][0], "rule": {"kind": "ratio_linear", "floor": floor}}
    return Sheet.model_validate({**SHEET_DOCUMENT, "groups": [{**economy, "criteria": [line]}, emulation]})


@pytest_asyncio.fixture
async def city(house: House) -> House:
    """A scoring that has scored five blocks of four units on the first version of a sheet: 600, 700, 800 and 900 of 1000."""
    async with house.at_work("scoring") as tx:
        await actions.publish_sheet(tx, STOOD, sheet())
        campaign = {**CAMPAIGN_DOCUMENT, "campaign_id": CAMPAIGN, "version": 1}
        await actions.learn_periods(tx, [event_of(CampaignLaunched.model_validate(campaign))])
        for block in BLOCKS:
            units = [ident(f"{block}-{number}") for number in range(4)]
            formed = {**BLOCK_DOCUMENT, "sheet_id": STOOD, "head_unit_id": None, "member_unit_ids": units}
            formed |= {"block_id": block, "version": 1}
            await actions.learn_blocks(tx, [event_of(BlockFormed.model_validate(formed))])
            reports = [report(unit, block, 600 + 100 * number) for number, unit in enumerate(units)]
            await actions.take_up_reports(tx, reports)
    return house


def report(unit: UUID, block: UUID, amount: int) -> Event[ReportSubmitted]:
    said = {"1.1": amount, "2.1": 1}
    values = tuple(ReportedValue(criterion=code, value=Decimal(value)) for code, value in said.items())
    who = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": block, "unit_id": unit}
    submitted = ReportSubmitted(
        **who,
        report_id=uuid4(),
        receipt_number=f"BN-{unit}",
        version=1,
        accepted_at=datetime.now(UTC),
        late=False,
        values=values,
    )
    return event_of(submitted)


async def told(house: House, payload: Any) -> list[Event[Any]]:
    """Give scoring's events of one type, in order."""
    rows = await house.rows("scoring", "SELECT bytes FROM event_log WHERE type = $1 ORDER BY id", payload.event_type)
    return [event_class(payload.event_type).decoded(row["bytes"]) for row in rows]


def as_draft(new: Sheet) -> list[tuple[str, Any]]:
    return list(drafted(new).items())


async def draft(house: House, new: Sheet) -> UUID:
    """Begin a draft from the sheet that stands and type the new one into it."""
    draft_id = UUID(int=77)
    async with house.at_work("scoring") as tx:
        await actions.begin_sheet_draft(tx, draft_id, actions.NewDraft(made_from=STOOD))
        for part, rows in as_draft(new):
            await actions.save_sheet_part(tx, draft_id, part, actions.TypedPart(version=1, rows=rows))
    return draft_id


async def finish(house: House, *, twice: bool = False) -> None:
    """Take each step that the last one asks for; it is of two blocks."""
    while not (last := (await told(house, RehearsalAdvanced))[-1]).data.ended:
        await take(house, last)
        if twice:
            await take(house, last)


async def take(house: House, event: Event[RehearsalAdvanced]) -> None:
    async with house.at_work("scoring") as tx:
        await actions.advance_rehearsals(tx, [event], units_a_step=8)


async def rehearse(house: House, **what: Any) -> UUID:
    async with house.at_work("scoring") as tx:
        started = await actions.start_rehearsal(tx, actions.Rehearse(period_id=PERIOD, **what))
    return started.rehearsal_id


async def live(house: House) -> list[Any]:
    """Give everything that a rehearsal must not touch."""
    tables = ("scores", "places", "boards", "reports", "sheets", "rescorings")
    return [await house.rows("scoring", f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]


async def test_a_period_is_rehearsed_under_a_draft_and_nothing_else_moves(city: House) -> None:
    before, scored = await live(city), len(await told(city, ScoreChanged))
    # Whoever reached 60 % gets something now: other points, and still the last place.
    rehearsal_id = await rehearse(city, draft_id=await draft(city, sheet("0.60")))
    await finish(city, twice=True)
    async with city.at_work("scoring") as tx:
        db = Read(tx.db)
        made = await queries.rehearsal(db, rehearsal_id)
        shown = await queries.rehearsed_blocks(db, rehearsal_id, after=None, most=3)
        rest = await queries.rehearsed_blocks(db, rehearsal_id, after=shown["next"], most=3)
    assert (made["boards"], made["boards_done"], made["units"]) == (5, 5, 20)
    assert (made["points_changed"], made["places_changed"]) == (5, 0)
    assert [len(shown["items"]), len(rest["items"]), rest["next"]] == [3, 2, None]
    (changed,) = shown["items"][0]["changed"]
    assert (changed["previous_points"], changed["points"]) == ("10.00", "64.00")
    lines = {each["criterion"]: each for each in made["criteria"]}
    assert (lines["2.1"]["deciding"], lines["2.1"]["blocks"]) == (0, 5)
    assert lines["1.1"]["deciding"] == 5
    assert Decimal(lines["1.1"]["shift"]) > 0
    assert await live(city) == before
    assert len(await told(city, ScoreChanged)) == scored


async def test_the_version_that_stands_moves_nobody(city: House) -> None:
    rehearsal_id = await rehearse(city, sheet_id=STOOD, version=1)
    await finish(city)
    async with city.at_work("scoring") as tx:
        db = Read(tx.db)
        made = await queries.rehearsal(db, rehearsal_id)
        assert (await queries.rehearsed_blocks(db, rehearsal_id, after=None, most=50))["items"] == []
    assert (made["units"], made["points_changed"], made["places_changed"]) == (20, 0, 0)


async def test_a_rehearsal_of_nothing_is_refused_with_what_is_possible(city: House) -> None:
    with pytest.raises(NotFound):
        await rehearse(city, sheet_id=STOOD, version=9)
    with pytest.raises(NotFound):
        await rehearse(city, draft_id=UUID(int=5))
    with pytest.raises(Invalid) as refused:
        async with city.at_work("scoring") as tx:
            await actions.start_rehearsal(tx, actions.Rehearse(period_id=UUID(int=6), sheet_id=STOOD))
    assert refused.value.errors[0].field == "period_id"
    with pytest.raises(ValueError, match="chọn một"):
        actions.Rehearse(period_id=PERIOD)


def from_nothing() -> Sheet:
    """Give a sheet of other lines: what was 1.1 is 5.2 there, and 1.1 is something that nobody was asked for."""
    (economy, emulation) = SHEET_DOCUMENT["groups"]
    asked = {
        **economy["criteria"][0],
        "code": "5.2",
        "maximum": "60",
        "rule": {"kind": "ratio_linear", "floor": "0.70"},
    }
    fresh = {**economy["criteria"][0], "code": "1.1", "name": "Mục mới", "maximum": "30"}
    return Sheet.model_validate({**SHEET_DOCUMENT, "groups": [{**economy, "criteria": [fresh, asked]}, emulation]})


async def drafted_from_nothing(house: House) -> UUID:
    draft_id = UUID(int=78)
    async with house.at_work("scoring") as tx:
        await actions.begin_sheet_draft(tx, draft_id, actions.NewDraft())
        parts = dict(as_draft(from_nothing()))
        # Groups first, which are given their keys then.
        keyless = [{name: text for name, text in row.items() if name != "key"} for row in parts.pop("groups")]
        for part, rows in [("groups", keyless), *parts.items()]:
            version = int(part == "sheet")
            await actions.save_sheet_part(tx, draft_id, part, actions.TypedPart(version=version, rows=rows))
    return draft_id


async def test_a_sheet_from_nothing_is_rehearsed_on_the_blocks_of_another_or_not_at_all(city: House) -> None:
    draft_id = await drafted_from_nothing(city)
    with pytest.raises(Invalid, match="chưa khối nào dùng") as refused:
        await rehearse(city, draft_id=draft_id)
    assert refused.value.errors[0].field == "on_sheet"
    rehearsal_id = await rehearse(city, draft_id=draft_id, on_sheet=STOOD, codes={"5.2": "1.1"})
    await finish(city)
    async with city.at_work("scoring") as tx:
        made = await queries.rehearsal(Read(tx.db), rehearsal_id)
        shown = await queries.rehearsed_blocks(Read(tx.db), rehearsal_id, after=None, most=1)
    assert (made["boards"], made["units"], made["codes"]) == (5, 20, {"5.2": "1.1"})
    # What was reported for 1.1 counts for 5.2 alone; for the new 1.1 nobody was asked.
    lines = {each["criterion"]: (each["reported"], each["most"]) for each in made["criteria"]}
    assert lines == {"1.1": (0, "0"), "5.2": (20, "54.00"), "2.1": (20, "10.00")}
    points = sorted((each["previous_points"], each["points"]) for each in shown["items"][0]["changed"])
    assert points == [("73.00", "52.00"), ("82.00", "58.00"), ("91.00", "64.00")]


async def test_codes_that_are_on_no_sheet_and_a_period_without_boards_are_refused(city: House) -> None:
    draft_id = await drafted_from_nothing(city)
    for codes, said in (
        ({"9.9": "1.1"}, "không có mục 9.9"),
        ({"5.2": "7.7"}, "không có mục 7.7"),
        ({"5.2": "1.1", "1.1": "1.1"}, "dùng cho hai mục"),
    ):
        with pytest.raises(Invalid, match=said):
            await rehearse(city, draft_id=draft_id, on_sheet=STOOD, codes=codes)
    empty = {**CAMPAIGN_DOCUMENT, "campaign_id": CAMPAIGN, "version": 2}
    empty["periods"] = [*empty["periods"], {**empty["periods"][0], "period_id": str(ident("empty")), "number": 2}]
    async with city.at_work("scoring") as tx:
        await actions.learn_periods(tx, [event_of(CampaignLaunched.model_validate(empty))])
        with pytest.raises(Invalid, match="chưa khối nào dùng bảng điểm đó có điểm"):
            await actions.start_rehearsal(tx, actions.Rehearse(period_id=ident("empty"), sheet_id=STOOD))


async def test_a_rehearsal_runs_by_its_own_events(house: House) -> None:
    await house.open(["registry", "scoring"])
    await found(house)
    assert (await submit(house, TAN_PHONG, "950")).status_code == 201
    await house.quiet()
    async with house.office("scoring") as office:
        started = await office.post("/rehearsals", json={"period_id": str(PERIOD), "sheet_id": str(SHEET)})
        assert started.status_code == 202, started.text
        path = f"/rehearsals/{started.json()['rehearsal_id']}"

        async def ended() -> Any:
            return (await office.get(path)).json()["ended_at"]

        await eventually(ended, expect="the rehearsal has ended")
        made = (await office.get(path)).json()
        assert (made["units"], made["places_changed"], made["name"]) == (1, 0, "Bảng điểm thử")
        listed = (await office.get("/rehearsals")).json()["items"]
        assert [each["rehearsal_id"] for each in listed] == [made["rehearsal_id"]]
    async with house.client("scoring", ("unit_officer", TAN_PHONG)) as unit:
        assert (await unit.get(path)).status_code == 403


async def test_a_rehearsal_that_is_thrown_away_says_who_and_when_and_goes_no_further(city: House) -> None:
    """One that has ended and one that is running: neither shows who would have moved, and both stay in the list."""
    async with city.at_work("scoring") as tx:
        await actions.publish_sheet(tx, STOOD, sheet("0.85"))
    done = await rehearse(city, sheet_id=STOOD, version=2)
    await finish(city)
    running = await rehearse(city, sheet_id=STOOD, version=2)
    (asked,) = [event for event in await told(city, RehearsalAdvanced) if event.data.rehearsal_id == running]
    async with city.at_work("scoring") as tx:
        await actions.advance_rehearsals(tx, [asked], units_a_step=8)
    for rehearsal_id in (done, running):
        async with city.at_work("scoring") as tx:
            gone = await actions.discard_rehearsal(tx, rehearsal_id, by="Cán bộ 01, Phòng Nội vụ")
        with pytest.raises(Conflict, match="Cán bộ 01, Phòng Nội vụ bỏ lúc"):
            async with city.at_work("scoring") as tx:
                await actions.discard_rehearsal(tx, rehearsal_id, by="Cán bộ 02, Phòng Nội vụ")
        async with city.at_work("scoring") as tx:
            one = await queries.rehearsal(Read(tx.db), rehearsal_id)
            blocks = await queries.rehearsed_blocks(Read(tx.db), rehearsal_id, after=None, most=50)
        assert (one["discarded_by"], one["discarded_at"]) == ("Cán bộ 01, Phòng Nội vụ", gone.discarded_at)
        assert (one["criteria"], blocks["items"]) == ([], [])
    before = len(await told(city, RehearsalAdvanced))
    next_step = [event for event in await told(city, RehearsalAdvanced) if event.data.rehearsal_id == running][-1]
    async with city.at_work("scoring") as tx:
        await actions.advance_rehearsals(tx, [next_step])
        assert await queries.rehearsed_blocks(Read(tx.db), running, after=None, most=50) == {"items": [], "next": None}
    assert len(await told(city, RehearsalAdvanced)) == before
    async with city.at_work("scoring") as tx:
        with pytest.raises(NotFound):
            await actions.discard_rehearsal(tx, UUID(int=5), by="Cán bộ 01, Phòng Nội vụ")


async def test_rehearsals_are_listed_page_by_page_and_by_whether_they_were_thrown_away(city: House) -> None:
    held = []
    for _ in range(3):
        held.append(await rehearse(city, sheet_id=STOOD, version=1))
        await finish(city)
    async with city.at_work("scoring") as tx:
        await actions.discard_rehearsal(tx, held[1], by="Phòng Nội vụ")

    async def listed(*, discarded: bool | None = None, after: UUID | None = None, most: int = 50) -> Any:
        async with city.at_work("scoring") as tx:
            page = await queries.rehearsals_held(Read(tx.db), discarded=discarded, after=after, most=most)
        return [row["rehearsal_id"] for row in page["items"]], page["next"]

    newest, middle, oldest = reversed(held)
    assert await listed() == ([newest, middle, oldest], None)
    assert await listed(most=2) == ([newest, middle], middle)
    assert await listed(most=2, after=middle) == ([oldest], None)
    assert await listed(discarded=False) == ([newest, oldest], None)
    assert await listed(discarded=True) == ([middle], None)
