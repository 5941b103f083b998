"""Does a campaign go from a draft to its end without losing a word, and is every step that is not there refused in words?"""

import random
from typing import Any
from uuid import UUID, uuid4

import city
import httpx2
import orjson
import pytest
import pytest_asyncio
from city import BLOCK, CAMPAIGN, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from house import House, ident

DRAFT = ident("draft")
PATH = f"/campaign-drafts/{DRAFT}"
SECTIONS: dict[str, dict[str, Any]] = {
    "document": {
        "values": {
            "name": "Thi đua cao điểm",
            "kind": "themed",
            "year": "2023",
            "starts_on": "01/10/2023",
            "ends_on": "31/12/2023",
        }
    },
    "periods": {
        "rows": [
            {"name": "Báo cáo đợt", "opens_at": "01/11/2023", "due_at": "30/11/2023", "closes_at": "15/12/2023"},
            {"name": "", "opens_at": "", "due_at": "", "closes_at": ""},
        ]
    },
    "scope": {"values": {"reach": "kinds", "kinds": "ward"}},
    "milestones": {"rows": [{"kind": "registration", "name": "", "on": "10/11/2023"}]},
    "targets": {"rows": [{"code": "CT1", "name": "Cắt giảm thời gian", "measure": "%", "plan": "30"}]},
}


@pytest_asyncio.fixture
async def registry(house: House) -> House:
    """A house with the small city, the services that take reports, and nothing behind them."""
    await house.open(["registry", "scoring"])
    await city.found(house)
    return house


async def begin(office: httpx2.AsyncClient, **body: Any) -> None:
    assert (await office.put(PATH, json=body)).status_code == 200


async def save(office: httpx2.AsyncClient, section: str, version: int = 0, **typed: Any) -> httpx2.Response:
    return await office.put(f"{PATH}/sections/{section}", json={"version": version, **typed})


async def step(office: httpx2.AsyncClient, act: str, version: int, campaign: UUID = DRAFT) -> httpx2.Response:
    return await office.post(f"/campaigns/{campaign}/steps", json={"act": act, "version": version})


async def whole(office: httpx2.AsyncClient) -> dict[str, Any]:
    """Begin a draft, type all that a launch needs, and give how it stands."""
    await begin(office)
    for name, typed in SECTIONS.items():
        answer = await save(office, name, **typed)
        assert answer.status_code == 200, answer.text
    return (await office.get(PATH)).json()


async def events(house: House, kind: str) -> int:
    rows = await house.rows("registry", "SELECT count(*) AS n FROM event_log WHERE type = $1", f"registry.{kind}.v1")
    return int(rows[0]["n"])


async def test_a_draft_keeps_every_section_to_the_letter_and_is_no_running_campaign(registry: House) -> None:
    odd = {"values": {"name": "  <b> Thi đua ", "ends_on": "hôm nào đó"}}
    async with registry.office("registry") as office:
        await begin(office)
        await begin(office)
        assert (await save(office, "document", **odd)).status_code == 200
        draft = (await office.get(PATH)).json()
        running = (await office.get("/campaigns")).json()["items"]
        listed = (await office.get("/campaign-drafts")).json()["items"]
    assert draft["sections"]["document"]["values"] == odd["values"]
    assert "document.ends_on" in [fault["field"] for fault in draft["faults"]]
    assert [each["campaign_id"] for each in running] == [str(CAMPAIGN)]
    assert [(each["campaign_id"], each["name"]) for each in listed] == [(str(DRAFT), "  <b> Thi đua ")]
    assert await events(registry, "campaign_launched") == 1


async def test_a_stale_section_is_refused_with_what_stands_there(registry: House) -> None:
    async with registry.office("registry") as office:
        await begin(office)
        await save(office, "recipients", values={"names": "Sở Nội vụ"})
        refused = await save(office, "recipients", values={"names": "Lưu: VT"})
        same = await save(office, "recipients", values={"names": "Sở Nội vụ"})
        other = await save(office, "tasks", rows=[{"text": "Một"}])
    assert (refused.status_code, refused.json()["version"]) == (409, 1)
    assert refused.json()["content"]["values"] == {"names": "Sở Nội vụ"}
    assert (same.status_code, other.status_code) == (200, 200)


