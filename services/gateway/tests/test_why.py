"""Does every number on the pages say why: by the sheet that made it, down to a human act or a published rule?"""

import re
from collections.abc import AsyncIterator
from copy import deepcopy
from typing import Any, NamedTuple
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
from city import (
    BLOCK,
    BLOCK_DOCUMENT,
    CAMPAIGN,
    PERIOD,
    QUYET_THANG,
    SAN_THANG,
    SHEET,
    SHEET_DOCUMENT,
    TAN_PHONG,
    submit,
)
from desks import at_the_pages, open_pages
from house import House, ident


class Front(NamedTuple):
    """A whole house with the small city, and a unit and the office signed in at its pages."""

    house: House
    unit: httpx2.AsyncClient
    office: httpx2.AsyncClient


@pytest_asyncio.fixture
async def front(house: House) -> AsyncIterator[Front]:
    await open_pages(house)
    async with at_the_pages(house, "tan-phong") as unit, at_the_pages(house, "noi-vu") as office:
        yield Front(house, unit, office)


async def reported(house: House, *amounts: tuple[UUID, str]) -> None:
    for unit, amount in amounts:
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()


async def page(client: httpx2.AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:2000]}"
    return answer.text


def another_version() -> dict[str, Any]:
    """The city's sheet with a line renamed, one dropped, and one more group."""
    document = deepcopy(SHEET_DOCUMENT)
    document["groups"][0]["criteria"][0]["name"] = "Thu ngân sách, tên mới"
    dropped = document["groups"].pop()
    document["groups"].append({**dropped, "code": "3", "criteria": [{**dropped["criteria"][0], "code": "3.1"}]})
    return document


async def test_points_are_explained_by_the_version_of_the_sheet_that_made_them(front: Front) -> None:
    house, unit, office = front
    await reported(house, (TAN_PHONG, "800"), (QUYET_THANG, "900"))
    async with house.office("scoring") as scoring:
        published = await scoring.put(f"/sheets/{SHEET}", json=another_version())
        assert (published.status_code, published.json()["version"]) == (200, 2)
    await house.quiet()
    why = f"/vi-sao/{PERIOD}/{TAN_PHONG}"
    for path in (why, f"{why}/1.1", f"{why}/2.1", f"/kien-nghi/moi?ky={PERIOD}&muc=2.1"):
        text = await page(unit, path)
        assert "tên mới" not in text, path
    assert "Bảng điểm thử, bản 1" in await page(unit, why)
    assert "2.1 Đăng ký thi đua" in await page(office, f"/tham-dinh/{PERIOD}/{TAN_PHONG}")
    beside = await page(office, f"/bang-khoi/{BLOCK}/so-sanh?ky={PERIOD}&a={TAN_PHONG}&b={QUYET_THANG}")
    assert ("2.1 Đăng ký thi đua" in beside, "3.1" in beside) == (True, False)


async def test_another_figure_is_tried_on_the_page_and_what_stands_is_computed_once_more(front: Front) -> None:
    house, unit, office = front
    await reported(house, (TAN_PHONG, "800"), (QUYET_THANG, "900"))
    why = f"/vi-sao/{PERIOD}/{TAN_PHONG}"
    text = await page(unit, f"{why}/1.1")
    for words in ("Nếu số liệu khác đi", "đang tính", "Vừa tính lại, kết quả như cũ", "Con số này đi tiếp đến đâu"):
        assert words in text, words
    assert "Vừa tính lại, kết quả như cũ" in await page(office, why)
    tried = await page(unit, f"{why}/1.1?neu=912,5")
    (row,) = re.findall(r'<th scope="row">912,5 *</th>(.*?)</tr>', tried)
    assert re.findall(r">([^<]+)<", row) == ["82,25", "92,25", "1"]
    for typed, said in (("1.234", "đọc được hai cách"), ("nhiều", "không phải là số")):
        text = await page(unit, f"{why}/1.1?neu={typed}")
        assert (said in text, f'value="{typed}"' in text, "đang tính" in text) == (True, True, True)
    assert "Thử một số khác" not in await page(unit, f"{why}/2.1")


