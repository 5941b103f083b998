"""Do scores and places follow from the events alone, and is what does not follow from them named?"""

import random
from decimal import Decimal
from typing import Any

import city
from city import BLOCK, BLOCK_DOCUMENT, PERIOD, QUYET_THANG, SAN_THANG, SHEET, SHEET_DOCUMENT, TAN_PHONG, submit
from house import House, ident

from chassis.testing import eventually
from contracts.appraisal import Column
from scoring import actions
from scoring.actions import Reviewer
from scoring.rules import Look
from thidua import replay

OTHER_BLOCK = ident("other-block")


async def replayed(house: House) -> replay.Replayed:
    addresses = [house.templates.admin_url(house.database(service)) for service in ("scoring", "registry")]
    return await replay.replay_scoring(*addresses)


async def put(house: House, service: str, path: str, body: dict[str, Any]) -> None:
    async with house.office(service) as office:
        answer = await office.put(path, json=body)
        assert answer.status_code == 200, answer.text


async def form(house: House, block_id: Any, *members: Any) -> None:
    body = {**BLOCK_DOCUMENT, "head_unit_id": None, "member_unit_ids": [str(unit) for unit in members]}
    await put(house, "registry", f"/blocks/{block_id}", body)


async def rescore(house: House, **asked: Any) -> None:
    async with house.office("scoring") as office:
        started = (await office.post(f"/sheets/{SHEET}/rescorings", json=asked)).json()

        async def ended() -> bool:
            return bool((await office.get(f"/rescorings/{started['rescoring_id']}")).json()["ended_at"])

        await eventually(ended, expect="the rescoring has ended")


async def test_a_city_that_has_seen_much_is_what_its_events_make_of_it(house: House) -> None:
    """Amendments, a new sheet without and with rescoring, a unit in another block, everything once more and shuffled."""
    await house.open(("registry", "scoring"))
    await city.found(house)
    for version, amounts in enumerate((("1000", "850", "720"), ("900", "850", "990"))):
        for unit, amount in zip((TAN_PHONG, QUYET_THANG, SAN_THANG), amounts, strict=True):
            assert (await submit(house, unit, amount, version=version)).status_code == 201
    await house.quiet()
    await put(house, "scoring", f"/sheets/{SHEET}", {**SHEET_DOCUMENT, "step": "0.5"})
    await house.quiet()
    assert (await submit(house, TAN_PHONG, "911", version=2)).status_code == 201
    await form(house, BLOCK, TAN_PHONG, QUYET_THANG)
    await form(house, OTHER_BLOCK, SAN_THANG)
    await house.quiet()
    # The same figures, but on another board.
    assert (await submit(house, SAN_THANG, "990", version=2)).status_code == 201
    await house.quiet()
    before = await replayed(house)
    assert replay.in_words(before).endswith("dữ liệu lưu khớp với sự kiện.")
    assert before.compared.rows["scores"] == before.compared.rows["places"] == 3
    await rescore(house)
    await house.publish_again(shuffled_by=random.Random(7))
    await house.quiet()
    after = await replayed(house)
    assert (after.compared.differing, after.events) == (0, before.events)
    assert await versions(house) == [2]
    # Back to the first version, and one that reports after that.
    await rescore(house, version=1, reason="Bản thứ hai chưa được thông qua")
    await house.quiet()
    assert ((await replayed(house)).compared.differing, await versions(house)) == (0, [1])
    assert (await submit(house, TAN_PHONG, "911", version=3)).status_code == 201
    await house.quiet()
    assert ((await replayed(house)).compared.differing, await versions(house)) == (0, [1])
    await rescore(house)
    await house.quiet()
    assert ((await replayed(house)).compared.differing, await versions(house)) == (0, [2])


async def versions(house: House) -> list[int]:
    found = await house.rows("scoring", "SELECT DISTINCT sheet_version FROM scores ORDER BY 1")
    return [row["sheet_version"] for row in found]


