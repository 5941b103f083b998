"""Does the gateway let in whom it should, pass on what it should, and nothing else?"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import city
import httpx2
import pytest_asyncio
from city import CAMPAIGN, PERIOD, QUYET_THANG, TAN_PHONG
from house import CITY, PASSWORD, House

SEVERAL = {
    "tan-phong": ("unit_officer", TAN_PHONG),
    "quyet-thang": ("unit_officer", QUYET_THANG),
    "noi-vu": ("city_office", CITY),
}
MEBIBYTE = 1024 * 1024


@pytest_asyncio.fixture
async def front(house: House) -> House:
    """A house with its gateway, one service behind it, and three accounts."""
    accounts = house.write_accounts(**SEVERAL)
    await house.open(["registry", "scoring", "awards", "notify", "gateway"], ACCOUNTS_FILE=accounts)
    return house


@asynccontextmanager
async def browser(house: House, account: str | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with cookies, signed in when an account is named."""
    async with httpx2.AsyncClient(base_url=house.services["gateway"].url, timeout=10) as client:
        if account:
            assert (await sign_in(client, account)).status_code == 204
        yield client


async def sign_in(client: httpx2.AsyncClient, account: str, password: str = PASSWORD) -> httpx2.Response:
    return await client.post("/api/sessions", json={"account": account, "password": password})


async def test_a_refused_sign_in_does_not_tell_which_half_was_wrong(front: House) -> None:
    async with browser(front) as client:
        wrong = await sign_in(client, "tan-phong", "không phải")
        unknown = await sign_in(client, "khong-co")
        empty = await sign_in(client, "", "")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.json() == unknown.json()
    assert wrong.headers.get("set-cookie") is None
    assert [error["field"] for error in empty.json()["errors"]] == ["account", "password"]
    rows = await front.rows("gateway", "SELECT count(*) AS n FROM sessions")
    assert rows[0]["n"] == 0


async def test_a_session_lives_in_a_cookie_that_scripts_cannot_read_until_sign_out(front: House) -> None:
    async with browser(front) as client:
        opened = await sign_in(client, "tan-phong")
        flags = {flag.strip().lower() for flag in opened.headers["set-cookie"].split(";")[1:]}
        token = client.cookies["thidua"]
        me = (await client.get("/api/me")).json()
        stored = await front.rows("gateway", "SELECT token FROM sessions")
        closed = await client.delete("/api/sessions")
        client.cookies.set("thidua", token)
        after = await client.get("/api/me")
    assert {"httponly", "samesite=lax", "path=/", "max-age=43200"} <= flags
    assert "secure" not in flags
    assert (me["account"], me["grants"]) == ("tan-phong", [{"role": "unit_officer", "scope": str(TAN_PHONG)}])
    assert token.encode() not in stored[0]["token"]
    assert (closed.status_code, after.status_code) == (204, 401)


async def test_behind_https_the_cookie_never_travels_in_the_clear(house: House) -> None:
    accounts = house.write_accounts(**SEVERAL)
    services = ["registry", "scoring", "awards", "notify", "gateway"]
    await house.open(services, ACCOUNTS_FILE=accounts, COOKIE_SECURE="true")
    async with browser(house) as client:
        assert "Secure" in (await sign_in(client, "tan-phong")).headers["set-cookie"]


async def test_a_change_that_another_site_asked_for_is_refused(front: House) -> None:
    foreign = [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://khac.example"},
        {"origin": "null"},
    ]
    async with browser(front, "noi-vu") as client:
        for headers in foreign:
            answers = [
                await client.post("/api/registry/reports", json={}, headers=headers),
                await client.post("/dang-xuat", headers=headers),
                await client.post("/api/sessions", json={"account": "noi-vu", "password": PASSWORD}, headers=headers),
                await client.delete("/api/sessions", headers=headers),
            ]
            assert {answer.status_code for answer in answers} == {403}, headers
            assert (await client.get("/api/me", headers=headers)).status_code == 200
        own = await client.delete("/api/sessions", headers={"sec-fetch-site": "same-origin"})
    assert own.status_code == 204


