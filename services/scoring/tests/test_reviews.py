"""Do the doors of block review and appraisal let in whom they should, say how each item stands, and lose no objection?"""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import city
import httpx2
import pytest_asyncio
from city import BLOCK, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from house import CITY, House, ident

OF_PERIOD = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}"
OF_UNIT = f"{OF_PERIOD}/scores/{TAN_PHONG}"
OF_BLOCK = f"{OF_PERIOD}/boards/{BLOCK}"


@pytest_asyncio.fixture
async def house_with_reports(house: House) -> House:
    """Two of three units have reported: 1000 and 900 of 1000."""
    await house.open(("registry", "scoring", "notify"))
    await city.found(house)
    for unit, amount in ((TAN_PHONG, "1000"), (QUYET_THANG, "900")):
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()
    return house


def officer(house: House, unit: UUID) -> Any:
    return house.client("scoring", ("unit_officer", unit), account=f"officer-{unit}")


def head(house: House) -> Any:
    return house.client("scoring", ("block_head", BLOCK), account="head")


async def got(client: httpx2.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def sent(client: httpx2.AsyncClient, path: str, status: int = 200, **body: Any) -> Any:
    answer = await client.post(path, json={"report_version": 1, **body})
    assert answer.status_code == status, answer.text
    return answer.json()


def item(criterion: str, value: str | None = None, reason: str = "Theo biên bản") -> dict[str, Any]:
    return (
        {"criterion": criterion, "agreed": True}
        if value is None
        else {"criterion": criterion, "value": value, "reason": reason}
    )


async def assign(house: House) -> None:
    async with head(house) as client:
        suggested = {
            each["unit_id"]: each["suggested"] for each in (await got(client, f"{OF_BLOCK}/cross-checks"))["items"]
        }
        assert set(suggested) == set(map(str, (TAN_PHONG, QUYET_THANG, SAN_THANG)))
        assert all(unit != by for unit, by in suggested.items())
        checks = {**suggested, str(TAN_PHONG): str(QUYET_THANG)}
        answer = await client.put(f"{OF_BLOCK}/cross-checks", json={"checks": checks})
        assert answer.status_code == 200, answer.text


async def told(house: House, scope: UUID) -> list[str]:
    return [row["title"] for row in await house.rows("notify", "SELECT title FROM messages WHERE scope_id = $1", scope)]


async def test_a_cross_check_from_its_assignment_to_the_heads_conclusion(house_with_reports: House) -> None:
    house = house_with_reports
    await assign(house)
    async with officer(house, QUYET_THANG) as checker, head(house) as leader:
        (mine,) = (await got(checker, f"{OF_PERIOD}/cross-checks"))["items"]
        assert (mine["unit_id"], mine["items"], mine["waiting"]) == (str(TAN_PHONG), 2, 2)
        answered = await sent(checker, f"{OF_UNIT}/cross-check", items=[item("2.1"), item("1.1", "800")])
        assert (answered["agreed"], answered["objected"]) == (1, 1)
        # An objection changes nothing yet: it waits for the head.
        report = await got(leader, f"{OF_UNIT}/columns")
        assert report["totals"]["final"]["points"] == report["totals"]["self"]["points"] == "100.00"
        assert report["lines"][0]["items"][0]["objection"]["reason"] == "Theo biên bản"
        rows = (await got(leader, f"{OF_BLOCK}/cross-checks"))["items"]
        assert [(row["agreed"], row["objected"]) for row in rows if row["unit_id"] == str(TAN_PHONG)] == [(1, 1)]
        await sent(leader, f"{OF_UNIT}/verdicts", column="block", items=[item("1.1", "850")])
        report = await got(leader, f"{OF_UNIT}/columns")
        assert {name: total["points"] for name, total in report["totals"].items()} == {
            "self": "100.00",
            "block": "86.50",
            "final": "86.50",
        }
        first = report["lines"][0]
        assert (first["items"][0]["objection"], first["items"][0]["reported"]) == (None, "1000")
        assert [(said["column"], said["value"], said["counts"]) for said in first["items"][0]["said"]] == [
            ("block", "850", True)
        ]
        refused = await sent(checker, f"{OF_UNIT}/cross-check", 409, items=[item("1.1")])
        assert "khối trưởng đã kết luận" in refused["detail"]
        table = (await got(leader, f"{OF_BLOCK}/columns"))["rows"]
        assert [(row["self"], row["block"], row["gap"]) for row in table if row["unit_id"] == str(TAN_PHONG)] == [
            ("100.00", "86.50", "13.50")
        ]
    await house.quiet()
    assert "Khối chấm khác số đã báo cáo ở 1 mục" in await told(house, TAN_PHONG)
    assert "Bạn được phân công chấm chéo Phường Tân Phong" in await told(house, QUYET_THANG)
    assert "Phường Quyết Thắng không đồng ý 1 mục của Phường Tân Phong" in await told(house, BLOCK)


async def test_a_head_who_agrees_with_the_unit_settles_an_objection_too(house_with_reports: House) -> None:
    house = house_with_reports
    await assign(house)
    async with officer(house, QUYET_THANG) as checker, head(house) as leader:
        await sent(checker, f"{OF_UNIT}/cross-check", items=[item("1.1")])
        assert (await sent(checker, f"{OF_UNIT}/cross-check", items=[item("1.1", "800")]))["objected"] == 1
        assert (await sent(leader, f"{OF_UNIT}/verdicts", column="block", items=[item("1.1")]))["given"] == 1
        report = await got(leader, f"{OF_UNIT}/columns")
        assert report["lines"][0]["items"][0]["objection"] is None


async def test_the_office_speaks_for_the_block_only_where_a_checking_unit_objected(house_with_reports: House) -> None:
    house = house_with_reports
    await assign(house)
    async with officer(house, QUYET_THANG) as checker, house.office("scoring") as office, head(house) as leader:
        looks = [item("1.1", "850"), item("2.1")]
        refused = await sent(office, f"{OF_UNIT}/verdicts", 409, column="block", items=looks)
        assert (refused["criteria"], refused["instead"][1]) == (
            ["1.1", "2.1"],
            "Phòng Nội vụ ghi ý kiến ở cột thẩm định, với các mục 1.1, 2.1",
        )
        await sent(checker, f"{OF_UNIT}/cross-check", items=[item("1.1", "800")])
        refused = await sent(office, f"{OF_UNIT}/verdicts", 409, column="block", items=looks)
        assert refused["criteria"] == ["2.1"]
        # The head of the block may be of that very unit: somebody has to conclude.
        assert (await sent(office, f"{OF_UNIT}/verdicts", column="block", items=looks[:1]))["given"] == 1
        await sent(office, f"{OF_UNIT}/verdicts", 409, column="block", items=[item("1.1", "860")])
        assert (await sent(leader, f"{OF_UNIT}/verdicts", column="block", items=[item("1.1", "840")]))["given"] == 1
    both = house.client("scoring", ("city_office", CITY), ("block_head", BLOCK), account="both")
    async with both as heading:
        assert (await sent(heading, f"{OF_UNIT}/verdicts", column="block", items=[item("2.1")]))["given"] == 1


async def test_who_may_look_at_what(house_with_reports: House) -> None:
    house = house_with_reports
    await assign(house)
    both = house.client("scoring", ("block_head", BLOCK), ("unit_officer", TAN_PHONG), account="head-of-own-unit")
    async with both as head_of_own, officer(house, SAN_THANG) as stranger, officer(house, QUYET_THANG) as checker:
        refused = await sent(head_of_own, f"{OF_UNIT}/verdicts", 403, column="block", items=[item("1.1")])
        assert "Không ai tự chấm đơn vị của mình" in refused["detail"]
        await sent(stranger, f"{OF_UNIT}/cross-check", 403, items=[item("1.1")])
        await sent(checker, f"{OF_UNIT}/verdicts", 403, column="block", items=[item("1.1")])
        await sent(checker, f"{OF_UNIT}/verdicts", 403, column="appraisal", items=[item("1.1")])
        elsewhere = house.client("scoring", ("block_head", ident("other-block")), account="head-elsewhere")
        async with elsewhere as head_of_another:
            for path in (OF_UNIT, f"{OF_UNIT}/columns", f"{OF_UNIT}/appeals"):
                await got(checker, path)
                for refused_to in (stranger, head_of_another):
                    assert (await refused_to.get(path)).status_code == 403, path
    async with head(house) as leader:
        answer = await leader.put(f"{OF_BLOCK}/cross-checks", json={"checks": {str(TAN_PHONG): str(TAN_PHONG)}})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["message"] == "Không đơn vị nào tự chấm mình"


async def test_what_the_office_has_looked_at_leaves_its_queue_and_comes_back_with_a_new_report(
    house_with_reports: House,
) -> None:
    house = house_with_reports
    async with house.office("scoring") as office:
        queue = await got(office, f"{OF_PERIOD}/appraisals")
        assert (queue["waiting"], [row["unit_id"] for row in queue["items"]]) == (
            2,
            sorted(map(str, (TAN_PHONG, QUYET_THANG))),
        )
        first = queue["items"][0]
        following = await got(
            office, f"{OF_PERIOD}/appraisals?after_block={first['block_id']}&after_unit={first['unit_id']}"
        )
        assert [row["unit_id"] for row in following["items"]] == [queue["items"][1]["unit_id"]]
        await sent(office, f"{OF_UNIT}/verdicts", column="appraisal", items=[item("1.1"), item("2.1")])
        assert (await got(office, f"{OF_PERIOD}/appraisals"))["waiting"] == 1
        done = (await got(office, f"{OF_PERIOD}/appraisals?which=done"))["items"]
        assert [row["unit_id"] for row in done] == [str(TAN_PHONG)]
        assert (await submit(house, TAN_PHONG, "950", version=1)).status_code == 201
        await house.quiet()
        assert (await got(office, f"{OF_PERIOD}/appraisals"))["waiting"] == 2


async def test_the_office_says_nothing_of_the_unit_that_it_is_itself(house: House) -> None:
    await house.open(("registry", "scoring", "notify"), OFFICE_UNIT_ID=str(TAN_PHONG))
    await city.found(house)
    for unit in (TAN_PHONG, QUYET_THANG):
        assert (await submit(house, unit, "900")).status_code == 201
    await house.quiet()
    async with house.office("scoring") as office:
        for column in ("appraisal", "block"):
            refused = await sent(office, f"{OF_UNIT}/verdicts", 403, column=column, items=[item("1.1")])
            assert "chính Phòng Nội vụ, nên Phòng Nội vụ chỉ xem. Khối chấm" in refused["detail"]
        assert (await got(office, f"{OF_UNIT}/columns"))["of_office"]
        queue = await got(office, f"{OF_PERIOD}/appraisals")
        assert (queue["waiting"], [row["unit_id"] for row in queue["items"]]) == (1, [str(QUYET_THANG)])
        other = OF_UNIT.replace(str(TAN_PHONG), str(QUYET_THANG))
        assert not (await got(office, f"{other}/columns"))["of_office"]
        await sent(office, f"{other}/verdicts", column="appraisal", items=[item("1.1")])
    async with head(house) as leader:
        await sent(leader, f"{OF_UNIT}/verdicts", column="block", items=[item("1.1", "850")])


async def test_an_objection_to_the_offices_own_unit_is_settled_by_whom_it_names_and_the_refusal_says_whom(
    house: House,
) -> None:
    await house.open(("registry", "scoring", "notify"), OFFICE_UNIT_ID=str(TAN_PHONG))
    await city.found(house)
    for unit in (TAN_PHONG, QUYET_THANG):
        assert (await submit(house, unit, "900")).status_code == 201
    await house.quiet()
    await assign(house)
    async with house.office("scoring") as office, officer(house, QUYET_THANG) as checker:
        await sent(checker, f"{OF_UNIT}/cross-check", items=[item("1.1", "800"), item("2.1")])
        refused = await sent(office, f"{OF_UNIT}/verdicts", 403, column="block", items=[item("1.1")])
        head, another, itself = refused["instead"]
        assert head.startswith("Ghi một đơn vị khác của khối làm khối trưởng")
        assert another.startswith("Giao một đơn vị khác chấm chéo")
        assert itself == "Đơn vị chấm chéo xem lại mục mình không đồng ý"
        # Of its own appraisal there is nothing that a head could do.
        assert "instead" not in await sent(office, f"{OF_UNIT}/verdicts", 403, column="appraisal", items=[item("1.1")])
        unsettled = (await got(office, f"{OF_BLOCK}/waiting"))["open"]
        assert "1 báo cáo có ý kiến không đồng ý chờ khối trưởng kết luận" in unsettled
        again = {"checks": {str(TAN_PHONG): str(SAN_THANG)}}
        assert (await office.put(f"{OF_BLOCK}/cross-checks", json=again)).status_code == 200
        async with officer(house, SAN_THANG) as other:
            assert (await sent(other, f"{OF_UNIT}/cross-check", items=[item("1.1")]))["agreed"] == 1
        unsettled = (await got(office, f"{OF_BLOCK}/waiting"))["open"]
        assert not any("không đồng ý" in words for words in unsettled)


async def test_under_a_final_board_no_report_waits_for_the_office(house_with_reports: House) -> None:
    house = house_with_reports
    await house.set_clock("scoring", "2023-12-20 09:00+07")
    async with house.office("scoring") as office:
        assert (await got(office, f"{OF_PERIOD}/appraisals"))["waiting"] == 2
        seen = await got(office, f"{OF_BLOCK}/waiting")
        body = {"state": "final", "digest": seen["digest"], "reason": "Khối đã họp và thống nhất"}
        done = await office.put(f"{OF_BLOCK}/publications/1", json=body)
        assert done.status_code == 200, done.text
        queue = await got(office, f"{OF_PERIOD}/appraisals")
        assert (queue["waiting"], queue["items"]) == (0, [])


async def test_a_verdict_is_given_once_under_one_key(house_with_reports: House) -> None:
    body = {"report_version": 1, "column": "appraisal", "items": [item("1.1", "800")]}
    key = {"Idempotency-Key": str(uuid4())}
    async with house_with_reports.office("scoring") as office:
        answers = [await office.post(f"{OF_UNIT}/verdicts", json=body, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


async def test_how_reviewers_differ_is_told_with_the_lines_that_make_it_so(house_with_reports: House) -> None:
    house = house_with_reports
    async with house.office("scoring") as office:
        await sent(office, f"{OF_UNIT}/verdicts", column="appraisal", items=[item("1.1", "700"), item("2.1")])
        found = (await got(office, f"{OF_PERIOD}/discrepancies?between=self-appraisal&least=5"))["items"]
        assert [(row["unit_id"], row["difference"]) for row in found] == [(str(TAN_PHONG), "-27.00")]
        assert [(line["criterion"], line["difference"]) for line in found[0]["lines"]] == [("1.1", "-27.00")]
        assert not (await got(office, f"{OF_PERIOD}/discrepancies?between=self-appraisal&least=50"))["items"]
        for percent, count in (("27", 1), ("27.01", 0)):
            asked = f"{OF_PERIOD}/discrepancies?between=self-appraisal&least_percent={percent}"
            assert len((await got(office, asked))["items"]) == count, percent
        # Of twice as many points the same gap is half as much.
        await house.run("scoring", "UPDATE scores SET maximum = 200")
        for percent, count in (("13.5", 1), ("13.51", 0)):
            asked = f"{OF_PERIOD}/discrepancies?between=self-appraisal&least_percent={percent}"
            assert len((await got(office, asked))["items"]) == count, percent
        await house.run("scoring", "UPDATE scores SET maximum = 100")
        assert not (await got(office, f"{OF_PERIOD}/discrepancies?between=self-block"))["items"]
        fair = await got(office, f"{OF_PERIOD}/fairness")
        (block,) = fair["blocks"]
        assert (block["units"], block["looked_at"], block["lowered"]) == (2, 1, 1)
        assert Decimal(block["difference"]) == -27
        (reviewer,) = fair["reviewers"]
        assert (reviewer["looks"], reviewer["changed"], reviewer["lowered"], reviewer["column"]) == (
            2,
            1,
            1,
            "appraisal",
        )
        assert [Decimal(reviewer[name]) for name in ("difference", "taken", "added", "largest")] == [-27, 27, 0, 27]
        assert [line["criterion"] for line in fair["same_in_blocks"]] == ["2.1"]
        (one,) = (await got(office, f"{OF_PERIOD}/fairness/units"))["items"]
        assert (one["unit_id"], one["self"], one["final"], one["difference"]) == (
            str(TAN_PHONG),
            "100.00",
            "73.00",
            "-27.00",
        )
        assert not (await got(office, f"{OF_PERIOD}/fairness/units?block_id={uuid4()}"))["items"]
    async with officer(house, TAN_PHONG) as unit:
        for path in ("fairness", "fairness/units"):
            assert (await unit.get(f"{OF_PERIOD}/{path}")).status_code == 403
