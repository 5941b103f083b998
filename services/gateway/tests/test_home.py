"""Does the landing page of a unit lead on to where its writer stopped, and to its people?"""

import re

from city import PERIOD, TAN_PHONG
from desks import at_the_pages, open_pages
from house import House

from registry.rules.lists import PEOPLE, write_csv

FORM = f"/bao-cao/{PERIOD}"


async def test_a_report_in_progress_says_how_much_it_wants_and_opens_at_the_first_of_it(house: House) -> None:
    await open_pages(house)
    async with at_the_pages(house, "tan-phong") as unit:

        async def card() -> str:
            return (await unit.get("/")).text.partition('class="day"')[2].partition("</li>")[0]

        assert ("Bắt đầu" in await card(), "#muc-" in await card()) == (True, False), "nothing is missing before a word"
        typed = {"don-vi": str(TAN_PHONG), "version": "0", "muc:1.1": "1.000"}
        assert (await unit.post(FORM, data=typed)).status_code == 303
        said = await card()
        assert ("còn 2 mục" in said, "còn thiếu 2 mục" in said) == (True, True)
        assert re.findall(r'<a [^>]*href="([^"]+)"', said) == [f"{FORM}#muc-1.1"] * 2
        assert 'id="muc-1.1"' in (await unit.get(FORM)).text
        assert (await unit.post(FORM, data={**typed, "version": "1", "muc:1.1": "1000"})).status_code == 303
        said = await card()
        assert ("còn 1 mục" in said, f'href="{FORM}#muc-2.1"' in said) == (True, True)
        assert (await unit.post(FORM, data={**typed, "version": "2", "muc:1.1": "1000", "muc:2.1": "có"})).is_redirect
        said = await card()
        assert ("Kiểm tra và gửi" in said, f'href="{FORM}/kiem-tra"' in said, "mục" in said) == (True, True, True)


async def test_a_unit_comes_to_its_people_from_every_page_and_hands_a_list_in_there(house: House) -> None:
    """U6: the section, the file, and what is right in it: three clicks."""
    await open_pages(house)
    async with at_the_pages(house, "tan-phong") as unit, at_the_pages(house, "noi-vu") as office:
        assert (await unit.get("/bao-cao")).text.count('href="/can-bo"') == 1
        assert (await unit.get("/")).text.count('href="/can-bo"') == 2, "a phone shows four sections: the page leads on"
        page = (await unit.get("/can-bo")).text
        assert re.search(r'<a href="/can-bo" aria-current="page">', page)
        action = re.search(r'<form class="tam" method="post" enctype="multipart/form-data" action="([^"]+)"', page)
        assert action
        rows = [["Cán bộ 01", "Chuyên viên", "01/03/2021"], ["Cán bộ 02", "Văn thư", "hôm qua"]]
        file = write_csv([[PEOPLE[key].heading for key in ("name", "post", "from_on")], *rows])
        sent = await unit.post(action[1], files={"tep": ("can-bo.csv", file)})
        assert sent.status_code == 303, sent.text
        checked = await unit.get(sent.headers["location"])
        assert "Chỉ ghi các dòng đúng" in checked.text, checked.text
        assert (await unit.post(f"{sent.headers['location']}/ghi")).status_code == 303
        assert "Cán bộ 01" in (await unit.get("/can-bo")).text
        assert 'href="/can-bo"' not in (await office.get("/")).text, "the office goes by Đơn vị"