async def test_who_goes_back_to_an_older_version_fills_in_its_lines_and_proves_them(front: Front) -> None:
    house, unit, office = front
    async with house.office("scoring") as scoring:
        assert (await scoring.put(f"/sheets/{SHEET}", json=another_version())).json()["version"] == 2
        back = {"version": 1, "reason": "Bản mới chưa được hội đồng thông qua"}
        await house.quiet()
        assert "Thu ngân sách, tên mới" in await page(unit, f"/bao-cao/{PERIOD}")
        assert (await scoring.post(f"/sheets/{SHEET}/rescorings", json=back)).status_code == 202
    await house.quiet()
    text = await page(unit, f"/bao-cao/{PERIOD}")
    assert ("tên mới" in text, 'name="muc:2.1"' in text, 'name="muc:3.1"' in text) == (False, True, False)
    assert "Đăng ký thi đua" in await page(unit, f"/bao-cao/{PERIOD}/minh-chung/2.1")
    await reported(house, (TAN_PHONG, "800"))
    (waiting,) = (await office.get("/api/registry/reports/queue")).json()["items"]
    assert "tên mới" not in await page(office, f"/xem-xet/{waiting['report_id']}")


async def test_whoever_moves_before_the_period_closes_fills_in_the_sheet_of_the_block_that_it_goes_to(
    front: Front,
) -> None:
    house, unit, _ = front
    sheet_id, block_id = ident("sheet-of-another-block"), ident("another-block")
    decided = {"effective_on": "2023-12-01", "reason": "Theo quyết định"}
    moved = {"kind": "move", "unit_ids": [str(TAN_PHONG)], "block_id": str(block_id), **decided}
    async with house.office("scoring") as scoring, house.office("registry") as registry:
        assert (await scoring.put(f"/sheets/{sheet_id}", json=another_version())).status_code == 200
        lone = {"name": "Phường Khác", "kind": "ward", "valid_from": "2013-12-27"}
        assert (await registry.put(f"/units/{ident('lone')}", json=lone)).status_code == 200
        members = {"member_unit_ids": [str(ident("lone"))], "head_unit_id": str(ident("lone"))}
        other = {**BLOCK_DOCUMENT, **members, "name": "Khối khác", "sheet_id": str(sheet_id)}
        for told in (
            await registry.put(f"/blocks/{block_id}", json=other),
            await registry.post("/unit-changes", json=moved),
        ):
            assert told.status_code in (200, 201), told.text
    await house.quiet()
    for typed in ("", "1"):
        text = await page(unit, f"/bao-cao/{PERIOD}")
        assert ("tên mới" in text, 'name="muc:3.1"' in text, 'name="muc:2.1"' in text) == (True, True, False), typed
        draft = {"version": 0, "fields": {"1.1": "1"}}
        path = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/reports/{TAN_PHONG}/draft"
        async with house.client("registry", ("unit_officer", TAN_PHONG)) as officer:
            await officer.put(path, json=draft)


LEADERS_SHEET = ident("sheet-with-leader-and-lateness")
"""A sheet of other words stands under an id of its own."""


def with_leader_and_lateness() -> dict[str, Any]:
    document = deepcopy(SHEET_DOCUMENT)
    document["groups"][0]["criteria"][0]["rule"] = {"kind": "half_plus_leader"}
    late = {"code": "P.1", "name": "Nộp muộn", "measure": "lần", "maximum": "0.5"}
    return {**document, "extras": [{**late, "role": "penalty", "rule": {"kind": "late"}}]}


def total(text: str) -> str:
    """What a page, or the answer to a save, shows as the total."""
    return re.findall(r'id="tong-diem"[^>]*>([^<]+)<', text)[0]