async def test_one_page_never_conflicts_with_itself(registry: House) -> None:
    async with registry.office("registry") as office:
        await begin(office)
        first = await save(office, "recipients", values={"names": "Sở"}, editor="trang-1")
        ahead = await save(office, "recipients", values={"names": "Sở Nội vụ"}, editor="trang-1")
        other = await save(office, "recipients", values={"names": "Khác"}, editor="trang-2")
    assert [answer.status_code for answer in (first, ahead, other)] == [200, 200, 409]


async def test_what_no_section_has_is_refused_by_name(registry: House) -> None:
    async with registry.office("registry") as office:
        await begin(office)
        refused = await save(office, "periods", values={"tên": "x"}, rows=[{"name": "x" * 20_001, "lạ": "1"}])
        nowhere = await save(office, "phần lạ")
        unknown = await office.put(f"/campaign-drafts/{uuid4()}/sections/tasks", json={"version": 0})
    assert [error["field"] for error in refused.json()["errors"]] == ["periods.tên", "periods.0.lạ", "periods.0.name"]
    assert (nowhere.status_code, unknown.status_code) == (404, 404)


async def test_a_launch_names_all_that_is_missing_and_publishes_nothing(registry: House) -> None:
    async with registry.office("registry") as office:
        await begin(office)
        refused = await step(office, "launch", 1)
    fields = [error["field"] for error in refused.json()["errors"]]
    assert (refused.status_code, fields[:2], fields[-2:]) == (
        422,
        ["document.name", "document.year"],
        ["periods", "scope.reach"],
    )
    assert all(error["remedy"] for error in refused.json()["errors"])
    assert await events(registry, "campaign_launched") == 1


async def test_a_launch_is_previewed_published_and_takes_reports_until_it_is_closed(registry: House) -> None:
    async with registry.office("registry") as office:
        draft = await whole(office)
        seen = (await office.get(f"{PATH}/preview")).json()
        stale = await step(office, "launch", draft["version"] - 1)
        launched = (await step(office, "launch", draft["version"])).json()
        again = await step(office, "launch", draft["version"])
        campaign = (await office.get(f"/campaigns/{DRAFT}")).json()
        first = (await office.get("/campaigns")).json()["items"][0]
        kept = (await office.get(PATH)).json()
    assert seen["faults"] == []
    assert (seen["reach"]["units"], seen["reach"]["reached"], seen["reach"]["without_block"]) == (3, 2, 0)
    assert [(each["name"], each["members"], each["reached"]) for each in seen["reach"]["blocks"]] == [
        ("Khối xã, phường", 3, 2)
    ]
    assert [each["name"] for each in seen["reach"]["left_out"]] == ["Xã San Thàng"]
    assert [(each["name"], each["units"], each["from"]) for each in seen["overlaps"]] == [
        ("Phong trào thi đua năm 2023", 2, "2023-10-01")
    ]
    assert (stale.status_code, stale.json()["version"]) == (409, draft["version"])
    assert (launched["state"], launched["possible"]) == ("launched", ["correct", "close", "follow"])
    assert (again.status_code, again.json()["possible"]) == (409, ["correct", "close", "follow"])
    assert "đã phát động" in again.json()["detail"]
    assert "kết thúc" in again.json()["detail"]
    assert (campaign["kind"], campaign["goals"][0]["plan"], campaign["state"]) == ("themed", "30", "launched")
    assert first["campaign_id"] == str(CAMPAIGN), "the city works in the yearly campaign, not in a themed one"
    assert kept["sections"]["periods"]["rows"] == SECTIONS["periods"]["rows"]
    assert [await events(registry, kind) for kind in ("campaign_launched", "registration_called")] == [2, 1]


