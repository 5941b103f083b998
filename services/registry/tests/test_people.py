"""Are files on people kept whole and apart, do years follow from them, and does no name ever leave the registry?"""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest_asyncio
from city import QUYET_THANG, TAN_PHONG
from desks import Desks, at_the_registry
from house import House, ident
from plans import scanned, visited

from chassis.text import fold
from registry import rules
from registry.queries.people import EntriesAsked, PeopleAsked, find_entries, find_people
from registry.tables.service import counted_in

FIRST, SECOND = ident("can-bo-01"), ident("can-bo-02")
DOCUMENT = {"document_number": "12/QĐ-UBND", "document_on": "10/11/2023", "document_by": "UBND thành phố"}
RATING = {"year": "2023", "grade": "good", **DOCUMENT}
DISCIPLINE = {"grade": "warning", "words": "Cảnh cáo", "from_on": "10/04/2023", "until_on": "09/04/2024", **DOCUMENT}
INITIATIVE = {"words": "Số hóa sổ tay", "grade": "grassroots", "from_on": "01/11/2023", **DOCUMENT}
YEAR = f"/units/{TAN_PHONG}/years/2023"


@pytest_asyncio.fixture
async def desks(house: House) -> AsyncIterator[Desks]:
    async with at_the_registry(house) as sitting:
        yield sitting


async def enter(
    client: httpx2.AsyncClient, person: UUID, name: str, *, unit: UUID = TAN_PHONG, from_on: str = "01/03/2021"
) -> None:
    body = {"unit_id": str(unit), "name": name, "words": "Chuyên viên", "from_on": from_on}
    answer = await client.put(f"/people/{person}", json=body)
    assert answer.status_code == 200, answer.text


async def put(
    client: httpx2.AsyncClient,
    kind: str,
    values: dict[str, str],
    *,
    entry: UUID | None = None,
    version: int = 0,
    status: int = 200,
    **more: Any,
) -> tuple[UUID, dict[str, Any]]:
    entry = entry or uuid4()
    body = {"version": version, "kind": kind, "values": values, **more}
    answer = await client.put(f"/entries/{entry}", json=body)
    assert answer.status_code == status, answer.text
    return entry, answer.json()


async def ask(client: httpx2.AsyncClient, path: str, **asked: Any) -> Any:
    answer = await client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def told(house: House, kind: str) -> list[dict[str, Any]]:
    query = "SELECT convert_from(bytes, 'utf8') AS said FROM event_log WHERE type = $1 ORDER BY id"
    return [json.loads(row["said"])["data"] for row in await house.rows("registry", query, f"registry.{kind}.v1")]


async def test_no_event_ever_carries_a_name_or_a_sentence(house: House, desks: Desks) -> None:
    secret = ["Lò Thị Sương Mai", "Vị trí kín đáo", "Hình thức riêng", "Sáng kiến không lộ", "Phản ánh riêng", "Sở hỏi"]
    body = {"unit_id": str(TAN_PHONG), "name": secret[0], "words": secret[1], "from_on": "01/03/2021"}
    assert (await desks.own.put(f"/people/{FIRST}", json=body)).status_code == 200
    person = {"person_id": str(FIRST)}
    await put(desks.own, "rating", RATING, **person)
    await put(desks.own, "discipline", {**DISCIPLINE, "words": secret[2]}, **person)
    initiative, _ = await put(desks.own, "initiative", {**INITIATIVE, "words": secret[3]}, **person)
    use = {"grade": "title", "words": "CSTDCS", "year": "2023", **DOCUMENT}
    await put(desks.own, "use", use, **person, initiative_id=str(initiative))
    await put(desks.own, "hold", {"grade": "press", "words": secret[4], "from_on": "01/11/2023"}, **person)
    clearance = {"words": secret[5], "from_on": "01/11/2023"}
    await put(desks.own, "clearance", clearance, unit_id=str(TAN_PHONG))
    named = {"version": 1, "name": "Lò Thị Sương Mai Hai", "reason": "Lò Thị Sương Mai viết nhầm"}
    assert (await desks.own.put(f"/people/{FIRST}/name", json=named)).status_code == 200
    rows = await house.rows("registry", "SELECT type, convert_from(bytes, 'utf8') AS said FROM event_log")
    kinds = {row["type"].split(".")[1] for row in rows}
    assert {"person_entered", "service_recorded", "task_rated", "discipline_recorded", "hold_recorded"} <= kinds
    assert {"initiative_recognised", "initiative_used", "clearance_recorded"} <= kinds
    for row in rows:
        said = json.dumps(json.loads(row["said"]), ensure_ascii=False)
        for words in (*secret, DOCUMENT["document_by"], DOCUMENT["document_number"]):
            assert words not in said, row["type"]
            assert fold(words) not in fold(said), row["type"]