async def test_the_total_while_typing_is_the_one_that_is_given_and_says_what_is_open(front: Front) -> None:
    house, unit, _ = front
    async with house.office("scoring") as scoring, house.office("registry") as registry:
        assert (await scoring.put(f"/sheets/{LEADERS_SHEET}", json=with_leader_and_lateness())).status_code == 200
        formed = await registry.put(f"/blocks/{BLOCK}", json={**BLOCK_DOCUMENT, "sheet_id": str(LEADERS_SHEET)})
        assert formed.status_code == 200, formed.text
    await house.quiet()
    await reported(house, (QUYET_THANG, "2000"))
    for service in ("registry", "scoring", "gateway"):
        await house.set_clock(service, "2023-12-01 08:00+07")
    typed = {"muc:1.1": "1500", "muc:2.1": "có", "version": "0", "but": "trang", "phong-trao": str(CAMPAIGN)}
    kept = await unit.post(f"/bao-cao/{PERIOD}/tu-luu", data=typed)
    # Half of 90 for the target, half of that again for half as much above it as the leader is; 10; late.
    assert (kept.status_code, total(kept.text)) == (200, "77,00"), kept.text
    open_still = ("Mục 1.1 còn tạm tính", "đã trừ phần nộp muộn")
    form = await page(unit, f"/bao-cao/{PERIOD}")
    assert total(form) == "77,00"
    for sentence in open_still:
        assert sentence in kept.text
        assert sentence in form
        assert sentence in await page(unit, f"/bao-cao/{PERIOD}/kiem-tra")
    assert (await submit(house, TAN_PHONG, "1500", version=1)).status_code == 201
    await house.quiet()
    why = await page(unit, f"/vi-sao/{PERIOD}/{TAN_PHONG}")
    assert "được 77,00 điểm" in why
    for sentence in open_still:
        assert sentence in why
    # Of another unit nobody is told by the way how far above its target the leader is.
    place = {"period_id": str(PERIOD), "block_id": str(BLOCK), "unit_id": str(TAN_PHONG)}
    async with house.client("scoring", ("unit_officer", QUYET_THANG), account="other") as other:
        asked = {"values": {"1.1": "1500"}, "place": place}
        assert (await other.post(f"/sheets/{LEADERS_SHEET}/preview", json=asked)).status_code == 403


OF_PERIOD = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}"
OF_BLOCK = f"{OF_PERIOD}/boards/{BLOCK}"


async def publish(house: House, state: str, **more: Any) -> None:
    """Have the office publish the board as it stands."""
    async with house.office("scoring") as office:
        seen = (await office.get(f"{OF_BLOCK}/waiting")).json()
        body = {"state": state, "digest": seen["digest"], **more}
        done = await office.put(f"{OF_BLOCK}/publications/{seen['next_number']}", json=body)
        assert done.status_code == 200, done.text


async def moved_on(house: House, moment: str) -> None:
    for service in ("registry", "scoring", "gateway"):
        await house.set_clock(service, moment)


async def raised(house: House, unit: UUID, value: str) -> None:
    """Have the office say another value of what a unit reported."""
    async with house.office("scoring") as office:
        said = {"criterion": "1.1", "value": value, "reason": "Theo biên bản đối chiếu với Kho bạc"}
        body = {"report_version": 1, "column": "appraisal", "items": [said]}
        done = await office.post(f"{OF_PERIOD}/scores/{unit}/verdicts", json=body)
        assert done.status_code == 200, done.text
    await house.quiet()


async def upheld(house: House, item: str, value: str) -> str:
    """Have the unit appeal against an item, and the office uphold it with this value; give the appeal's id."""
    body = {"period_id": str(PERIOD), "unit_id": str(TAN_PHONG), "item": item, "value": value}
    async with house.client("scoring", ("unit_officer", TAN_PHONG), account="tan-phong") as officer:
        filed = await officer.post("/appeals", json=body | {"reason": "Đường truyền của phường bị cắt cả ngày"})
        assert filed.status_code == 201, filed.text
    steps = f"/appeals/{filed.json()['appeal_id']}/steps"
    decided = {"act": "uphold", "steps": 2, "value": value, "reason": "Có xác nhận của Viễn thông Lai Châu"}
    async with house.office("scoring") as office:
        for step in ({"act": "take_up", "steps": 1}, decided):
            done = await office.post(steps, json=step)
            assert done.status_code == 200, done.text
    await house.quiet()
    return str(filed.json()["appeal_id"])