async def test_a_closed_campaign_takes_no_report_and_is_not_launched_again(registry: House) -> None:
    async with registry.office("registry") as office:
        closed = await step(office, "close", 1, CAMPAIGN)
        twice = await step(office, "close", 2, CAMPAIGN)
        same = await office.put(f"/campaigns/{CAMPAIGN}", json=city.CAMPAIGN_DOCUMENT)
        other = await office.put(f"/campaigns/{CAMPAIGN}", json={**city.CAMPAIGN_DOCUMENT, "name": "Khác"})
    refused = await submit(registry, TAN_PHONG, "1000")
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert (twice.status_code, twice.json()["possible"]) == (409, ["follow"])
    assert (same.status_code, other.status_code) == (200, 409)
    assert (refused.status_code, "Phong trào đã kết thúc ngày 15/11/2023" in refused.json()["detail"]) == (409, True)
    assert await events(registry, "campaign_closed") == 1


async def test_a_draft_set_aside_keeps_its_words_and_is_taken_up_again(registry: House) -> None:
    async with registry.office("registry") as office:
        draft = await whole(office)
        aside = (await step(office, "set_aside", draft["version"])).json()
        refused = await save(office, "tasks", rows=[{"text": "Một"}])
        back = (await step(office, "take_up", aside["version"])).json()
        now = (await office.get(PATH)).json()
    assert (aside["state"], aside["possible"], refused.status_code) == ("set_aside", ["take_up"], 409)
    assert refused.json()["possible"] == ["take_up"]
    assert (back["state"], now["sections"]) == ("draft", draft["sections"])


async def test_next_year_begins_from_this_one_and_tells_what_differs(registry: House) -> None:
    async with registry.office("registry") as office:
        await begin(office, made_from=str(CAMPAIGN))
        draft = (await office.get(PATH)).json()
        other = await office.put(PATH, json={})
        unknown = await office.put(f"/campaign-drafts/{uuid4()}", json={"made_from": str(uuid4())})
        taken = await office.put(f"/campaign-drafts/{CAMPAIGN}", json={})
        launched = await step(office, "launch", draft["version"])
        campaigns = (await office.get("/campaigns")).json()["items"]
    told = {(each["section"], each["field"]): (each["before"], each["now"]) for each in draft["differences"]}
    assert told["document", "year"] == ("2023", "2024")
    assert told["periods", "due_at"] == ("17:00 30/11/2023", "17:00 30/11/2024")
    assert draft["faults"] == []
    assert (other.status_code, unknown.status_code, taken.status_code) == (409, 404, 409)
    assert (launched.status_code, campaigns[0]["year"]) == (200, 2024)
    assert campaigns[0]["periods"][0]["period_id"] != campaigns[1]["periods"][0]["period_id"]


async def test_a_parent_or_a_block_that_does_not_exist_is_named(registry: House) -> None:
    body = {
        **city.CAMPAIGN_DOCUMENT,
        "parent_id": str(uuid4()),
        "scope": {"reach": "blocks", "block_ids": [str(BLOCK), str(uuid4())]},
    }
    async with registry.office("registry") as office:
        refused = await office.put(f"/campaigns/{CAMPAIGN}", json=body)
    assert [error["field"] for error in refused.json()["errors"]] == ["parent_id", "scope.block_ids.1"]


async def test_only_the_office_designs_campaigns(registry: House) -> None:
    async with registry.client("registry", ("unit_officer", TAN_PHONG)) as officer:
        answers = [
            await officer.get("/campaign-drafts"),
            await officer.put(PATH, json={}),
            await officer.get(f"{PATH}/preview"),
            await step(officer, "close", 1, CAMPAIGN),
            await officer.get(f"/campaigns/{CAMPAIGN}/pledges"),
        ]
    assert {answer.status_code for answer in answers} == {403}


def pledge_path(unit: UUID = TAN_PHONG, campaign: UUID = CAMPAIGN) -> str:
    return f"/campaigns/{campaign}/units/{unit}/pledge"


