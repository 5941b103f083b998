"""Can whoever says who checks whom take it back on the page, and is it said why where that is too late?"""

import re
from decimal import Decimal

from city import BLOCK, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG, found, submit
from desks import ACCOUNTS, at_the_pages, open_pages
from house import EVENT_SERVICES, House

from scoring import actions
from scoring.actions import Reviewer
from scoring.rules import Look

PAGE = f"/cham-cheo?ky={PERIOD}&khoi={BLOCK}"
KEEP = f"/cham-cheo/phan-cong/{PERIOD}/{BLOCK}"


def chosen(page: str) -> dict[str, str]:
    """Give what the form would send: of each unit, who checks it."""
    return {
        unit: re.findall(r'<option value="([^"]+)" selected', options)[0]
        for unit, options in re.findall(r'name="cham:([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL)
    }


async def test_an_assignment_is_taken_back_and_stays_so_when_the_page_is_kept_again(house: House) -> None:
    await open_pages(house)
    assert (await submit(house, TAN_PHONG, "900")).status_code == 201
    await house.quiet()
    async with at_the_pages(house, "noi-vu") as office:
        suggested = chosen((await office.get(PAGE)).text)
        assert suggested.keys() == {str(unit) for unit in (TAN_PHONG, QUYET_THANG, SAN_THANG)}
        kept = {f"cham:{unit}": by for unit, by in suggested.items()} | {f"cham:{TAN_PHONG}": str(QUYET_THANG)}
        assert (await office.post(KEEP, data=kept)).status_code == 303
        taken_back = kept | {f"cham:{TAN_PHONG}": "khong"}
        assert (await office.post(KEEP, data=taken_back)).status_code == 303
        page = (await office.get(PAGE)).text
        assert chosen(page) == {**suggested, str(TAN_PHONG): "khong"}
        assert (await office.post(KEEP, data=kept)).status_code == 303
        async with house.at_work("scoring") as tx:
            looks, by = [Look("1.1", agreed=True)], Reviewer("Cán bộ đầu mối", QUYET_THANG)
            await actions.answer_cross_check(tx, (PERIOD, TAN_PHONG), looks, by)
        refused = await office.post(KEEP, data=taken_back)
        assert refused.status_code == 422
        assert "Đơn vị chấm đã có ý kiến về đơn vị này nên không bỏ phân công được" in refused.text
        assert chosen(refused.text)[str(TAN_PHONG)] == "khong"


async def test_the_office_only_reads_the_unit_that_it_is_itself(house: House) -> None:
    accounts = house.write_accounts(**ACCOUNTS)
    await house.open([*EVENT_SERVICES, "gateway"], ACCOUNTS_FILE=accounts, OFFICE_UNIT_ID=str(TAN_PHONG))
    await found(house)
    for unit in (TAN_PHONG, QUYET_THANG):
        assert (await submit(house, unit, "900")).status_code == 201
    await house.quiet()
    async with at_the_pages(house, "noi-vu") as office:
        for path in (f"/tham-dinh/{PERIOD}/{TAN_PHONG}", f"/cham-cheo/{PERIOD}/{TAN_PHONG}"):
            page = await office.get(path)
            assert page.status_code == 200, page.text
            assert ("Đơn vị này là chính Phòng Nội vụ" in page.text, 'name="viec"' in page.text) == (True, False)
        other = (await office.get(f"/tham-dinh/{PERIOD}/{QUYET_THANG}")).text
        assert ("chính Phòng Nội vụ" in other, 'name="viec"' in other) == (False, True)


async def test_the_office_is_told_that_nobody_can_conclude_on_its_own_unit_until_another_heads_the_block(
    house: House,
) -> None:
    accounts = house.write_accounts(**ACCOUNTS)
    await house.open([*EVENT_SERVICES, "gateway"], ACCOUNTS_FILE=accounts, OFFICE_UNIT_ID=str(TAN_PHONG))
    await found(house)
    assert (await submit(house, TAN_PHONG, "900")).status_code == 201
    await house.quiet()
    path = f"/cham-cheo/{PERIOD}/{TAN_PHONG}"
    looks = [Look("1.1", agreed=False, value=Decimal(850), reason="Theo biên bản đối chiếu với Kho bạc")]
    offered = f'href="/khoi/{BLOCK}#doi-khoi-truong"'
    async with at_the_pages(house, "noi-vu") as office:
        assert offered not in (await office.get(path)).text
        async with house.at_work("scoring") as tx:
            await actions.assign_cross_checks(tx, (PERIOD, BLOCK), {TAN_PHONG: QUYET_THANG}, "Khối trưởng")
        async with house.at_work("scoring") as tx:
            await actions.answer_cross_check(tx, (PERIOD, TAN_PHONG), looks, Reviewer("Quyết Thắng", QUYET_THANG))
        # The block is headed by that very unit.
        page = (await office.get(path)).text
        assert (offered in page, "chưa có khối trưởng là đơn vị khác" in page, 'name="viec"' in page) == (
            True,
            True,
            False,
        )
        turn = {"from_on": "2023-11-01", "head_unit_id": str(SAN_THANG), "reason": "Luân phiên khối trưởng"}
        async with house.office("registry") as registry:
            assert (await registry.post(f"/blocks/{BLOCK}/heads", json=turn)).status_code == 201
        assert offered not in (await office.get(path)).text


async def test_the_office_concludes_for_the_block_only_what_was_objected_to(house: House) -> None:
    await open_pages(house)
    assert (await submit(house, SAN_THANG, "700")).status_code == 201
    await house.quiet()
    path = f"/cham-cheo/{PERIOD}/{SAN_THANG}"
    looks = [Look("1.1", agreed=False, value=Decimal(650), reason="Theo biên bản đối chiếu với Kho bạc")]
    async with at_the_pages(house, "noi-vu") as office, at_the_pages(house, "tan-phong") as head:
        assert ['name="viec"' in (await each.get(path)).text for each in (office, head)] == [False, True]
        typed = {"version": "1", "y:1.1": "khac", "so:1.1": "680", "ly:1.1": "Theo biên bản họp khối", "viec": "luu"}
        assert (await office.post(path, data=typed)).status_code == 403
        async with house.at_work("scoring") as tx:
            await actions.assign_cross_checks(tx, (PERIOD, BLOCK), {SAN_THANG: QUYET_THANG}, "Khối trưởng")
        async with house.at_work("scoring") as tx:
            await actions.answer_cross_check(tx, (PERIOD, SAN_THANG), looks, Reviewer("Quyết Thắng", QUYET_THANG))
        page = (await office.get(path)).text
        assert ("Bạn kết luận các mục mà" in page, 'name="y:1.1"' in page, 'name="y:2.1"' in page) == (
            True,
            True,
            False,
        )
        wrong = await office.post(path, data={**typed, "ly:1.1": "ngắn"})
        assert (wrong.status_code, 'name="y:1.1"' in wrong.text, 'name="y:2.1"' in wrong.text) == (422, True, False)
        assert (await office.post(path, data=typed)).status_code == 303
        assert 'name="viec"' not in (await office.get(path)).text


async def test_an_assignment_under_a_final_board_is_refused_with_what_was_chosen(house: House) -> None:
    await open_pages(house)
    assert (await submit(house, TAN_PHONG, "900")).status_code == 201
    await house.quiet()
    async with house.at_work("scoring") as tx:
        await actions.assign_cross_checks(tx, (PERIOD, BLOCK), {TAN_PHONG: QUYET_THANG}, "Khối trưởng")
    async with at_the_pages(house, "tan-phong") as head, at_the_pages(house, "quyet-thang") as checker:
        task = f'href="/cham-cheo/{PERIOD}/{TAN_PHONG}"'
        assert task in (await checker.get("/")).text
        kept = chosen((await head.get(PAGE)).text) | {str(QUYET_THANG): str(TAN_PHONG)}
        await house.set_clock("scoring", "2023-12-20 09:00+07")
        async with house.office("scoring") as office:
            board = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/boards/{BLOCK}"
            seen = (await office.get(f"{board}/waiting")).json()
            body = {"state": "final", "digest": seen["digest"], "reason": "Khối đã họp và thống nhất"}
            assert (await office.put(f"{board}/publications/1", json=body)).status_code == 200
        refused = await head.post(KEEP, data={f"cham:{unit}": by for unit, by in kept.items()})
        assert (refused.status_code, chosen(refused.text)) == (409, kept)
        assert "đã công bố chính thức (lần 1), nên không phân công, chấm hay bỏ phiếu thêm được" in refused.text
        assert task not in (await checker.get("/")).text
