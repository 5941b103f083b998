"""Is every list that grows with a province asked by an index, in Vietnamese order, filtered and paged without gap or repetition?"""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import city
import httpx2
import pytest_asyncio
from city import BLOCK, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from desks import Desks, at_the_registry
from house import House, ident
from plans import fetched, scanned, visited

from chassis.text import fold, sort_bytes
from registry import rules
from registry.queries.evidence import EvidenceAsked, find_evidence
from registry.queries.lists import ImportsAsked, find_imports
from registry.queries.missing import find_missing
from registry.queries.pledges import PledgesAsked, count_addressed, count_pledges, find_pledges
from registry.queries.reports import QueueAsked, ReportsAsked, find_queue, find_reports
from registry.queries.targets import TargetsAsked, find_targets
from registry.rules import Scope
from registry.tables.missing import missing

MANY = 100_000
BEGAN = datetime(2023, 1, 1, tzinfo=UTC)
SCOPE = {"reach": "all", "block_ids": [], "kinds": []}
LAUNCHED: dict[str, Any] = {"campaign_id": CAMPAIGN, "year": 2023, "scope": SCOPE}
LAUNCHED |= {"starts_on": BEGAN.date(), "launched_at": None}
NEXT = ident("next-campaign")
"""A campaign in which five units have targets of their own."""
OWN = UUID(int=5)
"""A unit with a thousand files and a thousand checked lists; of all others each has one."""


def unit(number: int) -> UUID:
    return UUID(int=number + 1)


def name(number: int) -> str:
    return (
        f"{('Xã', 'Phường', 'Trường')[number % 3]} {('Tân Phong', 'Đoàn Kết', 'Mường Than')[number // 3 % 3]} {number}"
    )


def of(kind: int, number: int) -> UUID:
    """Give the id of a report (1), a file (2) or a checked list (3) by its number."""
    return UUID(int=kind * 10**9 + number)


_ID = "lpad(to_hex({}), 32, '0')::uuid"
_UNIT = _ID.format("n + 1")
_AT = "timestamptz '2023-01-01 00:00:00+00' + n * interval '1 second'"
_ROWS = {
    "block_members (year, unit_id, from_on, block_id)": f"2023, {_UNIT}, date '2023-01-01', {_ID.format('n / 10 + 1')}",
    "pledges": f"""'{CAMPAIGN}', {_UNIT}, 1,
        CASE WHEN n % 100 > 0 THEN 'approved' ELSE (ARRAY['approved', 'submitted', 'amended', 'returned'])[n / 100 % 4 + 1] END,
        '[]', '{{}}', '', NULL, date '2023-01-01', {_AT}""",
    "reports (report_id, campaign_id, period_id, unit_id, version, state, fields, saved_at, receipt_number, accepted_at, late)": f"""
        {_ID.format("1000000000 + n")}, '{CAMPAIGN}', '{PERIOD}', {_UNIT}, 1,
        CASE WHEN n % 500 = 0 THEN 'returned' ELSE 'submitted' END, '{{}}', {_AT}, 'BN-' || n, {_AT}, n % 300 = 0""",
    "evidence": f"""{_ID.format("2000000000::bigint + n")}, CASE WHEN n % 100 = 0 THEN '{OWN}' ELSE {_UNIT} END,
        decode(lpad(to_hex(n), 8, '0'), 'hex'), 1, 'pdf', 'a.pdf', 'clean', 'Cán bộ', {_AT}""",
    "report_evidence (attachment_id, report_id, criterion, evidence_id, attached_at)": f"""
        {_UNIT}, {_ID.format("1000000000 + n")}, '1.1', {_ID.format("2000000000::bigint + n / 2 * 2")}, {_AT}""",
    "year_records (unit_id, year, version, headcount, completed_tasks, advanced_workers, grassroots_fighters, disciplined)": f"""
        {_UNIT}, 2023, 1, 9, 9, 0, 0, 0""",
    "targets": f"""'{CAMPAIGN}', {_UNIT}, 1,
        CASE WHEN n % 7 = 0 THEN jsonb_build_array(jsonb_build_object('criterion', '1.1', 'assigned', false)) ELSE '[]' END""",
    "imports (import_id, list, unit_id, name, sha256, size, read_as, post, checked_at, state, faults, counts, places, done)": f"""
        {_ID.format("3000000000::bigint + n")}, 'units',
        CASE n % 100 WHEN 0 THEN NULL WHEN 1 THEN '{OWN}' ELSE {_UNIT} END, 'a.xlsx', '', 1, 'xlsx', 'Cán bộ', {_AT}, 'done',
        '[]', '{{}}', 0, 0""",
}
"""The row of a number ``n``, for each table that grows with a province."""