async def take(house: House, act: str, version: int, unit: UUID = TAN_PHONG, **more: Any) -> httpx2.Response:
    """Take a step as whoever may: the office decides, the unit's officer submits, amends and withdraws."""
    office = act in ("approve", "return")
    client = house.office("registry") if office else house.client("registry", ("unit_officer", unit), account="officer")
    async with client:
        says = act in ("submit", "amend")
        body = {"act": act, "version": version, **({"titles": ["TTLDTT"]} if says else {}), **more}
        return await client.post(f"{pledge_path(unit)}/steps", json=body)


async def test_a_pledge_is_submitted_returned_corrected_approved_and_amended(registry: House) -> None:
    taken = [
        await take(registry, "submit", 0, text="Giao ước số một"),
        await take(registry, "return", 1, reason="Thiếu chỉ tiêu thu ngân sách"),
        await take(registry, "submit", 2, titles=["TTLDTT", "TTLDXS"]),
        await take(registry, "approve", 3),
        await take(registry, "amend", 4, reason="Thêm danh hiệu", titles=["CTD_TINH"]),
        await take(registry, "approve", 5),
    ]
    async with registry.client("registry", ("unit_officer", TAN_PHONG)) as officer:
        stands = (await officer.get(pledge_path())).json()
    states = ["submitted", "returned", "submitted", "approved", "amended", "approved"]
    assert [answer.json()["state"] for answer in taken] == states
    assert (stands["titles"], stands["pledged_on"], stands["possible"]) == (
        ["CTD_TINH"],
        "2023-11-15",
        ["amend", "return", "withdraw"],
    )
    assert [(each["act"], each["reason"], each["text"]) for each in stands["steps"]][:2] == [
        ("submit", None, "Giao ước số một"),
        ("return", "Thiếu chỉ tiêu thu ngân sách", "Giao ước số một"),
    ]
    told = await registry.rows("registry", "SELECT bytes FROM event_log WHERE type = 'registry.pledge_changed.v1'")
    facts = [orjson.loads(each["bytes"])["data"] for each in told]
    assert {each["state"]: each["pledged_on"] for each in facts} == {
        **dict.fromkeys(("submitted", "approved", "amended"), "2023-11-15"),
        "returned": None,
    }
    assert not any(words.encode() in each["bytes"] for each in told for words in ("Giao ước", "Thiếu"))


async def test_what_was_approved_can_be_returned_and_a_pledge_withdrawn_from_every_state(registry: House) -> None:
    taken = [
        await take(registry, "submit", 0, text="Lần đầu"),
        await take(registry, "approve", 1),
        await take(registry, "return", 2, reason="Duyệt nhầm bản"),
        await take(registry, "submit", 3, titles=["TTLDXS"], text="Lần hai"),
        await take(registry, "approve", 4),
        await take(registry, "amend", 5, titles=["CTD_TINH"], text="Sửa", reason="Thêm danh hiệu"),
        # An amendment alone is taken back: what was approved before it stands again.
        await take(registry, "withdraw", 6, reason="Chưa đủ căn cứ"),
        await take(registry, "withdraw", 7, reason="Không tham gia nữa"),
    ]
    states = ["submitted", "approved", "returned", "submitted", "approved", "amended", "approved", "withdrawn"]
    assert [answer.json().get("state") for answer in taken] == states
    assert taken[-1].json()["possible"] == ["submit"]
    async with registry.client("registry", ("unit_officer", TAN_PHONG)) as officer:
        stands = (await officer.get(pledge_path())).json()
    assert (stands["titles"], stands["text"], stands["reason"]) == (["TTLDXS"], "Lần hai", "Không tham gia nữa")
    assert [each["text"] for each in stands["steps"]][-3:] == ["Sửa", "Lần hai", "Lần hai"]
    told = await registry.rows("registry", "SELECT bytes FROM event_log WHERE type LIKE '%pledge_changed%' ORDER BY id")
    facts = [orjson.loads(each["bytes"])["data"] for each in told]
    # Whoever knows nothing of withdrawals reads a pledge that does not stand.
    assert [(each["state"], each["pledged_on"], each.get("withdrawn")) for each in facts[5:]] == [
        ("amended", "2023-11-15", None),
        ("approved", "2023-11-15", True),
        ("returned", None, True),
    ]
    silent = await take(registry, "submit", 8)
    refused = await take(registry, "withdraw", 9)
    assert (silent.status_code, refused.status_code) == (200, 422)
    assert refused.json()["errors"][0]["message"] == "Lý do rút: còn trống"