async def test_the_way_through_keeps_identity_and_refusals(front: House) -> None:
    await city.found(front)
    report = f"/api/registry/campaigns/{CAMPAIGN}/periods/{PERIOD}/reports"
    async with browser(front, "tan-phong") as officer:
        foreign = await officer.get(f"{report}/{QUYET_THANG}")
        faulty = await officer.post("/api/registry/reports", json=city.report(TAN_PHONG, "hai"))
        broken = await officer.post("/api/registry/reports", content=b"{", headers={"content-type": "application/json"})
        key = {"Idempotency-Key": str(uuid4())}
        first = await officer.post("/api/registry/reports", json=city.report(TAN_PHONG, "1000"), headers=key)
        again = await officer.post("/api/registry/reports", json=city.report(TAN_PHONG, "1000"), headers=key)
        found = await officer.get("/api/registry/units", params={"search": "phuong tan phong"})
        forged = await officer.get(f"{report}/{QUYET_THANG}", headers={"Thidua-Identity": "eyJ.."})
    for answer in (foreign, faulty, broken):
        assert answer.headers["content-type"] == "application/problem+json"
    assert (foreign.status_code, foreign.json()["title"]) == (403, "Không có quyền")
    assert (faulty.status_code, faulty.json()["errors"][0]["message"]) == (
        422,
        "Mục 1.1: nhập một số (triệu đồng), ví dụ 2",
    )
    assert (broken.status_code, "không phải JSON" in broken.text) == (422, True)
    assert (first.status_code, again.json()) == (201, first.json())
    assert [unit["name"] for unit in found.json()["items"]] == ["Phường Tân Phong"]
    assert forged.status_code == 403


async def test_nobody_passes_without_a_session(front: House) -> None:
    async with browser(front) as client:
        for path in ("/api/me", "/api/registry/units", f"/api/ripples/{uuid4()}"):
            assert (await client.get(path)).status_code == 401


async def test_a_service_s_own_view_of_a_ripple_stays_inside(front: House) -> None:
    await city.found(front)
    ripple = (await city.submit(front, TAN_PHONG, "1000")).json()["correlationid"]
    ways = [
        f"registry/ripples/{ripple}",
        f"registry/units/%2e%2e/ripples/{ripple}",
        f"registry/%2e/ripples/{ripple}",
        f"registry//ripples/{ripple}",
        f"registry/units/..%2fripples/{ripple}",
        f"registry/ripples%2f{ripple}",
        "gateway/me",
        "postgres/units",
    ]
    async with browser(front, "quyet-thang") as stranger:
        for way in ways:
            answer = await stranger.get(f"/api/{way}")
            assert (answer.status_code, answer.json().get("detail")) == (404, "Địa chỉ này không có."), way


async def test_a_ripple_is_followed_by_its_unit_and_the_office_only(front: House) -> None:
    await city.found(front)
    sent = (await city.submit(front, TAN_PHONG, "1000")).json()
    await front.quiet()
    path = f"/api/ripples/{sent['correlationid']}"
    async with browser(front, "tan-phong") as own, browser(front, "quyet-thang") as other:
        followed, foreign = await own.get(path), await other.get(path)
        live = await other.get(f"/live/bien-nhan/{sent['receipt_number']}")
    async with browser(front, "noi-vu") as office:
        seen, unknown = await office.get(path), await office.get(f"/api/ripples/{uuid4()}")
    assert (followed.json()["complete"], followed.json()["about"]) == (True, str(TAN_PHONG))
    assert seen.json() == followed.json()
    assert (foreign.status_code, live.status_code) == (404, 403)
    assert unknown.json()["complete"] is False


async def test_a_body_over_a_mebibyte_is_refused_before_it_is_read(front: House) -> None:
    async def drop_by_drop() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * (MEBIBYTE // 16)

    await city.found(front)
    async with browser(front, "tan-phong") as officer:
        told = await officer.post("/api/registry/reports", content=b" " * (MEBIBYTE + 1))
        untold = await officer.post("/api/registry/reports", content=drop_by_drop())
        page = await officer.post(f"/bao-cao/{PERIOD}", content=b"a=" + b"1" * MEBIBYTE, headers=FORM)
        door = await officer.post("/api/sessions", content=b" " * (MEBIBYTE + 1), headers=JSON)
    assert [answer.status_code for answer in (told, untold, page, door)] == [413] * 4
    assert "1 MB" in told.json()["detail"]


FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}


async def test_a_service_that_is_away_is_said_so_and_stops_no_other_work(front: House) -> None:
    await city.found(front)
    async with browser(front, "tan-phong") as officer:
        front.services["awards"].kill()
        away = await officer.get(f"/api/awards/units/{TAN_PHONG}/titles?year=2023")
        front.services["notify"].kill()
        home, form = await officer.get("/"), await officer.get(f"/bao-cao/{PERIOD}")
    assert (away.status_code, away.headers["retry-after"]) == (503, "2")
    assert "thử lại" in away.json()["detail"]
    # Who only looks in from the side does not close the desk: reports are still written.
    assert (home.status_code, "Phần xét danh hiệu chưa trả lời" in home.text) == (200, True)
    assert form.status_code == 200