async def fill(db: Any) -> None:
    """Write a province: 10^5 units, each with a report that waits, all but some with a pledge; as many files and checked lists."""
    began = date(2013, 12, 27)
    rows = ((unit(n), name(n), fold(name(n)), sort_bytes(name(n)), "school", 1, began) for n in range(MANY))
    columns = ["unit_id", "name", "searched", "sorted", "kind", "version", "valid_from"]
    await db.copy_records_to_table("units", columns=columns, records=rows)
    await db.executemany(
        "INSERT INTO campaigns (campaign_id, version, year, name, starts_on, ends_on, document, kind, scope, milestones, goals) "
        "VALUES ($1, 1, 2023, 'Phong trào', '2023-01-01', '2023-12-31', '{}', 'yearly', $2, '[]', '[]')",
        [(each, json.dumps(SCOPE)) for each in (CAMPAIGN, NEXT)],
    )
    last = datetime(2023, 12, 31, tzinfo=UTC)
    await db.execute("INSERT INTO periods VALUES ($1, $2, 1, 'Năm', $3, $4, $4)", PERIOD, CAMPAIGN, BEGAN, last)
    await db.execute(
        "INSERT INTO blocks (block_id, version, year, name, sorted, sheet_id) "
        f"SELECT {_UNIT}, 1, 2023, 'Khối', '', '{CAMPAIGN}' FROM generate_series(0, {MANY // 10}) AS n"
    )
    for table, row in _ROWS.items():
        who = "n % 20 > 0" if table == "pledges" else "true"
        await db.execute(f"INSERT INTO {table} SELECT {row} FROM generate_series(0, {MANY - 1}) AS n WHERE {who}")
    await db.execute(
        f"INSERT INTO targets SELECT '{NEXT}', unit_id, 1, targets FROM targets WHERE jsonb_array_length(targets) > 0 LIMIT 5"
    )
    await db.execute("VACUUM ANALYZE")