async def test_a_unit_that_moved_and_one_that_withdrew_stand_where_their_events_put_them(house: House) -> None:
    """Each has a report that does not stand where, or does not count as, it was sent; also after a rescoring."""
    await house.open(("registry", "scoring"))
    await city.found(house)
    await form(house, BLOCK, TAN_PHONG, QUYET_THANG)
    await form(house, OTHER_BLOCK, SAN_THANG)
    await house.quiet()
    for unit, amount in ((TAN_PHONG, "1000"), (QUYET_THANG, "850"), (SAN_THANG, "720")):
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()
    async with house.office("registry") as office:
        move = {"kind": "move", "unit_ids": [str(TAN_PHONG)], "block_id": str(OTHER_BLOCK), "reason": "Theo quyết định"}
        answer = await office.post("/unit-changes", json={**move, "effective_on": "2023-12-01"})
        assert answer.status_code == 201, answer.text
        stands = (await office.get(f"/campaigns/{city.CAMPAIGN}/periods/{PERIOD}/reports/{QUYET_THANG}")).json()
        withdrawn = {"version": stands["version"]}
        answer = await office.post(f"/reports/{stands['report_id']}/withdraw", json=withdrawn)
        assert answer.status_code == 200, answer.text
    await house.quiet()
    before = await replayed(house)
    assert replay.in_words(before).endswith("dữ liệu lưu khớp với sự kiện.")
    counted = {name: before.compared.rows[name] for name in ("moves", "reports", "scores", "places")}
    assert counted == {"moves": 1, "reports": 3, "scores": 2, "places": 2}
    await put(house, "scoring", f"/sheets/{SHEET}", {**SHEET_DOCUMENT, "step": "0.5"})
    await rescore(house)
    await house.publish_again(shuffled_by=random.Random(7))
    await house.quiet()
    after = await replayed(house)
    assert replay.in_words(after).endswith("dữ liệu lưu khớp với sự kiện.")
    await house.run("scoring", "UPDATE moves SET until_year = 2030")
    (line, _) = replay.in_words(await replayed(house)).splitlines()
    assert line == (
        "Thay đổi đơn vị (Phường Tân Phong, 01/12/2023): năm cuối được tính đang lưu 2030, theo sự kiện là 2023."
    )


async def test_what_reviewers_said_is_rebuilt_but_for_the_reasons(house: House) -> None:
    """On the version on which the report was scored, though another was published since."""
    await house.open(("registry", "scoring"))
    await city.found(house)
    for unit, amount in ((TAN_PHONG, "1000"), (QUYET_THANG, "850")):
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()
    await put(house, "scoring", f"/sheets/{SHEET}", {**SHEET_DOCUMENT, "step": "0.5"})
    looks = [Look("1.1", agreed=False, value=Decimal(600), reason="Theo biên bản"), Look("2.1", agreed=True)]
    async with house.at_work("scoring") as tx:
        await actions.give_verdicts(tx, (PERIOD, TAN_PHONG), Column.APPRAISAL, looks, Reviewer("Phòng Nội vụ"))
    told = await replayed(house)
    assert replay.in_words(told).endswith("dữ liệu lưu khớp với sự kiện.")
    assert (told.compared.rows["verdicts"], await versions(house)) == (2, [1])
    assert (await city.board(house))[0][0] == "Phường Quyết Thắng"


async def test_what_scoring_has_not_taken_up_yet_is_no_difference(house: House) -> None:
    await house.open(("registry", "scoring"))
    await city.found(house)
    assert (await submit(house, TAN_PHONG, "900")).status_code == 201
    await house.quiet()
    house.services["scoring"].stop()
    assert (await submit(house, TAN_PHONG, "1000", version=1)).status_code == 201
    told = await replayed(house)
    assert (told.compared.differing, told.compared.rows["scores"]) == (0, 1)


async def test_whatever_was_falsified_is_named(house: House) -> None:
    await house.open(("registry", "scoring"))
    await city.found(house)
    for unit, amount in ((TAN_PHONG, "900"), (QUYET_THANG, "800")):
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()
    await house.run(
        "scoring",
        f"UPDATE scores SET points = 99 WHERE unit_id = '{TAN_PHONG}'",
        f"DELETE FROM places WHERE unit_id = '{QUYET_THANG}'",
        f"""INSERT INTO places (period_id, block_id, unit_id, among) VALUES ('{PERIOD}', '{BLOCK}', '{SAN_THANG}', 2)""",
    )
    told = await replayed(house)
    lines = replay.in_words(told).splitlines()
    assert sorted(lines[:-1]) == sorted(
        [
            "Điểm (Báo cáo năm 2023, Phường Tân Phong): điểm đang lưu 99, theo sự kiện là 91.",
            "Thứ hạng (Báo cáo năm 2023, Khối xã, phường, Phường Quyết Thắng): sự kiện cho ra dòng này, nhưng không thấy lưu.",
            "Thứ hạng (Báo cáo năm 2023, Khối xã, phường, Xã San Thàng): có lưu, nhưng không sự kiện nào cho ra dòng này.",
        ]
    )
    assert lines[-1].endswith("3 dòng không khớp.")