async def test_an_amendment_overwrites_nothing(house: House, desks: Desks) -> None:
    await enter(desks.own, FIRST, "Cán bộ 01")
    person = {"person_id": str(FIRST)}
    entry, _ = await put(desks.own, "rating", RATING, **person)
    better = {**RATING, "grade": "excellent"}
    _, again = await put(desks.own, "rating", RATING, entry=entry, **person)
    assert again == {"version": 1}, "the same again changes nothing"
    _, silent = await put(desks.own, "rating", better, entry=entry, version=1, status=422, **person)
    assert [error["field"] for error in silent["errors"]] == ["reason"]
    await put(desks.own, "rating", better, entry=entry, version=1, reason="Chấm lại theo biên bản", **person)
    _, stale = await put(desks.own, "rating", RATING, entry=entry, version=1, status=409, reason="Sửa", **person)
    assert stale["version"] == 2
    withdrawal = {"version": 2, "reason": "Ghi nhầm người"}
    for _ in range(2):
        assert (await desks.own.post(f"/entries/{entry}/withdraw", json=withdrawal)).json() == {"version": 3}
    kept = await ask(desks.own, f"/entries/{entry}")
    assert [(each["act"], each["grade"], each["reason"], each["standing"]) for each in kept["versions"]] == [
        ("withdrawn", "excellent", "Ghi nhầm người", False),
        ("amended", "excellent", "Chấm lại theo biên bản", False),
        ("entered", "good", "Ghi lần đầu", False),
    ]
    assert all(each["recorded_by"] and each["recorded_at"] for each in kept["versions"])
    assert (await ask(desks.own, f"/people/{FIRST}/entries", kind="rating"))["items"] == []
    rated = await told(house, "task_rated")
    assert [(each["version"], each["rating"], each["standing"]) for each in rated] == [
        (1, "good", True),
        (2, "excellent", True),
        (3, "excellent", False),
    ]
    # It may be said again: as it was, or as another entry of that year.
    await put(desks.own, "rating", better, entry=entry, version=3, reason="Rút nhầm", **person)
    _, twice = await put(desks.own, "rating", RATING, status=422, **person)
    assert "năm 2023 đã có một kết quả xếp loại" in twice["errors"][0]["message"]


async def test_every_fault_is_named_at_once_and_nothing_is_kept(house: House, desks: Desks) -> None:
    body = {"unit_id": str(TAN_PHONG), "name": " ", "words": "", "from_on": "31/02/2023"}
    refused = await desks.own.put(f"/people/{FIRST}", json=body)
    assert (refused.status_code, [error["field"] for error in refused.json()["errors"]]) == (
        422,
        ["name", "words", "from_on"],
    )
    assert all(error["remedy"] for error in refused.json()["errors"])
    await enter(desks.own, FIRST, "Cán bộ 01")
    values = {"words": "Kiêm nhiệm", "main": "yes", "from_on": "01/01/2010", "until_on": "01/01/2009", "x": "y"}
    post = {"unit_id": str(TAN_PHONG), "person_id": str(FIRST), "with_ids": [str(SECOND)]}
    _, refused_post = await put(desks.own, "service", values, status=422, **post)
    assert {error["field"] for error in refused_post["errors"]} == {"with_ids", "x", "from_on", "until_on"}
    lacking = {"kind": "use", "version": 0, "values": {}, "unit_id": str(TAN_PHONG)}
    answer = await desks.own.put(f"/entries/{uuid4()}", json=lacking)
    named = {error["field"] for error in answer.json()["errors"]}
    assert named == {"initiative_id", "grade", "words", "year", *DOCUMENT}
    strange = await desks.own.put(f"/entries/{uuid4()}", json={**lacking, "kind": "gossip", "version": "0"})
    assert {error["field"] for error in strange.json()["errors"]} == {"kind", "version"}
    rows = await house.rows("registry", "SELECT count(*) AS n FROM entries")
    assert rows[0]["n"] == 1