QUEUE = {"campaign_id": CAMPAIGN}
ASKED: dict[str, Any] = {
    **{
        f"pledges {what}": find_pledges(LAUNCHED, PledgesAsked.model_validate(asked), limit=51)
        for what, asked in {
            "first page": {},
            "next page": {"after": unit(777)},
            "approved": {"state": "approved"},
            "of a rare state": {"state": "amended"},
            "not registered": {"state": "none"},
            "newest": {"sort": "newest"},
            "newest, next page": {"sort": "newest", "after": unit(777)},
            "without marks": {"search": "muong than 77"},
            "nothing like it": {"search": "khong co dau"},
        }.items()
    },
    **{
        f"queue {what}": find_queue(QueueAsked.model_validate({**QUEUE, **asked}), blocks=None, but=(), limit=51)
        for what, asked in {
            "first page": {},
            "next page": {"after": of(1, 777)},
            "newest": {"sort": "newest"},
            "by name": {"sort": "unit"},
            "by name, next page": {"sort": "unit", "after": of(1, 777)},
            "returned": {"which": "returned"},
            "late": {"late": True},
            "of a period": {"period_id": PERIOD},
            "of a unit": {"unit_id": unit(7)},
            "without marks": {"search": "muong than 77"},
        }.items()
    },
    "queue of a block's head": find_queue(
        QueueAsked.model_validate(QUEUE), blocks=[unit(7), unit(8)], but=(unit(70),), limit=51
    ),
    "reports of a unit": find_reports(ReportsAsked(unit_id=unit(7)), limit=51),
    "evidence": find_evidence(EvidenceAsked(unit_id=OWN), limit=51),
    "evidence, next page": find_evidence(EvidenceAsked(unit_id=OWN, after=of(2, 700)), limit=51),
    "evidence by name": find_evidence(EvidenceAsked(unit_id=OWN, search="khong co"), limit=51),
    "reports of a unit by name": find_reports(ReportsAsked(unit_id=unit(7), search="khong co"), limit=51),
    **{
        f"targets {what}": find_targets(
            CAMPAIGN, Scope.model_validate(SCOPE), TargetsAsked.model_validate(asked), limit=51
        )
        for what, asked in {
            "first page": {},
            "next page": {"after": unit(777), "sort": "name_desc"},
            "given": {"given": True},
            "not given": {"given": False},
        }.items()
    },
    "targets given to few": find_targets(NEXT, Scope.model_validate(SCOPE), TargetsAsked(given=True), limit=51),
    "imports of a unit": find_imports(ImportsAsked(unit_id=OWN), limit=11),
    "imports of the office": find_imports(ImportsAsked(), limit=11),
    "imports, next page": find_imports(ImportsAsked(after=of(3, 700), sort="oldest"), limit=11),
}
PERIOD_OF_ALL: dict[str, Any] = {"period_id": PERIOD, "year": 2023, "closes_at": datetime(2023, 12, 31, tzinfo=UTC)}
SCOPES = {
    "all": rules.Scope.model_validate(SCOPE),
    "kinds": rules.Scope.model_validate({"reach": "kinds", "kinds": ["school", "ward"]}),
    "blocks": rules.Scope.model_validate({"reach": "blocks", "block_ids": [unit(7), unit(8)]}),
}
COUNTED: dict[str, Any] = {
    **{f"pledges of {reach}": count_pledges(LAUNCHED, scope) for reach, scope in SCOPES.items()},
    **{f"addressed of {reach}": count_addressed(LAUNCHED, scope) for reach, scope in SCOPES.items()},
    **{
        f"missing of {reach}{where}": find_missing(PERIOD_OF_ALL, scope, blocks, None, limit=51)
        for reach, scope in SCOPES.items()
        for where, blocks in {"": None, " in a block": [unit(7)]}.items()
    },
    "missing in a block by name": missing(PERIOD_OF_ALL, SCOPES["all"], [unit(7)]),
}
"""What counts many: each by indexes that hold all that is asked of them, and no row of a table beside them."""
FEW = {
    "queue late": 20_000,
    "pledges not registered": 3_000,
    "pledges without marks": 25_000,
    "queue without marks": 2_500,
    "evidence by name": 2_100,
    "targets given": 1_000,
}
"""Where more rows may be looked at than some for each that is shown: every three hundredth is late, every twentieth has not
registered, every seventh has targets of its own, hundreds are called like that, the unit has a thousand files of which none is
called so, and names that begin with the same words stand together on the way through them."""


async def test_no_list_of_a_province_is_read_from_end_to_end(house: House) -> None:
    """Asked of 10^5 pledges, waiting reports, files and checked lists: each page goes by an index and looks at little more
    than it shows."""
    async with house.at_work("registry"):
        pass
    db = await house.connect("registry")
    try:
        await fill(db)
        read = {what: await scanned(db, query) for what, query in ASKED.items()}
        assert {what: tables for what, tables in read.items() if tables - {"periods", "campaigns"}} == {}
        looked = {what: await visited(db, query) for what, query in ASKED.items()}
        assert {what: rows for what, rows in looked.items() if rows > FEW.get(what, 400)} == {}
        # Of a table that holds one campaign alone, all is as well read from end to end; of one that holds ten, not.
        await db.execute("SET enable_seqscan = off")
        for what, query in COUNTED.items():
            if " of blocks" in what or " block" in what:
                assert await visited(db, query) <= 400, what
            else:
                # Of which kind the units of a year are is met on the way through them.
                beside = {"blocks", "units"} if what == "missing of kinds" else {"blocks"}
                assert await fetched(db, query) <= beside, what
    finally:
        await db.close()


async def ask(client: httpx2.AsyncClient, path: str, **asked: Any) -> Any:
    answer = await client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def pages(client: httpx2.AsyncClient, path: str, key: str, **asked: Any) -> list[str]:
    """Turn all pages, each begun behind the last row of the one before."""
    seen: list[str] = []
    while True:
        page = await ask(client, path, **asked)
        seen += [each[key] for each in page["items"]]
        if not (page["next"] if "next" in page else page["more"]):
            return seen
        asked["after"] = page["items"][-1][key]


