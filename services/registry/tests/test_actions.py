"""Does the registry keep what was typed, refuse what cannot be, and say in a sentence what mends it?"""

from typing import Any
from uuid import UUID, uuid4

import city
import httpx2
import pytest_asyncio
from city import BLOCK, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from house import CITY, House, ident

REPORT = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/reports/{TAN_PHONG}"
CAMPAIGN_PATH = f"/campaigns/{CAMPAIGN}"


@pytest_asyncio.fixture
async def registry(house: House) -> House:
    """A house with the small city, the services that take reports, and nothing behind them."""
    await house.open(["registry", "scoring"])
    await city.found(house)
    return house


def officer(house: House, unit: UUID = TAN_PHONG) -> httpx2.AsyncClient:
    return house.client("registry", ("unit_officer", unit), account=f"officer-{unit}")


async def save(house: House, version: int, fields: dict[str, str], unit: UUID = TAN_PHONG) -> httpx2.Response:
    async with officer(house, unit) as client:
        return await client.put(f"{REPORT}/draft", json={"version": version, "fields": fields})


async def events(house: House, kind: str) -> int:
    rows = await house.rows("registry", "SELECT count(*) AS n FROM event_log WHERE type = $1", f"registry.{kind}.v1")
    return int(rows[0]["n"])


async def move_period(house: House, opens: str, due: str, closes: str) -> None:
    """Launch the campaign again with other dates; the business clock stands at 15/11/2023."""
    async with house.office("registry") as office:
        campaign = city.CAMPAIGN_DOCUMENT
        period = {**campaign["periods"][0], "opens_at": opens, "due_at": due, "closes_at": closes}
        answer = await office.put(CAMPAIGN_PATH, json={**campaign, "periods": [period]})
        assert answer.status_code == 200, answer.text


async def test_a_draft_keeps_every_keystroke_valid_or_not(registry: House) -> None:
    typed = {"1.1": "  1.2.3 triệu?? ", "2.1": "để hỏi lại", "9.9": "<b>"}
    first = (await save(registry, 0, typed)).json()
    second = (await save(registry, first["version"], {"2.1": "có"})).json()
    async with officer(registry) as client:
        kept = (await client.get(REPORT)).json()
    assert (kept["state"], kept["version"], kept["fields"]) == ("draft", second["version"], {**typed, "2.1": "có"})
    assert await events(registry, "report_submitted") == 0


async def test_a_stale_version_is_refused_with_what_the_other_one_saved(registry: House) -> None:
    await save(registry, 0, {"1.1": "900"})
    refused = await save(registry, 0, {"1.1": "1000"})
    problem = refused.json()
    assert refused.status_code == 409
    assert (problem["version"], problem["fields"]) == (1, {"1.1": "900"})
    assert "người khác" in problem["detail"]
    late = await submit(registry, TAN_PHONG, "1000", version=0)
    assert (late.status_code, late.json()["fields"]) == (409, {"1.1": "900"})


async def test_saving_the_same_text_again_conflicts_with_nobody(registry: House) -> None:
    first = (await save(registry, 0, {"1.1": "900", "2.1": "có"})).json()
    again = await save(registry, 0, {"1.1": "900"})
    assert (again.status_code, again.json()["version"]) == (200, first["version"])


async def test_a_foreign_report_is_refused_and_says_who_may(registry: House) -> None:
    async with officer(registry, QUYET_THANG) as stranger:
        answers = [
            await stranger.get(REPORT),
            await stranger.put(f"{REPORT}/draft", json={"version": 0, "fields": {}}),
            await stranger.post("/reports", json=city.report(TAN_PHONG, "1")),
            await stranger.get(f"/reports?unit_id={TAN_PHONG}"),
        ]
    assert {answer.status_code for answer in answers} == {403}
    assert all("cán bộ đầu mối của chính đơn vị đó" in answer.json()["detail"] for answer in answers)
    async with registry.client("registry", ("unit_officer", CITY)) as nobody:
        assert (await nobody.put(CAMPAIGN_PATH, json=city.CAMPAIGN_DOCUMENT)).status_code == 403
    async with httpx2.AsyncClient(base_url=registry.services["registry"].url) as anonymous:
        assert (await anonymous.get(REPORT)).status_code == 401