async def test_points_on_a_published_board_say_since_when_and_a_correction_says_why(front: Front) -> None:
    house, unit, office = front
    why = f"/vi-sao/{PERIOD}/{TAN_PHONG}"
    compiled = f"/bang-tong-hop/{PERIOD}/{BLOCK}"
    await reported(house, (TAN_PHONG, "800"), (QUYET_THANG, "900"))
    assert "Tạm tính" in await page(unit, why)
    assert "Tạm tính – còn thay đổi" in await page(office, compiled)
    await moved_on(house, "2023-12-18 09:00+07")
    await publish(house, "frozen")
    assert "Đã chốt 18/12/2023" in await page(office, compiled)
    for path in (why, f"{why}/1.1"):
        text = await page(unit, path)
        assert ("Đã chốt 18/12/2023" in text, "Tạm tính" in text) == (True, False), path
    await moved_on(house, "2023-12-20 09:00+07")
    await publish(house, "final", reason="Khối đã họp thống nhất, còn hai báo cáo thẩm định sau")
    text = await page(unit, why)
    assert ("Chính thức 20/12/2023" in text, "Tổng điểm, chính thức" in text) == (True, True)
    await upheld(house, "1.1", "990")
    text = await page(unit, why)
    assert "Tạm tính" in text
    assert "Bảng công bố lần 2 (chính thức 20/12/2023) ghi 82,00 điểm, hạng 2" in text
    reason = "Kho bạc xác nhận lại số thu của phường"
    await publish(house, "final", reason=reason)
    assert reason in await page(unit, why)
    async with httpx2.AsyncClient(base_url=house.services["gateway"].url) as anybody:
        assert f"Lý do: {reason}." in await page(anybody, f"/cong-khai/{PERIOD}/{BLOCK}")


async def test_a_place_says_who_is_next_how_far_and_what_decided(front: Front) -> None:
    house, unit, _ = front
    path = f"/vi-sao/{PERIOD}/{TAN_PHONG}"

    async def why() -> str:
        (said,) = re.findall(r'id="hang">.*?<p class="tra-loi-cau">(.*?)</p>', await page(unit, path))
        return str(said)

    await reported(house, (TAN_PHONG, "800"), (QUYET_THANG, "900"), (SAN_THANG, "500"))
    assert await why() == (
        "Phường Tân Phong xếp hạng 2 trên 3 đơn vị được xếp hạng: "
        "kém Phường Quyết Thắng (hạng 1) 9,00 điểm, tức 9% điểm tối đa áp dụng; "
        "hơn Xã San Thàng (hạng 3) 72,00 điểm, tức 72% điểm tối đa áp dụng."
    )
    assert f'href="{path}#hang">Vì sao hạng 2?' in await page(unit, "/")
    await raised(house, TAN_PHONG, "900")
    assert "đồng hạng với Phường Quyết Thắng vì mọi tiêu chí so sánh đều bằng nhau" in await why()
    async with house.office("scoring") as office:
        votes = {"votes": {str(TAN_PHONG): 1, str(QUYET_THANG): 2}}
        assert (await office.post(f"{OF_BLOCK}/votes", json=votes)).status_code == 201
    said = await why()
    other = "Phường Quyết Thắng (hạng 1)"
    assert f"bằng tỷ lệ điểm với {other} nhưng xếp sau theo tiêu chí phụ: số phiếu của khối" in said
    assert "số phiếu: Phường Quyết Thắng 2, Phường Tân Phong 1" in said