async def test_only_the_unit_withdraws_what_it_pledged(registry: House) -> None:
    await take(registry, "submit", 0)
    body = {"act": "withdraw", "version": 1, "reason": "Đơn vị khác rút"}
    async with registry.client("registry", ("unit_officer", QUYET_THANG)) as stranger:
        assert (await stranger.post(f"{pledge_path()}/steps", json=body)).status_code == 403
    assert (await take(registry, "withdraw", 1, reason="Rút")).json()["state"] == "withdrawn"
    async with registry.office("registry") as office:
        listed = (await office.get(f"/campaigns/{CAMPAIGN}/pledges", params={"state": "withdrawn"})).json()
    assert [each["unit_id"] for each in listed["items"]] == [str(TAN_PHONG)]


async def test_a_step_that_is_not_in_the_table_says_what_is_possible(registry: House) -> None:
    early = await take(registry, "approve", 0)
    await take(registry, "submit", 0)
    twice = await take(registry, "amend", 1, reason="x")
    stale = await take(registry, "submit", 0)
    assert (early.status_code, early.json()["possible"]) == (409, ["submit"])
    assert early.json()["detail"] == "Đơn vị chưa đăng ký, nên không duyệt được. Việc làm được lúc này: gửi đăng ký."
    assert (twice.status_code, twice.json()["possible"]) == (409, ["approve", "return", "submit", "withdraw"])
    assert (stale.status_code, stale.json()["version"], stale.json()["titles"]) == (409, 1, ["TTLDTT"])


async def test_a_pledge_names_all_its_faults(registry: House) -> None:
    empty = await take(registry, "submit", 0, titles=[], promises={"CT9": "một"})
    await take(registry, "submit", 0)
    silent = await take(registry, "return", 1, reason="  ")
    assert [error["field"] for error in empty.json()["errors"]] == ["promises.CT9"]
    assert [error["field"] for error in silent.json()["errors"]] == ["reason"]


async def test_only_the_unit_itself_or_the_office_sees_and_takes_steps(registry: House) -> None:
    async with registry.client("registry", ("unit_officer", QUYET_THANG)) as stranger:
        seen = await stranger.get(pledge_path())
        sent = await stranger.post(f"{pledge_path()}/steps", json={"act": "submit", "version": 0, "titles": ["TTLDTT"]})
        decided = await stranger.post(f"{pledge_path(QUYET_THANG)}/steps", json={"act": "approve", "version": 0})
    assert [seen.status_code, sent.status_code, decided.status_code] == [403, 403, 403]


async def test_the_office_sees_who_has_not_registered_and_by_when_they_should_have(registry: House) -> None:
    milestones = [{"kind": "registration", "name": "Hạn đăng ký thi đua", "on": "2023-11-10"}]
    async with registry.office("registry") as office:
        answer = await office.put(f"/campaigns/{CAMPAIGN}", json={**city.CAMPAIGN_DOCUMENT, "milestones": milestones})
        assert answer.status_code == 200, answer.text
        await take(registry, "submit", 0)
        figures = dict.fromkeys(("completed_tasks", "advanced_workers", "grassroots_fighters", "disciplined"), 0)
        year = {"version": 0, "headcount": 9, **figures, "pledged_on": "2023-03-02"}
        await office.put(f"/units/{SAN_THANG}/years/2023", json=year)
        listed = (await office.get(f"/campaigns/{CAMPAIGN}/pledges")).json()
        missing = (await office.get(f"/campaigns/{CAMPAIGN}/pledges", params={"state": "none"})).json()
        found = (await office.get(f"/campaigns/{CAMPAIGN}/pledges", params={"search": "san thang"})).json()
        rest = (await office.get(f"/campaigns/{CAMPAIGN}/pledges", params={"after": str(QUYET_THANG)})).json()
    assert (listed["register_by"], listed["counts"]) == ("2023-11-10", {"none": 2, "submitted": 1})
    assert [(each["name"], each["late"]) for each in missing["items"]] == [
        ("Phường Quyết Thắng", True),
        ("Xã San Thàng", False),
    ]
    assert [(each["unit_id"], each["recorded_on"]) for each in found["items"]] == [(str(SAN_THANG), "2023-03-02")]
    assert [each["name"] for each in rest["items"]] == ["Phường Tân Phong", "Xã San Thàng"]
    # Registered after the day: taken, and said.
    assert next(each for each in listed["items"] if each["unit_id"] == str(TAN_PHONG))["late"] is True