async def test_what_nobody_knows_is_refused_in_words(registry: House) -> None:
    stranger, elsewhere = ident("stranger"), ident("elsewhere")
    async with registry.office("registry") as office:
        draft = await office.put(REPORT.replace(str(TAN_PHONG), str(stranger)) + "/draft", json=_draft())
        period = await office.put(REPORT.replace(str(PERIOD), str(elsewhere)) + "/draft", json=_draft())
        report = await office.post("/reports", json=city.report(stranger, "1"))
        receipt = await office.get("/receipts/BN-2311-9999")
        year = await office.put(f"/units/{stranger}/years/2023", json=_year())
    assert (draft.status_code, draft.json()["detail"]) == (404, "Không có đơn vị này.")
    assert (period.status_code, period.json()["errors"][0]["field"]) == (422, "period_id")
    assert (report.status_code, report.json()["errors"][0]["field"]) == (422, "unit_id")
    assert (receipt.status_code, "BN-2311-9999" in receipt.json()["detail"]) == (404, True)
    assert (year.status_code, year.json()["detail"]) == (404, "Không có đơn vị này.")


def _draft() -> dict[str, Any]:
    return {"version": 0, "fields": {"1.1": "1"}}


def _year(**changed: Any) -> dict[str, Any]:
    figures = {"headcount": 22, "completed_tasks": 22, "advanced_workers": 15, "grassroots_fighters": 2}
    return {"version": 0, **figures, "disciplined": 0, **changed}


async def test_a_report_names_all_its_faults_and_then_goes_through(registry: House) -> None:
    refused = await submit(registry, TAN_PHONG, "1.234", pledged="")
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["1.1", "2.1"]
    accepted = await submit(registry, TAN_PHONG, "1234")
    assert (accepted.status_code, accepted.json()["late"]) == (201, False)
    assert accepted.json()["receipt_number"].startswith("BN-2311-")
    async with officer(registry) as client:
        receipt = (await client.get(f"/receipts/{accepted.json()['receipt_number']}")).json()
    assert receipt["correlationid"] == accepted.json()["correlationid"]


async def test_a_closed_period_takes_no_report_and_keeps_the_draft(registry: House) -> None:
    saved = (await save(registry, 0, {"1.1": "1000", "2.1": "có"})).json()
    await move_period(registry, "2023-10-15T00:00:00+07:00", "2023-11-01T17:00:00+07:00", "2023-11-10T17:00:00+07:00")
    refused = await submit(registry, TAN_PHONG, "1000", version=saved["version"])
    assert refused.status_code == 409
    assert "đã đóng nhận báo cáo lúc 17:00 ngày 10/11/2023" in refused.json()["detail"]
    async with officer(registry) as client:
        assert (await client.get(REPORT)).json()["fields"] == {"1.1": "1000", "2.1": "có"}


async def test_a_period_that_is_not_open_yet_says_when_it_opens(registry: House) -> None:
    await move_period(registry, "2023-11-20T07:00:00+07:00", "2023-11-30T17:00:00+07:00", "2023-12-15T17:00:00+07:00")
    refused = await submit(registry, TAN_PHONG, "1000")
    assert refused.status_code == 409
    assert "nhận báo cáo từ 07:00 ngày 20/11/2023" in refused.json()["detail"]


async def test_a_report_after_the_due_instant_is_taken_and_marked_late(registry: House) -> None:
    await move_period(registry, "2023-10-15T00:00:00+07:00", "2023-11-10T17:00:00+07:00", "2023-12-15T17:00:00+07:00")
    accepted = await submit(registry, TAN_PHONG, "1000")
    assert (accepted.status_code, accepted.json()["late"]) == (201, True)