async def test_a_place_is_told_as_far_as_the_board_is_disclosed(front: Front) -> None:
    """Who is of another block sees nothing before publication, and afterwards what anybody sees: no votes."""
    house, _, _ = front
    await reported(house, (TAN_PHONG, "900"), (QUYET_THANG, "900"))
    async with house.office("scoring") as office:
        votes = {"votes": {str(TAN_PHONG): 1, str(QUYET_THANG): 2}}
        assert (await office.post(f"{OF_BLOCK}/votes", json=votes)).status_code == 201
    asked = f"{OF_PERIOD}/scores/{TAN_PHONG}/place"
    async with house.client("scoring", ("unit_officer", ident("elsewhere")), account="stranger") as stranger:
        told = (await stranger.get(asked)).json()
        assert (told["now"], told["published"]) == (None, None)
        await publish(house, "frozen")
        told = (await stranger.get(asked)).json()
        assert (told["now"], told["published"]["rank"], told["published"]["votes"]) == (None, 2, None)
        assert told["published"]["ahead"]["unit_id"] == str(QUYET_THANG)
    async with house.client("scoring", ("unit_officer", QUYET_THANG), account="member") as member:
        told = (await member.get(asked)).json()
        assert (told["now"]["rank"], told["now"]["votes"]["votes"][str(QUYET_THANG)]) == (2, 2)
        assert told["published"]["votes"]["votes"] == told["now"]["votes"]["votes"]


_ACTS = ("registry.report_submitted.v1", "scoring.items_reviewed.v1")
"""Events that record what a person did; the pages of their ripples name it."""


async def handed_in(house: House, criterion: str) -> str:
    """Have the unit put a file behind a line of its report; give its id."""
    async with house.client("registry", ("unit_officer", TAN_PHONG), account="tan-phong") as officer:
        named = {"unit_id": str(TAN_PHONG), "name": "Đối chiếu Kho bạc.pdf"}
        taken = await officer.post("/evidence", params=named, content=b"%PDF-1.7\n" + b"minh chung\n" * 100)
        file = str(taken.json()["evidence_id"])
        attached = await officer.put(f"{OF_PERIOD}/reports/{TAN_PHONG}/evidence/{criterion}/{file}")
        assert attached.status_code == 200, attached.text
    return file


async def test_every_number_leads_down_to_what_a_person_did_or_to_a_published_rule(front: Front) -> None:
    house, unit, office = front
    file = await handed_in(house, "1.1")
    await reported(house, (TAN_PHONG, "800"))
    score, columns = await of_own(unit)
    await walked_down(house, unit, score, columns)
    # A message that tells of an item does not know on which line of the sheet it stands.
    of_item = await page(unit, f"/vi-sao/{PERIOD}/{TAN_PHONG}/1.1.diem")
    assert "Vì sao mục 1.1 được" in of_item
    own = f"/vi-sao/{PERIOD}/{TAN_PHONG}/1.1"
    text = await page(unit, own)
    assert f'<a href="/bien-nhan/{score["receipt_number"]}">đơn vị gửi báo cáo</a>' in text
    assert f'href="/minh-chung/{file}"' in text
    assert (await unit.get(f"/minh-chung/{file}")).status_code == 200
    assert f'href="/minh-chung/{file}"' not in await page(unit, own.replace("1.1", "2.1"))

    await raised(house, TAN_PHONG, "990")
    score, columns = await of_own(unit)
    await walked_down(house, unit, score, columns)
    ripple = f"/hanh-trinh/{columns['cause']['correlationid']}"
    for reader in (unit, office):
        text = await page(reader, own)
        assert (f'<a href="{ripple}">có ý kiến chấm</a>' in text, f'href="/minh-chung/{file}"' in text) == (True, True)
        assert "Theo biên bản đối chiếu với Kho bạc" in text
        await page(reader, ripple)