async def test_a_unit_keeps_its_files_to_itself(desks: Desks) -> None:
    await enter(desks.own, FIRST, "Cán bộ 01")
    entry, _ = await put(desks.own, "rating", RATING, person_id=str(FIRST))
    body = {"version": 0, "kind": "rating", "values": RATING, "person_id": str(FIRST)}
    refused = [
        await desks.other.get(f"/people/{FIRST}"),
        await desks.other.get(f"/people/{FIRST}/entries"),
        await desks.other.get(f"/entries/{entry}"),
        await desks.other.get("/people", params={"unit_id": str(TAN_PHONG)}),
        await desks.other.get("/people"),
        await desks.other.get(f"/units/{TAN_PHONG}/entries"),
        await desks.other.get(f"{YEAR}/people", params={"figure": "headcount"}),
        await desks.other.put(f"/entries/{uuid4()}", json=body),
        await desks.other.put(f"/people/{FIRST}/name", json={"version": 1, "name": "x", "reason": "thử"}),
        await desks.other.post(f"/entries/{entry}/withdraw", json={"version": 1, "reason": "thử"}),
        await desks.other.put(
            f"{YEAR}/from-people", json={"version": 0, "advanced_workers": 0, "grassroots_fighters": 0}
        ),
    ]
    assert {answer.status_code for answer in refused} == {403}
    assert all("Cán bộ 01" not in answer.text for answer in refused)
    assert [each["name"] for each in (await ask(desks.office, "/people"))["items"]] == ["Cán bộ 01"]
    assert (await desks.own.get("/people")).status_code == 403
    assert (await desks.own.get(f"/people/{uuid4()}")).status_code == 404


async def test_of_any_day_a_person_is_where_they_served(house: House, desks: Desks) -> None:
    await enter(desks.own, FIRST, "Cán bộ 01")
    (post,) = (await ask(desks.own, f"/people/{FIRST}/entries"))["items"]
    ended = {"words": "Chuyên viên", "main": "yes", "from_on": "01/03/2021", "until_on": "31/08/2023"}
    here = {"unit_id": str(TAN_PHONG), "person_id": str(FIRST)}
    moved = {"unit_id": str(QUYET_THANG), "person_id": str(FIRST)}
    new = {"words": "Phó trưởng phòng", "main": "yes", "from_on": "01/09/2023"}
    _, overlap = await put(desks.office, "service", new, status=422, **moved)
    assert "trùng với vị trí chính từ 01/03/2021 đến nay" in overlap["errors"][0]["message"]
    await put(
        desks.own, "service", ended, entry=UUID(post["entry_id"]), version=1, reason="Theo quyết định điều động", **here
    )
    assert (await put(desks.own, "service", new, status=403, **moved))[1]["status"] == 403
    await put(desks.office, "service", new, **moved)
    before = await ask(desks.office, f"/people/{FIRST}", on="2023-08-31")
    after = await ask(desks.office, f"/people/{FIRST}", on="2023-09-01")
    assert (before["post"]["unit_id"], after["post"]["unit_id"]) == (str(TAN_PHONG), str(QUYET_THANG))
    assert (await ask(desks.office, f"/people/{FIRST}", on="2021-02-28"))["post"] is None
    listed = {
        (unit, on): [each["name"] for each in (await ask(desks.office, "/people", unit_id=unit, on=on))["items"]]
        for unit in (str(TAN_PHONG), str(QUYET_THANG))
        for on in ("2023-08-31", "2023-09-01")
    }
    assert [bool(found) for found in listed.values()] == [True, False, False, True]
    everyone = await ask(desks.office, "/people", unit_id=str(TAN_PHONG), state="all")
    assert [each["unit_id"] for each in everyone["items"]] == [str(QUYET_THANG)]
    # The file has gone along: the new unit keeps it, the old one has no say any more.
    assert (await desks.other.get(f"/people/{FIRST}")).status_code == 200
    assert (await desks.own.get(f"/people/{FIRST}")).status_code == 403
    assert [each["unit_id"] for each in await told(house, "person_entered")] == [str(TAN_PHONG), str(QUYET_THANG)]