async def test_a_campaign_that_does_not_address_a_unit_or_has_ended_takes_no_pledge(registry: House) -> None:
    async with registry.office("registry") as office:
        draft = await whole(office)
        await step(office, "launch", draft["version"])
        body = {"act": "submit", "version": 0, "titles": ["TTLDTT"], "promises": {"CT1": "35,5"}}
        outside = await office.post(f"{pledge_path(SAN_THANG, DRAFT)}/steps", json=body)
        inside = await office.post(f"{pledge_path(TAN_PHONG, DRAFT)}/steps", json=body)
        unlaunched = await office.post(f"{pledge_path(TAN_PHONG, uuid4())}/steps", json=body)
        await step(office, "close", 1, DRAFT)
        closed = await office.post(f"{pledge_path(QUYET_THANG, DRAFT)}/steps", json=body)
        seen = (await office.get(pledge_path(TAN_PHONG, DRAFT))).json()
    assert (outside.status_code, outside.json()["errors"][0]["field"]) == (422, "unit_id")
    assert (inside.status_code, unlaunched.status_code, closed.status_code) == (200, 404, 409)
    assert "đã kết thúc" in closed.json()["detail"]
    assert (seen["promises"], seen["possible"]) == ({"CT1": "35,5"}, [])


@pytest.mark.parametrize("seed", range(4))
async def test_no_walk_through_the_steps_loses_a_word_or_ends_where_nothing_is_possible(
    registry: House, seed: int
) -> None:
    """Only what the registry itself calls possible is done, whatever comes of it; everything typed stays to be read."""
    chance = random.Random(seed)
    said: list[tuple[str, str, list[str]]] = []
    approved: tuple[str, list[str]] = ("", [])
    async with registry.office("registry") as office:
        for _ in range(16):
            stands = (await office.get(pledge_path())).json()
            assert stands["possible"]
            act = chance.choice(stands["possible"])
            text, title = f"Giao ước {chance.random()}", chance.choice(["TTLDTT", "TTLDXS"])
            says = act in ("submit", "amend")
            body = {"act": act, "version": stands["version"], "reason": "vì một lý do"}
            body |= {"text": text, "titles": [title]} if says else {}
            answer = await office.post(f"{pledge_path()}/steps", json=body)
            assert answer.status_code == 200, answer.text
            back = act == "withdraw" and stands["state"] == "amended"
            said.append((act, text, [title]) if says else (act, *(approved if back else said[-1][1:])))
            approved = said[-1][1:] if act == "approve" else approved
        steps = (await office.get(pledge_path())).json()["steps"]
        assert [(each["act"], each["text"], each["titles"]) for each in steps] == said

        draft = await whole(office)
        typed = draft["sections"]
        for _ in range(8):
            draft = (await office.get(PATH)).json()
            act = chance.choice([each for each in draft["possible"] if each != "launch"])
            if act == "save":
                section = chance.choice(["tasks", "fields"])
                rows = [{"text" if section == "tasks" else "name": f"{chance.random()}"} for _ in range(3)]
                saved = await save(office, section, draft["sections"][section]["version"], rows=rows)
                assert saved.status_code == 200, saved.text
                typed = typed | {section: {**typed[section], "rows": rows, "version": saved.json()["version"]}}
            else:
                assert (await step(office, act, draft["version"])).status_code == 200
            draft = (await office.get(PATH)).json()
            assert draft["possible"]
            assert draft["sections"] == typed