async def test_the_accounts_file_renews_grants_and_leaves_passwords_alone(front: House) -> None:
    gateway = front.services["gateway"]
    async with browser(front, "tan-phong") as officer:
        gateway.stop()
        path = front.write_accounts(**{**SEVERAL, "tan-phong": ("unit_officer", QUYET_THANG), "moi": SEVERAL["noi-vu"]})
        entries = json.loads(front.home.joinpath("accounts.json").read_text())
        front.home.joinpath("accounts.json").write_text(json.dumps([{**each, "password": "khác"} for each in entries]))
        gateway.start(ACCOUNTS_FILE=path)
        await gateway.ready()
        # The session outlives the restart, and its grants are those of this very moment.
        assert (await officer.get("/api/me")).json()["grants"] == [{"role": "unit_officer", "scope": str(QUYET_THANG)}]
    async with browser(front) as client:
        assert (await sign_in(client, "tan-phong", "khác")).status_code == 401
        assert (await sign_in(client, "tan-phong")).status_code == 204
        assert (await sign_in(client, "moi", "khác")).status_code == 204


async def test_it_stops_in_order_while_a_live_stream_is_open(front: House) -> None:
    await city.found(front)
    # Without awards the ripple cannot end, and so does not its stream.
    front.services["awards"].kill()
    async with browser(front, "tan-phong") as client:
        sent = await client.post(
            "/api/registry/reports", json=city.report(TAN_PHONG, "1000"), headers={"Idempotency-Key": str(uuid4())}
        )
        receipt = sent.json()["receipt_number"]
        async with client.stream("GET", f"/live/bien-nhan/{receipt}") as stream:
            lines = stream.aiter_lines()
            assert (await anext(lines)).startswith("data: ")
            assert await asyncio.to_thread(front.services["gateway"].stop, within=2.5) == 0
            assert "event: xong" not in [line async for line in lines]


PDF = b"%PDF-1.7\n" + b"minh chung\n" * 100


async def test_a_file_passes_the_door_both_ways_and_is_never_a_page(front: House) -> None:
    await city.found(front)
    query = {"unit_id": str(TAN_PHONG), "name": "đối chiếu.pdf"}

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(PDF), 100):
            yield PDF[start : start + 100]

    async with browser(front, "tan-phong") as own, browser(front, "quyet-thang") as stranger, browser(front) as nobody:
        entered = await own.post("/api/registry/evidence", params=query, content=pieces())
        assert entered.status_code == 201, entered.text
        file = entered.json()["evidence_id"]
        for path in (f"/minh-chung/{file}", f"/api/registry/evidence/{file}/content"):
            given = await own.get(path)
            assert given.content == PDF
            assert given.headers["content-disposition"].startswith("attachment;")
            assert given.headers["content-security-policy"] == "sandbox; default-src 'none'"
            assert given.headers["x-content-type-options"] == "nosniff"
            assert (await stranger.get(path)).status_code == 403
        assert (await nobody.get(f"/api/registry/evidence/{file}/content")).status_code == 401
        foreign = await own.post(
            "/api/registry/evidence", params=query, content=PDF, headers={"sec-fetch-site": "cross-site"}
        )
        assert foreign.status_code == 403


async def test_a_file_that_is_too_large_is_refused_in_words_wherever_it_is_noticed(front: House) -> None:
    await city.found(front)
    page = f"/bao-cao/{PERIOD}/minh-chung/1.1"

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(22):
            yield b"0" * MEBIBYTE

    async with browser(front, "tan-phong") as officer:
        query = {"unit_id": str(TAN_PHONG), "name": "x.pdf"}
        for content in (b"0" * (22 * MEBIBYTE), endless()):
            refused = await officer.post("/api/registry/evidence", params=query, content=content)
            assert (refused.status_code, "20 MB" in refused.json()["detail"]) == (413, True)
        just = await officer.post("/api/registry/evidence", params=query, content=PDF + b"0" * (20 * MEBIBYTE))
        assert (just.status_code, "20 MB" in just.json()["detail"]) == (422, True)
        form = await officer.post(page, files={"tep": ("lon.pdf", PDF + b"0" * (22 * MEBIBYTE), "application/pdf")})
        assert (form.status_code, "Mỗi lần gửi được nhiều nhất 20 MB" in form.text) == (422, True)
        empty = await officer.post(page, data={})
        assert (empty.status_code, "Chọn ít nhất một tệp" in empty.text) == (422, True)


async def test_a_file_that_was_taken_in_stays_when_its_line_is_refused(front: House) -> None:
    await city.found(front)
    sent = (await city.submit(front, TAN_PHONG, "1000")).json()
    await front.quiet()
    async with front.office("registry") as office:
        taken = await office.post(f"/reports/{sent['report_id']}/take-up", json={"version": sent["version"]})
        assert taken.status_code == 200
    async with browser(front, "tan-phong") as officer:
        page = f"/bao-cao/{PERIOD}/minh-chung/1.1"
        refused = await officer.post(page, files={"tep": ("đối chiếu.pdf", PDF, "application/pdf")})
        kept = await officer.get("/minh-chung?chua_gan=1")
    assert refused.status_code == 422
    assert "đang được xem xét" in refused.text
    assert "Đã nhận và giữ trong kho minh chứng, chưa đính kèm mục này: đối chiếu.pdf" in refused.text
    assert "đối chiếu.pdf" in kept.text