async def of_own(unit: httpx2.AsyncClient) -> tuple[dict[str, Any], dict[str, Any]]:
    path = f"/api/scoring{OF_PERIOD}/scores/{TAN_PHONG}"
    return (await unit.get(path)).json(), (await unit.get(f"{path}/columns")).json()


async def walked_down(house: House, unit: httpx2.AsyncClient, score: dict[str, Any], columns: dict[str, Any]) -> None:
    """Follow the total to its groups, these to their lines, each line to its rule and its value, and that to an act."""
    groups, parts = score["groups"], score["parts"]
    assert sum(float(group["points"]) for group in groups) == float(score["points"])
    sheet = (await unit.get(f"/api/scoring/sheets/{score['sheet_id']}?version={score['sheet_version']}")).json()
    published = await house.rows("scoring", "SELECT actor FROM event_log WHERE type LIKE 'scoring.sheet_published%'")
    assert len(published) == score["sheet_version"]
    rules = {line["code"]: line["rule"]["kind"] for group in sheet["groups"] for line in group["criteria"]}
    receipt = (await unit.get(f"/api/registry/receipts/{score['receipt_number']}")).json()
    looked = {item["criterion"]: item for line in columns["lines"] for item in line["items"]}
    for group in groups:
        own = [part for part in parts if part["group"] == group["group"]]
        assert sum(float(part["points"]) for part in own) == float(group["points"])
        for part in own:
            assert rules[part["criterion"]] == part["rule"]
            item = looked[part["criterion"]]
            if not item["by"]:
                assert (part["value"], item["reported"]) == (item["reported"], part["value"])
                assert (receipt["unit_id"], receipt["accepted_at"]) == (str(TAN_PHONG), columns["accepted_at"])
                continue
            (counts,) = [said for said in item["said"] if said["counts"]]
            assert (counts["value"], bool(counts["by_post"]), bool(counts["reason"])) == (part["value"], True, True)
    ripple = (await unit.get(f"/api/ripples/{columns['cause']['correlationid']}")).json()
    begun = ripple["steps"][0]
    assert (begun["event"] in _ACTS, ripple["about"]) == (True, str(TAN_PHONG))


async def test_points_that_were_decided_on_an_appeal_lead_to_it_and_computed_lines_say_what_they_come_from(
    front: Front,
) -> None:
    house, unit, office = front
    async with house.office("scoring") as scoring, house.office("registry") as registry:
        assert (await scoring.put(f"/sheets/{LEADERS_SHEET}", json=with_leader_and_lateness())).status_code == 200
        formed = await registry.put(f"/blocks/{BLOCK}", json={**BLOCK_DOCUMENT, "sheet_id": str(LEADERS_SHEET)})
        assert formed.status_code == 200, formed.text
    await reported(house, (TAN_PHONG, "800"))
    late, against = (f"/vi-sao/{PERIOD}/{TAN_PHONG}/{code}" for code in ("P.1", "1.1"))
    assert "không ai chấm: hệ thống tính từ ngày nhận báo cáo" in await page(unit, late)
    assert "so với chỉ tiêu và với đơn vị dẫn đầu khối" in await page(unit, against)
    appeal_id = await upheld(house, "P.1", "0.25")
    await publish(house, "frozen")
    for reader in (unit, office):
        for path in (late, f"{late}?lan=1"):
            text = await page(reader, path)
            assert "Chấp thuận kiến nghị về mục P.1 (điểm được tính): tính 0,25 điểm" in text
            assert "Có xác nhận của Viễn thông Lai Châu" in text
            assert f'href="/kien-nghi/{appeal_id}"' in text
            assert ("Chưa nơi nào chấm" in text, "không ai chấm" in text) == (False, False)
        await page(reader, f"/kien-nghi/{appeal_id}")
    assert "Chấp thuận kiến nghị" not in await page(unit, against)
    assert f'href="/kien-nghi/{appeal_id}"' in await page(unit, f"/vi-sao/{PERIOD}/{TAN_PHONG}")