async def test_what_is_typed_says_whether_it_would_be_late_and_what_was_sent_whether_it_was(registry: House) -> None:
    asked = {**city.report(TAN_PHONG, "1000"), "unit_id": str(TAN_PHONG)}
    asked.pop("version")

    async def checked() -> bool:
        async with officer(registry) as client:
            return bool((await client.post("/reports/check", json=asked)).json()["late"])

    assert not await checked()
    assert (await submit(registry, TAN_PHONG, "1000")).status_code == 201
    await registry.set_clock("registry", "2023-12-01 08:00+07")
    # Sent in time it stands; edited it waits to be sent, and that would be late.
    assert not await checked()
    edited = (await save(registry, 1, {"1.1": "990"})).json()
    assert (edited["late"], edited["block_id"], await checked()) == (True, str(BLOCK), True)


async def test_a_receipt_tells_the_month_of_vietnam(registry: House) -> None:
    await registry.set_clock("registry", "2023-12-01 00:30+07")
    assert (await submit(registry, TAN_PHONG, "1000")).json()["receipt_number"].startswith("BN-2312-")


async def test_the_same_key_gives_the_same_receipt_and_no_second_report(registry: House) -> None:
    key = str(uuid4())
    first = await submit(registry, TAN_PHONG, "1000", key=key)
    again = await submit(registry, TAN_PHONG, "1000", key=key)
    other = await submit(registry, TAN_PHONG, "999", key=key)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert await events(registry, "report_submitted") == 1


async def test_a_body_that_is_not_json_is_refused_in_vietnamese(registry: House) -> None:
    async with officer(registry) as client:
        broken = await client.post("/reports", content=b'{"fields": ', headers={"content-type": "application/json"})
        wrong = await client.post("/reports", json={"fields": ["1"], "version": -1, "period_id": "x", "more": 1})
    assert broken.status_code == wrong.status_code == 422
    assert broken.json()["errors"][0]["message"] == "không đọc được: nội dung gửi lên không phải JSON"
    assert {error["field"]: error["message"] for error in wrong.json()["errors"]} == {
        "campaign_id": "còn thiếu",
        "period_id": "không phải mã định danh hợp lệ",
        "unit_id": "còn thiếu",
        "fields": "không đúng kiểu",
        "version": "nhỏ hơn mức cho phép",
        "more": "không có trong biểu mẫu này",
    }


async def test_the_same_content_again_records_no_second_event(registry: House) -> None:
    kinds = ("unit_registered", "block_formed", "campaign_launched", "year_recorded", "targets_assigned")
    targets = {"targets": [{"criterion": "1.1", "target": "900", "assigned": True}]}
    paths = {
        f"/units/{TAN_PHONG}": city.UNIT_DOCUMENTS[TAN_PHONG],
        f"/blocks/{BLOCK}": city.BLOCK_DOCUMENT,
        CAMPAIGN_PATH: city.CAMPAIGN_DOCUMENT,
        f"{CAMPAIGN_PATH}/units/{TAN_PHONG}/targets": targets,
    }
    async with registry.office("registry") as office:
        for path, body in paths.items():
            assert (await office.put(path, json=body)).status_code == 200
        year = (await office.put(f"/units/{TAN_PHONG}/years/2023", json=_year())).json()
        before = [await events(registry, kind) for kind in kinds]
        for path, body in paths.items():
            assert (await office.put(path, json=body)).status_code == 200
        again = await office.put(f"/units/{TAN_PHONG}/years/2023", json=_year(version=year["version"]))
    assert again.json() == year
    assert [await events(registry, kind) for kind in kinds] == before == [3, 1, 1, 1, 1]


async def test_a_unit_stands_in_one_block_a_year(registry: House) -> None:
    members = [str(ident("stranger")), str(SAN_THANG)]
    other = {**city.BLOCK_DOCUMENT, "name": "Khối khác", "head_unit_id": None, "member_unit_ids": members}
    async with registry.office("registry") as office:
        refused = await office.put(f"/blocks/{ident('other')}", json=other)
        next_year = await office.put(f"/blocks/{ident('next')}", json={**city.BLOCK_DOCUMENT, "year": 2024})
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"field": "member_unit_ids.0", "message": "không có đơn vị này", "remedy": "Đăng ký đơn vị trước"},
        {"field": "member_unit_ids.1", "message": "đã ở khối khác trong năm 2023"},
    ]
    assert next_year.status_code == 200