@pytest_asyncio.fixture
async def desks(house: House) -> Any:
    async with at_the_registry(house) as sat:
        yield sat


async def test_a_list_of_pledges_goes_as_the_list_of_units_does(desks: Desks) -> None:
    """Đ stands behind D and before E; ten behind nine."""
    for place, called in enumerate(("Đội 10", "Đội 9", "Dân quân", "Êban", "Ea Súp")):
        body = {"name": called, "kind": "service_unit", "valid_from": "2014-01-01"}
        assert (await desks.office.put(f"/units/{ident(str(place))}", json=body)).status_code == 200
    listed = await ask(desks.office, f"/campaigns/{CAMPAIGN}/pledges")
    units = await ask(desks.office, "/units")
    assert [each["name"] for each in listed["items"]] == [each["name"] for each in units["items"]]
    assert [each["name"] for each in listed["items"]][:5] == ["Dân quân", "Đội 9", "Đội 10", "Ea Súp", "Êban"]
    backwards = await ask(desks.office, "/units", sort="name_desc")
    assert [each["name"] for each in backwards["items"]] == [each["name"] for each in reversed(units["items"])]
    half = await ask(desks.office, "/units", sort="name_desc", limit=4)
    rest = await ask(desks.office, "/units", sort="name_desc", limit=4, after=half["next"])
    assert [each["name"] for each in half["items"] + rest["items"]] == [each["name"] for each in backwards["items"]]
    pledge = {"act": "submit", "version": 0, "titles": ["TTLDTT"]}
    for unit_id in (SAN_THANG, TAN_PHONG):
        path = f"/campaigns/{CAMPAIGN}/units/{unit_id}/pledge/steps"
        assert (await desks.office.post(path, json=pledge)).status_code == 200
    newest = await ask(desks.office, f"/campaigns/{CAMPAIGN}/pledges", sort="newest")
    assert [each["unit_id"] for each in newest["items"]] == [str(TAN_PHONG), str(SAN_THANG)]
    rest = await ask(desks.office, f"/campaigns/{CAMPAIGN}/pledges", sort="newest", after=TAN_PHONG)
    assert [each["unit_id"] for each in rest["items"]] == [str(SAN_THANG)]


async def test_the_queue_is_searched_filtered_sorted_and_paged(house: House, desks: Desks) -> None:
    sent = [(await submit(house, each, "900")).json() for each in (SAN_THANG, TAN_PHONG, QUYET_THANG)]
    ids = [each["report_id"] for each in sent]
    queue = "/reports/queue"
    of_all = {"campaign_id": str(CAMPAIGN), "limit": 1}

    async def found(**asked: Any) -> list[str]:
        return await pages(desks.office, queue, "report_id", **of_all, **asked)

    assert await found() == ids
    assert await found(sort="newest") == ids[::-1]
    # Phường Quyết Thắng, Phường Tân Phong, Xã San Thàng.
    assert await found(sort="unit") == [ids[2], ids[1], ids[0]]
    assert await found(search="san thang") == [ids[0]]
    assert await found(unit_id=str(TAN_PHONG)) == [ids[1]]
    assert await found(period_id=str(PERIOD)) == ids
    assert await found(period_id=str(BLOCK)) == []
    assert (await found(late="false"), await found(late="true")) == (ids, [])
    async with house.client("registry", ("block_head", ident("another block"))) as stranger:
        assert (await ask(stranger, queue, **of_all))["items"] == []
    async with house.client("registry", ("block_head", BLOCK)) as head:
        assert await pages(head, queue, "report_id", **of_all) == ids
    assert (await desks.office.get(queue, params={**of_all, "sort": "x"})).status_code == 422