async def test_a_published_number_can_be_asked_why_after_what_stands_has_changed(front: Front) -> None:
    house, unit, office = front
    await reported(house, (TAN_PHONG, "800"), (QUYET_THANG, "900"))
    await publish(house, "frozen")
    await raised(house, TAN_PHONG, "990")
    board = await page(unit, f"/bang-khoi/{BLOCK}")
    asked = f"/vi-sao/{PERIOD}/{TAN_PHONG}?lan=1"
    assert f'href="{asked}">82,00</a>' in board
    assert f'href="{asked}"' in await page(unit, f"/vi-sao/{PERIOD}/{TAN_PHONG}")
    text = await page(unit, asked)
    assert ("được 82,00 điểm" in text, "Đã chốt 15/11/2023" in text, "hạng 2 trên 2" in text) == (True, True, True)
    assert "Theo biên bản" not in text
    line = f"/vi-sao/{PERIOD}/{TAN_PHONG}/1.1?lan=1"
    assert f'href="{line}"' in text
    assert "Thực hiện 800 trên chỉ tiêu 1.000" in await page(unit, line)
    beside = await page(office, f"/bang-khoi/{BLOCK}/so-sanh?ky={PERIOD}&a={TAN_PHONG}&b={QUYET_THANG}")
    assert ("1.1 Thu ngân sách trên địa bàn" in beside, "72,00" in beside, "89,25" in beside) == (True, True, False)
    async with house.client("scoring", ("unit_officer", QUYET_THANG), account="other") as other:
        assert (await other.get(f"{OF_PERIOD}/scores/{TAN_PHONG}/published")).status_code == 403
    # Whoever reported only afterwards stands on no published board yet.
    await reported(house, (SAN_THANG, "900"))
    text = await page(office, f"/vi-sao/{PERIOD}/{SAN_THANG}")
    assert ("Tạm tính" in text, "chưa ghi điểm của đơn vị" in text, "?lan=1" in text) == (True, True, False)
    with pytest.raises(Exception, match="never changed"):
        await house.run("scoring", "UPDATE published_scores SET version = 9")


PROVED_SHEET = ident("sheet-with-evidence")


async def test_a_report_without_the_evidence_that_its_sheet_demands_is_not_sent(front: Front) -> None:
    house, unit, _ = front
    document = deepcopy(SHEET_DOCUMENT)
    document["groups"][0]["criteria"][0] |= {"evidence": "Biên bản đối chiếu", "evidence_required": True}
    document["groups"][1]["criteria"][0]["evidence"] = "Bản đăng ký"
    async with house.office("scoring") as scoring, house.office("registry") as registry:
        assert (await scoring.put(f"/sheets/{PROVED_SHEET}", json=document)).status_code == 200
        formed = await registry.put(f"/blocks/{BLOCK}", json={**BLOCK_DOCUMENT, "sheet_id": str(PROVED_SHEET)})
        assert formed.status_code == 200, formed.text
    await house.quiet()
    refused = await submit(house, TAN_PHONG, "800")
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["field"]) == (422, "1.1")
    assert "Đính kèm tệp minh chứng cho mục 1.1" in error["remedy"]
    typed = {"muc:1.1": "800", "muc:2.1": "có", "version": "0", "but": "trang", "viec": "kiem-tra"}
    stays = await unit.post(f"/bao-cao/{PERIOD}", data=typed)
    assert (stays.status_code, "Mục 1.1: bảng điểm bắt buộc có minh chứng" in stays.text) == (422, True)
    await handed_in(house, "1.1")
    check = await page(unit, f"/bao-cao/{PERIOD}/kiem-tra")
    assert ("Mục 2.1: chưa đính kèm minh chứng" in check, "Gửi báo cáo" in check) == (True, True)
    report = (await unit.get(f"/api/registry{OF_PERIOD}/reports/{TAN_PHONG}")).json()
    assert (await submit(house, TAN_PHONG, "800", version=report["version"])).status_code == 201
