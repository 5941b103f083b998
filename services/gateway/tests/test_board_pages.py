"""Does the preview say what is open before a board is final, and the page of fairness what was taken from whom?"""

import re
from decimal import Decimal

from city import BLOCK, PERIOD, QUYET_THANG, TAN_PHONG, submit
from desks import at_the_pages, open_pages
from house import House

from contracts.appraisal import Column
from scoring import actions
from scoring.actions import Reviewer
from scoring.rules import Look

PREVIEW = f"/bang-khoi/{BLOCK}/cong-bo"


async def test_a_board_is_final_on_its_page_for_a_reason_where_not_all_have_looked(house: House) -> None:
    await open_pages(house)
    for unit, amount in ((TAN_PHONG, "1000"), (QUYET_THANG, "900")):
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()
    async with house.at_work("scoring") as tx:
        looks = [Look("1.1", agreed=False, value=Decimal(800), reason="Theo biên bản"), Look("2.1", agreed=True)]
        await actions.give_verdicts(tx, (PERIOD, TAN_PHONG), Column.APPRAISAL, looks, Reviewer("Phòng Nội vụ"))
    await house.quiet()
    await house.set_clock("scoring", "2023-12-20 08:00:00+07")
    async with at_the_pages(house, "noi-vu") as office:
        fair = (await office.get(f"/cong-bang?khoi={BLOCK}")).text
        shown = re.sub(r"<[^>]+>", " ", fair)
        assert re.search(r"Phường Tân Phong\s+Khối xã, phường\s+100,00\s+–\s+82,00\s+82,00\s+−18,00", shown), shown
        assert re.search(r"Phòng Nội vụ\s+Thẩm định\s+1\s+2\s+1\s+\(50%\)\s+1\s+0\s+18,00\s+0,00\s+18,00", shown), shown
        file = (await office.get("/cong-bang?tep=csv")).content.decode("utf-8-sig").splitlines()
        assert file[1].split(";") == ["Phường Tân Phong", "Khối xã, phường", "100,00", "", "82,00", "82,00", "-18,00"]

        page = (await office.get(PREVIEW)).text
        assert "1 báo cáo chưa thẩm định xong" in page
        assert "Công bố chính thức, có lý do" in page
        sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)) | {"viec": "final"}
        refused = await office.post(PREVIEW, data=sent)
        assert (refused.status_code, "thì phải ghi lý do" in refused.text) == (409, True)
        why = "Khối xin công bố sớm theo lịch họp"
        done = await office.post(PREVIEW, data={**sent, "ly_do": why})
        assert done.status_code == 303, done.text
        assert why in (await office.get(done.headers["location"])).text