async def publish(house: House, number: int, state: str = "frozen", reason: str | None = None) -> None:
    board = f"/campaigns/{city.CAMPAIGN}/periods/{PERIOD}/boards/{BLOCK}"
    async with house.office("scoring") as office:
        seen = (await office.get(f"{board}/waiting")).json()
        body = {"state": state, "digest": seen["digest"], "reason": reason}
        answer = await office.put(f"{board}/publications/{number}", json=body)
        assert answer.status_code == 200, answer.text


async def test_what_was_published_objected_and_appealed_follows_from_events_and_a_falsified_place_is_named(
    house: House,
) -> None:
    """A board published twice with a withdrawal and a rescoring between, a cross-check with an objection, an appeal."""
    await house.open(("registry", "scoring"))
    await city.found(house)
    for unit, amount in ((TAN_PHONG, "1000"), (QUYET_THANG, "850"), (SAN_THANG, "900")):
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()
    async with house.at_work("scoring") as tx:
        checks = {TAN_PHONG: QUYET_THANG, QUYET_THANG: TAN_PHONG}
        await actions.assign_cross_checks(tx, (PERIOD, BLOCK), checks, "Khối trưởng")
    async with house.at_work("scoring") as tx:
        look = Look("1.1", agreed=False, value=Decimal(900), reason="Biên bản ghi 900")
        await actions.answer_cross_check(tx, (PERIOD, TAN_PHONG), [look], Reviewer("Cán bộ đầu mối", QUYET_THANG))
    await publish(house, 1)
    await put(house, "scoring", f"/sheets/{SHEET}", {**SHEET_DOCUMENT, "step": "0.5"})
    await rescore(house)
    async with house.office("registry") as office:
        stands = (await office.get(f"/campaigns/{city.CAMPAIGN}/periods/{PERIOD}/reports/{SAN_THANG}")).json()
        answer = await office.post(f"/reports/{stands['report_id']}/withdraw", json={"version": stands["version"]})
        assert answer.status_code == 200, answer.text
    await house.quiet()
    async with house.client("scoring", ("unit_officer", QUYET_THANG), account="officer") as officer:
        of = {"period_id": str(PERIOD), "unit_id": str(QUYET_THANG), "item": "1.1"}
        filed = await officer.post("/appeals", json={**of, "reason": "Kho bạc xác nhận 950 triệu", "value": "950"})
        assert filed.status_code == 201, filed.text
    await publish(house, 2)
    told = await replayed(house)
    assert replay.in_words(told).endswith("dữ liệu lưu khớp với sự kiện.")
    counted = ("boards", "cross_checks", "objections", "appeals", "appeal_steps", "publications", "published_places")
    assert {name: told.compared.rows[name] for name in counted} == {
        "boards": 1,
        "cross_checks": 2,
        "objections": 1,
        "appeals": 1,
        "appeal_steps": 1,
        "publications": 2,
        "published_places": 5,
    }
    # Past the triggers, digest and fingerprint of the text made to fit: the events still tell another place.
    forged = (await house.rows("scoring", "SELECT board FROM publications WHERE number = 1"))[0]["board"]
    forged = forged.replace('"rank":1,', '"rank":9,')
    await house.run(
        "scoring",
        "SET session_replication_role = replica",
        f"UPDATE published_places SET rank = 9 WHERE number = 1 AND unit_id = '{TAN_PHONG}'",
        f"UPDATE publications SET board = $forged${forged}$forged$, digest = encode(sha256(convert_to("
        f"$forged${forged}$forged$, 'UTF8')), 'hex') WHERE number = 1",
        "UPDATE cross_checks SET by_unit = unit_id",
        "UPDATE appeals SET state = 'rejected'",
    )
    told = await replayed(house)
    found = {(each.table, *each.columns) for each in told.compared.named}
    assert found == {
        ("published_places", "rank"),
        ("publications", "board", "digest"),
        ("cross_checks", "by_unit"),
        ("appeals", "state"),
    }
    where = "Báo cáo năm 2023, Khối xã, phường, 1, Phường Tân Phong"
    line = f"Hạng đã công bố ({where}): hạng đang lưu 9, theo sự kiện là 1."
    assert line in replay.in_words(told).splitlines()