async def test_a_block_that_moves_to_another_year_takes_its_members_along(registry: House) -> None:
    async with registry.office("registry") as office:
        await office.put(f"/blocks/{BLOCK}", json={**city.BLOCK_DOCUMENT, "year": 2024})
        back = await office.put(f"/blocks/{ident('other')}", json=city.BLOCK_DOCUMENT)
    assert back.status_code == 200, back.text


async def test_units_are_found_without_marks_and_stand_in_vietnamese_order(registry: House) -> None:
    async with registry.office("registry") as office:
        for name in ("Phường Đoàn Kết", "Phường Ân Phong", "Phường Tân Phong 10", "Phường Tân Phong 2"):
            body = {"name": name, "kind": "ward", "valid_from": "2013-12-27"}
            assert (await office.put(f"/units/{ident(name)}", json=body)).status_code == 200

        async def names(search: str) -> list[str]:
            answer = await office.get("/units", params={"search": search})
            return [unit["name"] for unit in answer.json()["items"]]

        assert await names("phuong tan phong") == ["Phường Tân Phong", "Phường Tân Phong 2", "Phường Tân Phong 10"]
        assert await names("ĐOÀN kết") == ["Phường Đoàn Kết"]
        assert await names("100%") == []
        assert await names("") == [
            "Phường Ân Phong",
            "Phường Đoàn Kết",
            "Phường Quyết Thắng",
            "Phường Tân Phong",
            "Phường Tân Phong 2",
            "Phường Tân Phong 10",
            "Xã San Thàng",
        ]


async def test_a_year_with_impossible_figures_names_each_of_them(registry: House) -> None:
    async with officer(registry) as client:
        path = f"/units/{TAN_PHONG}/years/2023"
        refused = await client.put(path, json=_year(advanced_workers=23, disciplined=-1))
        first = await client.put(path, json=_year())
        stale = await client.put(path, json=_year(headcount=30))
    assert [error["field"] for error in refused.json()["errors"]] == ["advanced_workers", "disciplined"]
    assert (first.status_code, stale.status_code, stale.json()["version"]) == (200, 409, 1)


async def test_a_sent_report_that_is_edited_says_that_the_edit_was_not_sent(registry: House) -> None:
    sent = (await submit(registry, TAN_PHONG, "1000")).json()
    saved = await save(registry, sent["version"], {"1.1": "900"})
    assert saved.status_code == 200, saved.text
    async with officer(registry) as client:
        edited = (await client.get(REPORT)).json()
    assert (edited["state"], edited["receipt_number"]) == ("amending", sent["receipt_number"])
    await submit(registry, TAN_PHONG, "900", version=edited["version"])
    async with officer(registry) as client:
        assert (await client.get(REPORT)).json()["state"] == "submitted"


async def test_a_period_is_never_taken_over_by_another_campaign(registry: House) -> None:
    async with registry.office("registry") as office:
        refused = await office.put(f"/campaigns/{uuid4()}", json=city.CAMPAIGN_DOCUMENT)
        periods = (await office.get(CAMPAIGN_PATH)).json()["periods"]
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "periods.0.period_id")
    assert [period["period_id"] for period in periods] == [str(PERIOD)]


async def test_a_body_of_a_wrong_kind_is_refused_in_words(registry: House) -> None:
    for kind, body in (("application/pdf", b"%PDF-1.7"), ("text/csv", b"a;b"), ("application/json", b"\xff\xfe{")):
        async with officer(registry) as client:
            headers = {"content-type": kind, "idempotency-key": str(uuid4())}
            refused = await client.post("/reports", content=body, headers=headers)
        assert refused.status_code in (400, 422), kind
        assert refused.headers["content-type"] == "application/problem+json"
        assert "JSON" in str(refused.json()), refused.text
