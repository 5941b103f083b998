"""Can the office look up, give, change and withdraw one unit's targets on pages, with nothing typed lost?"""

import re

import city
from city import CAMPAIGN, TAN_PHONG
from desks import at_the_pages, open_pages
from house import House

LIST = f"/phong-trao/{CAMPAIGN}/chi-tieu"
PAGE = f"{LIST}/{TAN_PHONG}"
TARGETS = f"/campaigns/{CAMPAIGN}/units/{TAN_PHONG}/targets"
GIVEN = {"version": "0", "giao:1.1": "", "ct:1.1": "1.250,5", "pd:1.1": "1300", "giao:2.1": "khong"}


async def test_the_office_gives_changes_and_withdraws_one_units_targets(house: House) -> None:
    await open_pages(house)
    async with at_the_pages(house, "noi-vu") as office, at_the_pages(house, "tan-phong") as unit:
        assert f'href="{LIST}"' in (await office.get(f"/phong-trao/{CAMPAIGN}")).text
        assert ((await unit.get(LIST)).status_code, (await unit.get(PAGE)).status_code) == (403, 403)
        assert "bảng điểm: 1.000" in (await office.get(PAGE)).text
        wrong = {**GIVEN, "ct:1.1": "1.250", "pd:1.1": "hai"}
        refused = await office.post(PAGE, data=wrong)
        assert refused.status_code == 422
        for words in (
            'value="1.250"',
            'value="hai"',
            "viết 1250 nếu là số nguyên",
            "Còn 2 chỗ cần sửa",
            'khong" selected',
        ):
            assert words in refused.text, words
        low = await office.post(PAGE, data={**GIVEN, "pd:1.1": "1000"})
        assert (low.status_code, "phải cao hơn chỉ tiêu 1250,5" in low.text) == (422, True)

        for _ in range(2):
            done = await office.post(PAGE, data=GIVEN)
            assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}?ghi=1"), "pressed twice it is one act"
        async with house.office("registry") as registry:
            assert (await registry.get(TARGETS)).json() == {
                "version": 1,
                "targets": [
                    {"criterion": "1.1", "assigned": True, "target": "1250.5", "stretch": "1300"},
                    {"criterion": "2.1", "assigned": False, "target": None},
                ],
            }
        page = (await office.get(PAGE)).text
        assert ('value="1250,5"' in page, 'value="1300"' in page, "Thu hồi chỉ tiêu" in page) == (True, True, True)

        late = await office.post(PAGE, data={**GIVEN, "ct:1.1": "900", "pd:1.1": ""})
        assert (late.status_code, "vừa được người khác sửa" in late.text) == (409, True)
        assert ('value="900"' in late.text, "chỉ tiêu 1250,5, phấn đấu 1300" in late.text) == (True, True)
        version = re.search(r'name="version" value="(\d+)"', late.text)
        assert version
        again = {**GIVEN, "ct:1.1": "900", "pd:1.1": "", "version": version[1]}
        assert (await office.post(PAGE, data=again)).status_code == 303

        stale = await office.post(PAGE, data={"viec": "thu-hoi", "version": "1"})
        assert (stale.status_code, 'value="900"' in stale.text) == (409, True)
        gone = await office.post(PAGE, data={"viec": "thu-hoi", "version": "2"})
        assert gone.headers["location"] == f"{PAGE}?ghi=thu-hoi"
        assert "Thu hồi chỉ tiêu giao riêng" not in (await office.get(PAGE)).text
        assert (await office.post(PAGE, data={"viec": "thu-hoi", "version": "2"})).status_code == 303


async def test_targets_of_a_campaign_are_searched_filtered_and_put_in_order(house: House) -> None:
    await open_pages(house)
    async with at_the_pages(house, "noi-vu") as office:
        assert (await office.post(PAGE, data=GIVEN)).status_code == 303

        async def shown(query: str) -> list[str]:
            rows = re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)', (await office.get(f"{LIST}?{query}")).text)
            return [each.split()[-1] for each in rows]

        assert await shown("") == ["Thắng", "Phong", "Thàng"]
        assert await shown("xep=z-a") == ["Thàng", "Phong", "Thắng"]
        assert await shown("tim=san+thang") == ["Thàng"]
        assert (await shown("giao=co"), await shown("giao=chua")) == (["Phong"], ["Thắng", "Thàng"])
        assert "Không có đơn vị nào như vậy" in (await office.get(f"{LIST}?tim=khac")).text
        file = (await office.get(f"{LIST}?giao=co&tep=csv")).text
        assert ("1.250,5" in file, "Không" in file, city.UNITS[TAN_PHONG] in file) == (True, True, True)
        async with house.office("registry") as registry:
            first = (await registry.get(f"/campaigns/{CAMPAIGN}/targets?limit=2")).json()
            rest = (await registry.get(f"/campaigns/{CAMPAIGN}/targets?limit=2&after={first['next']}")).json()
        assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