async def test_whoever_heads_one_of_many_blocks_sees_the_reports_of_its_units_alone(house: House, desks: Desks) -> None:
    other = {**city.BLOCK_DOCUMENT, "name": "Khối khác", "head_unit_id": None, "member_unit_ids": [str(SAN_THANG)]}
    first = {**city.BLOCK_DOCUMENT, "member_unit_ids": [str(TAN_PHONG), str(QUYET_THANG)]}
    assert (await desks.office.put(f"/blocks/{BLOCK}", json=first)).status_code == 200
    assert (await desks.office.put(f"/blocks/{ident('other')}", json=other)).status_code == 200
    ids = [(await submit(house, each, "900")).json()["report_id"] for each in (SAN_THANG, TAN_PHONG, QUYET_THANG)]
    told = [(await ask(desks.office, f"/reports/{each}"))["block_id"] for each in ids]
    assert told == [str(ident("other")), str(BLOCK), str(BLOCK)]
    of_all = {"campaign_id": str(CAMPAIGN)}
    for block, own in ((BLOCK, ids[1:]), (ident("other"), ids[:1])):
        async with house.client("registry", ("block_head", block)) as head:
            assert await pages(head, "/reports/queue", "report_id", **of_all) == own
            seen = [(await head.get(f"/reports/{each}")).status_code for each in ids]
        assert seen == [200 if each in own else 403 for each in ids]


async def test_campaigns_drafts_reports_and_checked_lists_have_a_next_page(house: House, desks: Desks) -> None:
    for year in (2020, 2021, 2022):
        document = {**city.CAMPAIGN_DOCUMENT, "year": year, "name": f"Phong trào năm {year}"}
        document |= {
            "starts_on": f"{year}-01-01",
            "ends_on": f"{year}-12-31",
            "kind": "yearly" if year > 2020 else "special",
        }
        document["periods"] = [{**city.CAMPAIGN_DOCUMENT["periods"][0], "period_id": str(ident(f"period {year}"))}]
        assert (await desks.office.put(f"/campaigns/{ident(str(year))}", json=document)).status_code == 200
        assert (await desks.office.put(f"/campaign-drafts/{ident(f'draft {year}')}", json={})).status_code == 200
        place = f"/campaigns/{ident(str(year))}/periods/{ident(f'period {year}')}/reports/{TAN_PHONG}/draft"
        saved = await desks.own.put(place, json={"version": 0, "fields": {"1.1": "5"}})
        assert saved.status_code in (200, 422), saved.text
    order = [CAMPAIGN, *[ident(str(year)) for year in (2022, 2021, 2020)]]
    assert await pages(desks.office, "/campaigns", "campaign_id", limit=1) == [str(each) for each in order]
    assert await pages(desks.office, "/campaigns", "campaign_id", limit=2, sort="oldest") == [
        str(e) for e in order[::-1]
    ]
    assert await pages(desks.office, "/campaigns", "campaign_id", limit=2, kind="special") == [str(order[-1])]
    assert await pages(desks.office, "/campaigns", "campaign_id", search="nam 2021") == [str(order[2])]
    assert await pages(desks.office, "/campaigns", "campaign_id", state="closed") == []
    drafts = [str(ident(f"draft {year}")) for year in (2022, 2021, 2020)]
    assert await pages(desks.office, "/campaign-drafts", "campaign_id", limit=1) == drafts
    assert await pages(desks.office, "/campaign-drafts", "campaign_id", limit=2, sort="oldest") == drafts[::-1]
    assert (await submit(house, TAN_PHONG, "900")).status_code == 201
    every = await pages(desks.own, "/reports", "report_id", unit_id=str(TAN_PHONG))
    assert await pages(desks.own, "/reports", "report_id", unit_id=str(TAN_PHONG), limit=1) == every
    (of_one,) = (await ask(desks.own, "/reports", unit_id=str(TAN_PHONG), campaign_id=str(CAMPAIGN)))["items"]
    assert (of_one["period"], of_one["campaign"]) == ("Báo cáo năm 2023", "Phong trào thi đua năm 2023")
    lists = []
    for number in range(3):
        head = "Tên,Loại,Ngày thành lập\n"
        answer = await desks.office.post(
            "/imports",
            params={"about": "units", "name": f"{number}.csv"},
            content=f"{head}Tổ {number},Trường học,01/09/2020\n".encode(),
            headers={"content-type": "application/octet-stream"},
        )
        assert answer.status_code == 201, answer.text
        lists.append(answer.json()["import_id"])
    assert await pages(desks.office, "/imports", "import_id", limit=1) == lists[::-1]
    assert await pages(desks.office, "/imports", "import_id", limit=2, sort="oldest") == lists
    assert await pages(desks.office, "/imports", "import_id", state="done") == []
