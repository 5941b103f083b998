"""Does a page ask only for what it shows, however many units a province has?"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import city
import httpx2
import pytest_asyncio
import uvicorn
from city import BLOCK, CAMPAIGN, PERIOD, SAN_THANG, SHEET, TAN_PHONG, submit
from desks import at_the_pages
from fastapi import FastAPI, Request
from fastapi.responses import Response
from house import CITY, House

from chassis.text import fold, sort_bytes

MANY = 3000
FIRST = UUID(int=10**6)
"""The first of as many people, all of one unit, with as many entries in the file."""
IN_A_BLOCK = 10
ON_A_PAGE = 51
TO_CHOOSE_FROM = 500
"""A list that is chosen from ends here."""
REPORT = f"/bao-cao/{PERIOD}"
OF_A_UNIT = (
    *("/", "/bao-cao", REPORT, f"{REPORT}/khong-phat-sinh", f"{REPORT}/minh-chung/1.1", "/minh-chung", "/nam"),
    *("/bang-khoi", f"/bang-khoi/{BLOCK}", f"/vi-sao/{PERIOD}/{TAN_PHONG}", "/tin", "/dang-ky", "/phong-trao"),
    *("/chon-phong-trao", "/bang-khoi?pt=" + str(CAMPAIGN)),
    *("/cac-bao-cao", "/cac-bao-cao?xep=cu&trang_thai=draft"),
    *("/tim?q=phuong", f"/don-vi/{SAN_THANG}", "/khoi", f"/khoi/{BLOCK}", f"/nhap-danh-sach?ds=results&ky={PERIOD}"),
    *("/can-bo", "/can-bo?tinh-trang=tat-ca", f"/can-bo/{FIRST}", f"/can-bo/{FIRST}/ghi/sang-kien", "/can-bo/moi"),
    *(f"/ho-so/{TAN_PHONG}", f"/ho-so/{TAN_PHONG}/ghi/xep-loai", "/nam/can-bo", "/nam/can-bo?so=completed_tasks"),
)
OF_THE_OFFICE = (
    *("/", "/bang-khoi", f"/bang-khoi/{BLOCK}", "/xem-xet", f"/xem-xet?xong=nhan&don_vi={TAN_PHONG}", "/phong-trao"),
    *(f"/phong-trao/{CAMPAIGN}", f"/phong-trao/{CAMPAIGN}/dang-ky", f"/vi-sao/{PERIOD}/{TAN_PHONG}", "/tim?q=phuong"),
    *("/kien-nghi", f"/bang-khoi/{BLOCK}/bo-phieu", "/chua-nop", f"/chua-nop/{PERIOD}/{BLOCK}"),
    *("/nhap-danh-sach", "/nhap-danh-sach?ds=targets", "/khoi?tim=khoi&xep=z-a"),
    *(f"/phong-trao/{CAMPAIGN}/chi-tieu", f"/phong-trao/{CAMPAIGN}/chi-tieu/{TAN_PHONG}"),
    *("/bang-diem", f"/bang-diem/{SHEET}", f"/bang-diem/{SHEET}/khac?cu=1&moi=1"),
    *("/can-bo", "/can-bo?q=can+bo+7", f"/can-bo/{FIRST}", f"/can-bo/{FIRST}/ghi/cong-tac"),
)
CHOOSING = ("/don-vi", f"/don-vi/{TAN_PHONG}/sap-nhap")


@dataclass
class Ear:
    """Stands between gateway and registry, passes everything on as it is, and remembers what was asked and answered."""

    to: str
    heard: list[tuple[str, int, int]] = field(default_factory=list)
    """Question, rows and bytes of the answer."""

    def app(self) -> FastAPI:
        app = FastAPI()
        client = httpx2.AsyncClient(timeout=10)

        @app.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])
        async def on(request: Request, path: str) -> Response:
            sent = {name: value for name, value in request.headers.items() if name not in ("host", "content-length")}
            address = f"{self.to}/{path}?{request.url.query}"
            answer = await client.request(request.method, address, content=await request.body(), headers=sent)
            rows = answer.json().get("items", []) if "json" in answer.headers.get("content-type", "") else []
            self.heard.append((f"{request.method} {path}?{request.url.query}", len(rows), len(answer.content)))
            return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))

        return app


@dataclass
class Front:
    ear: Ear
    unit: httpx2.AsyncClient
    office: httpx2.AsyncClient


@pytest_asyncio.fixture
async def front(house: House) -> AsyncIterator[Front]:
    """A whole house with the small city inside a large province, and an ear at the registry's door."""
    accounts = house.write_accounts(**{"noi-vu": ("city_office", CITY), "tan-phong": ("unit_officer", TAN_PHONG)})
    await house.open(["registry", "scoring", "awards", "notify"])
    await city.found(house)
    assert (await submit(house, TAN_PHONG, "950")).status_code == 201
    await house.quiet()
    await _grow(house)
    ear = Ear(house.services["registry"].url)
    server = uvicorn.Server(uvicorn.Config(ear.app(), port=0, log_level="warning", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.02)
    at = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    await house.open(["gateway"], ACCOUNTS_FILE=accounts, REGISTRY_URL=at)
    async with at_the_pages(house, "tan-phong") as unit, at_the_pages(house, "noi-vu") as office:
        yield Front(ear, unit, office)
    server.should_exit = True
    await serving


async def _grow(house: House) -> None:
    began, year = date(2013, 12, 27), date(2023, 1, 1)
    names = [f"Phường {number}" for number in range(MANY)]
    rows = [(UUID(int=10 + n), name, fold(name), sort_bytes(name), "ward") for n, name in enumerate(names)]
    blocks = [(UUID(int=10 + number), f"Khối {number}") for number in range(MANY // IN_A_BLOCK)]
    shown = ["unit_id", "name", "searched", "sorted", "kind"]
    db = await house.connect("registry")
    try:
        await db.copy_records_to_table(
            "units", columns=[*shown, "version", "valid_from"], records=[(*row, 1, began) for row in rows]
        )
        await db.copy_records_to_table(
            "unit_states",
            columns=[*shown, "from_on", "first", "ended", "contact"],
            records=[(*row, began, True, False, "{}") for row in rows],
        )
        await db.copy_records_to_table(
            "blocks",
            columns=["block_id", "version", "year", "name", "sorted", "sheet_id"],
            records=[(block_id, 1, 2023, name, sort_bytes(name), SHEET) for block_id, name in blocks],
        )
        await db.copy_records_to_table(
            "block_members",
            columns=["year", "unit_id", "from_on", "block_id"],
            records=[(2023, row[0], year, UUID(int=10 + n // IN_A_BLOCK)) for n, row in enumerate(rows)],
        )
        people = [(UUID(int=10**6 + n), f"Cán bộ {n}, Phường Tân Phong") for n in range(MANY)]
        await db.copy_records_to_table(
            "people",
            columns=["person_id", "version", "unit_id", "name", "searched", "sorted"],
            records=[(person, 1, TAN_PHONG, name, fold(name), sort_bytes(name)) for person, name in people],
        )
        said = {"version": 1, "standing": True, "act": "entered", "words": "Chuyên viên", "more": "{}", "reason": "x"}
        said |= {"recorded_by": "x", "recorded_at": await db.fetchval("SELECT now()"), "unit_id": TAN_PHONG}
        entries = [
            *[("service", person, None, True, None) for person, _ in people],
            *[("rating", person, "good", False, 2023) for person, _ in people],
            *[("clearance", subject, None, False, None) for subject in (FIRST, None) for _ in range(MANY)],
        ]
        await db.copy_records_to_table(
            "entries",
            columns=[*said, "entry_id", "from_on", "kind", "person_id", "grade", "main", "year"],
            records=[(*said.values(), uuid4(), date(2023, 1, 1), *entry) for entry in entries],
        )
    finally:
        await db.close()


async def test_no_page_asks_for_more_than_it_shows(front: Front) -> None:
    too_much: dict[str, Any] = {}
    pages = [(front.unit, page, ON_A_PAGE) for page in OF_A_UNIT]
    pages += [(front.office, page, ON_A_PAGE) for page in OF_THE_OFFICE]
    pages += [(front.office, page, TO_CHOOSE_FROM) for page in CHOOSING]
    for client, page, most in pages:
        front.ear.heard.clear()
        answer = await client.get(page)
        assert answer.status_code in (200, 303), (page, answer.text)
        too_much |= {f"{page}: {asked}": (rows, size) for asked, rows, size in front.ear.heard if rows > most}
        if most == ON_A_PAGE:
            too_much |= {f"{page}: {asked}": (rows, size) for asked, rows, size in front.ear.heard if size > 64_000}
    assert too_much == {}


async def test_names_stand_where_they_stood(front: Front) -> None:
    board = (await front.unit.get(f"/bang-khoi/{BLOCK}")).text
    for name in city.UNITS.values():
        assert name in board, name
    found = (await front.office.get("/tim?q=san+thang")).text
    assert ("Xã San Thàng" in found, f'/bang-khoi/{BLOCK}">Khối xã, phường' in found) == (True, True)
    assert "Phường Tân Phong" in (await front.office.get(f"/xem-xet?xong=nhan&don_vi={TAN_PHONG}")).text
    assert (await front.office.get("/xem-xet?xong=nhan&don_vi=x%26limit=1")).status_code == 200
    assert "Tất cả các khối" in (await front.office.get("/")).text


async def test_a_period_of_another_campaign_is_asked_for_with_as_many_questions(front: Front) -> None:
    other, period = uuid4(), uuid4()
    [own] = city.CAMPAIGN_DOCUMENT["periods"]
    themed = {**city.CAMPAIGN_DOCUMENT, "kind": "themed", "periods": [{**own, "period_id": str(period)}]}
    assert (await front.office.put(f"/api/registry/campaigns/{other}", json=themed)).status_code == 200
    for reader in (front.office, front.unit):
        # Once a minute the gateway also asks which blocks a reader's unit heads: not with the pages that are counted.
        await reader.get("/")
    counted = {}
    for page in ("/bang-khoi/{block}?ky={period}", "/bao-cao/{period}", "/tham-dinh?ky={period}"):
        reader = front.office if "tham-dinh" in page else front.unit
        for each in (PERIOD, period):
            front.ear.heard.clear()
            answer = await reader.get(page.format(block=BLOCK, period=each))
            assert answer.status_code == 200, answer.text
            counted[page, each] = len(front.ear.heard)
        assert counted[page, period] <= counted[page, PERIOD], page
    usual = counted["/bang-khoi/{block}?ky={period}", PERIOD]
    front.ear.heard.clear()
    await front.unit.get(f"/bang-khoi/{BLOCK}")
    assert len(front.ear.heard) == usual


async def test_autosave_asks_the_registry_once(front: Front) -> None:
    page = (await front.unit.get(REPORT)).text
    assert f'name="phong-trao" value="{CAMPAIGN}"' in page
    form = {"version": "1", "phong-trao": str(CAMPAIGN), "but": "trang", "muc:1.1": "1.234", "muc:2.1": "có"}
    front.ear.heard.clear()
    saved = await front.unit.post(f"{REPORT}/tu-luu", data=form)
    assert saved.status_code == 200, saved.text
    assert [asked.partition(" ")[0] for asked, _, _ in front.ear.heard] == ["PUT"]
    assert front.ear.heard[0][2] < 2_000
    assert "Đúng, 1234 triệu đồng" in saved.text
    assert 'id="phien-ban" value="2"' in saved.text
    assert 'id="diem-2.1" hx-swap-oob="true">10' in saved.text
    stale = await front.unit.post(f"{REPORT}/tu-luu", data={**form, "but": "khac", "version": "1", "muc:1.1": "7"})
    assert ("Người khác vừa lưu" in stale.text, "Bản đang lưu của người khác: <b>1.234</b>" in stale.text) == (
        True,
        True,
    )
    # A page that was open before the form named its campaign saves all the same.
    older = {name: value for name, value in form.items() if name != "phong-trao"} | {"muc:1.1": "1000"}
    assert "Đã lưu lúc" in (await front.unit.post(f"{REPORT}/tu-luu", data=older)).text