async def test_a_hold_ends_by_a_conclusion_and_holds_until_then(desks: Desks) -> None:
    hold = {"grade": "complaint", "words": "Đơn phản ánh", "from_on": "01/10/2023"}
    unit = {"unit_id": str(TAN_PHONG)}
    entry, _ = await put(desks.own, "hold", hold, **unit)
    lifted = {**hold, "until_on": "01/11/2023", "lifted_by": "Thanh tra thành phố"}
    await put(desks.own, "hold", lifted, entry=entry, version=1, reason="Đã có kết luận", **unit)
    held = {}
    for on in ("2023-09-30", "2023-10-15", "2023-11-02"):
        held[on] = len((await ask(desks.own, f"/units/{TAN_PHONG}/entries", kind="hold", on=on))["items"])
    assert list(held.values()) == [0, 1, 0]


async def test_an_initiative_is_used_once(house: House, desks: Desks) -> None:
    await enter(desks.own, FIRST, "Cán bộ 01")
    await enter(desks.own, SECOND, "Cán bộ 02")
    both = {"person_id": str(FIRST), "with_ids": [str(SECOND)]}
    initiative, _ = await put(desks.own, "initiative", INITIATIVE, **both)
    shared = (await ask(desks.own, f"/people/{SECOND}/entries", kind="initiative"))["items"]
    assert [each["entry_id"] for each in shared] == [str(initiative)]
    title = {"grade": "title", "words": "CSTDCS", "year": "2023", **DOCUMENT}
    praise = {**title, "grade": "commendation", "words": "BK_TINH"}
    of_it = {"person_id": str(SECOND), "initiative_id": str(initiative)}
    stranger = ident("can-bo-03")
    await enter(desks.own, stranger, "Cán bộ 03")
    _, foreign = await put(desks.own, "use", title, status=422, **of_it | {"person_id": str(stranger)})
    assert "không phải của người này" in foreign["errors"][0]["message"]
    use, _ = await put(desks.own, "use", title, **of_it)
    _, refused = await put(desks.own, "use", praise, status=422, **of_it)
    assert "đã dùng để xét một danh hiệu năm 2023" in refused["errors"][0]["message"]
    assert (
        await desks.own.post(f"/entries/{initiative}/withdraw", json={"version": 1, "reason": "Thử"})
    ).status_code == 409
    withdrawn = await desks.own.post(f"/entries/{use}/withdraw", json={"version": 1, "reason": "Hội đồng không xét"})
    assert withdrawn.status_code == 200
    answers = await asyncio.gather(
        *[
            desks.own.put(f"/entries/{uuid4()}", json={"version": 0, "kind": "use", "values": praise, **of_it})
            for _ in range(4)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422]
    listed = (await ask(desks.own, f"/people/{FIRST}/entries", kind="initiative"))["items"]
    assert [(each["grade"], each["words"]) for each in listed[0]["uses"]] == [("commendation", "BK_TINH")]


async def test_a_year_follows_from_the_people_and_its_event_stays_as_it_was(house: House, desks: Desks) -> None:
    typed = {"headcount": 22, "completed_tasks": 22, "advanced_workers": 1, "grassroots_fighters": 0, "disciplined": 0}
    assert (await desks.own.put(YEAR, json={"version": 0, **typed})).status_code == 200
    empty = await desks.own.put(
        f"{YEAR}/from-people", json={"version": 1, "advanced_workers": 1, "grassroots_fighters": 0}
    )
    assert (empty.status_code, "chưa có ai" in empty.json()["errors"][0]["message"]) == (422, True)
    by_hand = await ask(desks.own, YEAR)
    assert (by_hand["source"], by_hand["derived"], by_hand["differs"]) == ("typed", None, [])
    await enter(desks.own, FIRST, "Cán bộ 01")
    await enter(desks.own, SECOND, "Cán bộ 02")
    await put(desks.own, "rating", RATING, person_id=str(FIRST))
    both = await ask(desks.own, YEAR)
    assert both["derived"] == {"headcount": 2, "completed_tasks": 1, "disciplined": 0, "task_rating": None}
    assert (both["headcount"], both["differs"]) == (22, ["headcount", "completed_tasks"])
    kept = {"version": 1, "advanced_workers": 1, "grassroots_fighters": 0}
    assert (await desks.own.put(f"{YEAR}/from-people", json=kept)).json() == {"version": 2}
    await put(desks.own, "rating", {**RATING, "grade": "excellent"}, unit_id=str(TAN_PHONG))
    await put(desks.own, "discipline", DISCIPLINE, person_id=str(SECOND))
    await put(desks.own, "hold", {"grade": "press", "words": "Báo nêu", "from_on": "01/11/2023"}, person_id=str(FIRST))
    now = await ask(desks.own, YEAR)
    figures = ("headcount", "completed_tasks", "advanced_workers", "disciplined", "task_rating", "source", "differs")
    assert [now[name] for name in figures] == [2, 1, 1, 1, "excellent", "people", []]
    behind = {
        figure: [each["name"] for each in (await ask(desks.own, f"{YEAR}/people", figure=figure))["items"]]
        for figure in ("headcount", "completed_tasks", "disciplined")
    }
    assert behind == {
        "headcount": ["Cán bộ 01", "Cán bộ 02"],
        "completed_tasks": ["Cán bộ 01"],
        "disciplined": ["Cán bộ 02"],
    }
    page = await ask(desks.own, f"{YEAR}/people", figure="headcount", limit=1)
    more = await ask(desks.own, f"{YEAR}/people", figure="headcount", limit=1, after=page["next"])
    assert ([each["name"] for each in more["items"]], more["next"], more["count"]) == (["Cán bộ 02"], None, 2)
    events = await told(house, "year_recorded")
    assert [(each["version"], each["headcount"], each["disciplined"], each["task_rating"]) for each in events] == [
        (1, 22, 0, None),
        (2, 2, 0, None),
        (3, 2, 0, "excellent"),
        (4, 2, 1, "excellent"),
    ]
    assert "source" not in events[-1]
    assert (await desks.own.put(YEAR, json={"version": 4, **typed})).json() == {"version": 5}
    await enter(desks.own, ident("can-bo-03"), "Cán bộ 03")
    assert (await ask(desks.own, YEAR))["headcount"] == 22, "what is typed by hand stays"


async def test_a_year_counts_everybody_who_is_entered_while_it_begins_to_follow(desks: Desks) -> None:
    await enter(desks.own, FIRST, "Cán bộ 01")
    kept = {"version": 0, "advanced_workers": 0, "grassroots_fighters": 0}
    years = [f"/units/{TAN_PHONG}/years/{year}" for year in range(2021, 2027)]
    for year in years:
        begun = desks.own.put(f"{year}/from-people", json=kept)
        answer, *_ = await asyncio.gather(begun, *[enter(desks.own, uuid4(), f"Cán bộ {n}") for n in range(4)])
        assert answer.status_code == 200, answer.text
    told = [await ask(desks.own, year) for year in years]
    assert [(year["headcount"], year["differs"]) for year in told] == [(1 + 4 * len(years), [])] * len(years)


async def test_people_are_found_without_marks_and_paged_in_vietnamese_order(desks: Desks) -> None:
    for number in (10, 2, 1):
        await enter(desks.own, uuid4(), f"Cán bộ {number:02}, Tổ Đông Phong")
    await enter(desks.own, uuid4(), "Đỗ Ánh Tuyết")
    first = await ask(desks.own, "/people", unit_id=str(TAN_PHONG), limit=2)
    rest = await ask(desks.own, "/people", unit_id=str(TAN_PHONG), limit=2, after=first["next"])
    assert [each["name"] for each in (*first["items"], *rest["items"])] == [
        "Cán bộ 01, Tổ Đông Phong",
        "Cán bộ 02, Tổ Đông Phong",
        "Cán bộ 10, Tổ Đông Phong",
        "Đỗ Ánh Tuyết",
    ]
    found = await ask(desks.own, "/people", unit_id=str(TAN_PHONG), search="do anh")
    assert [each["name"] for each in found["items"]] == ["Đỗ Ánh Tuyết"]
    wrong = await desks.own.get("/people", params={"unit_id": str(TAN_PHONG), "after": "????"})
    assert wrong.status_code == 422


MANY = 100_000
PER_UNIT = 40


async def test_no_list_reads_everybody_of_a_province(house: House) -> None:
    await house.open(["registry"])
    db = await house.connect("registry")
    began, on = date(2021, 1, 1), date(2023, 11, 15)
    unit = UUID(int=10)
    units = [
        (UUID(int=10 + number), 1, f"Xã {number}", f"xa {number}", b"x", "ward", began)
        for number in range(MANY // PER_UNIT)
    ]
    rows = [
        (UUID(int=10**6 + n), 1, UUID(int=10 + n // PER_UNIT), f"Cán bộ {n}, Xã {n // PER_UNIT}") for n in range(MANY)
    ]
    common = {"version": 1, "standing": True, "act": "entered", "words": "Chuyên viên", "more": "{}", "reason": "x"}
    try:
        shown = ["unit_id", "version", "name", "searched", "sorted", "kind", "valid_from"]
        await db.copy_records_to_table("units", columns=shown, records=units)
        shown = ["person_id", "version", "unit_id", "name", "searched", "sorted"]
        filed = [(*row, fold(row[3]), rules.person_sort(row[3])) for row in rows]
        await db.copy_records_to_table("people", columns=shown, records=filed)
        at = await db.fetchval("SELECT now()")
        shown = [
            *common,
            "entry_id",
            "kind",
            "person_id",
            "unit_id",
            "from_on",
            "main",
            "grade",
            "year",
            "recorded_by",
            "recorded_at",
        ]
        said = [
            (*common.values(), uuid4(), kind, person, unit_id, began, main, grade, year, "x", at)
            for person, _, unit_id, _ in rows
            for kind, main, grade, year in (("service", True, None, None), ("rating", False, "good", 2023))
        ]
        await db.copy_records_to_table("entries", columns=shown, records=said)
        await db.execute("ANALYZE")
        person = rows[5][0]
        asked = {
            "everybody": find_people(on, PeopleAsked(), limit=51),
            "everybody, from the end": find_people(on, PeopleAsked(sort="name_desc"), limit=51),  # type: ignore[arg-type]
            "a unit": find_people(on, PeopleAsked(unit_id=unit), limit=51),
            "a unit, ever": find_people(on, PeopleAsked(unit_id=unit, state="all"), limit=51),  # type: ignore[arg-type]
            "a name": find_people(on, PeopleAsked(search="can bo 77777"), limit=51),
            "a file": find_entries(person, unit, EntriesAsked(), limit=51),
            "a unit's file": find_entries(None, unit, EntriesAsked(), limit=51),
            "a year": counted_in(unit, 2023),
        }
        for what, query in asked.items():
            assert await scanned(db, query) == set(), what
            assert await visited(db, query) < 2_000, what
    finally:
        await db.close()


async def test_an_award_of_a_unit_is_written_by_the_office_alone_and_told_with_its_decision(
    house: House, desks: Desks
) -> None:
    award = {"grade": "provincial_flag", "year": "2023", **DOCUMENT}
    body = {"version": 0, "kind": "award", "unit_id": str(TAN_PHONG), "values": award}
    entry = f"/entries/{uuid4()}"
    assert (await desks.own.put(entry, json=body)).status_code == 403
    of_person = await desks.office.put(entry, json={**body, "person_id": str(uuid4())})
    assert of_person.status_code == 404
    assert (await desks.office.put(entry, json=body)).status_code == 200
    twice = await desks.office.put(f"/entries/{uuid4()}", json=body)
    assert twice.status_code == 422
    assert [each["field"] for each in twice.json()["errors"]] == ["document_number"]
    taken = {"version": 1, "reason": "Ghi nhầm đơn vị"}
    assert (await desks.own.post(f"{entry}/withdraw", json=taken)).status_code == 403
    assert (await desks.office.post(f"{entry}/withdraw", json=taken)).status_code == 200
    said = await told(house, "award_recorded")
    assert [(each["standing"], each["form"], each["year"], each["decision_number"]) for each in said] == [
        (True, "provincial_flag", 2023, DOCUMENT["document_number"]),
        (False, "provincial_flag", 2023, DOCUMENT["document_number"]),
    ]
