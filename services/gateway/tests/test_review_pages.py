"""Can a report be looked at and answered through pages alone, whatever has become of its unit meanwhile?"""

from city import CAMPAIGN, PERIOD, TAN_PHONG, report, submit
from desks import at_the_pages, open_pages
from house import House

NOWHERE = "Ngày kỳ này đóng, đơn vị không còn đứng trong khối thi đua nào."


async def test_a_head_takes_a_return_back_with_a_reason_that_the_unit_reads(house: House) -> None:
    await open_pages(house)
    sent = (await submit(house, TAN_PHONG, "1000")).json()
    page = f"/xem-xet/{sent['report_id']}"
    said = {"version": "1", "don-vi": str(TAN_PHONG)}
    async with (
        at_the_pages(house, "khoi-truong", follow_redirects=True) as head,
        at_the_pages(house, "tan-phong", follow_redirects=True) as unit,
    ):
        await head.post(page, data=said | {"viec": "tra-lai", "tra:1.1": "1", "vi:1.1": "Chưa khớp"})
        assert 'value="rut-tra"' in (await head.get(page)).text
        bare = await head.post(page, data=said | {"viec": "rut-tra", "ly-do-rut": "x"})
        assert (bare.status_code, "Lý do rút việc trả lại: ghi ít nhất 3 chữ" in bare.text) == (422, True)
        assert ">\nx</textarea>" in bare.text
        done = await head.post(page, data=said | {"viec": "rut-tra", "ly-do-rut": "Đã đối chiếu, khớp"})
        assert (done.status_code, "Đã rút việc trả lại Phường Tân Phong" in done.text) == (200, True)
        form = (await unit.get(f"/bao-cao/{PERIOD}")).text
        assert ("vì: Đã đối chiếu, khớp." in form, "mục phải sửa" in form) == (True, False)
        await house.quiet()
        assert "việc trả lại đã được rút" in (await unit.get("/tin")).text


async def leave(house: House, on: str) -> None:
    async with house.office("registry") as office:
        body = {"kind": "close", "unit_ids": [str(TAN_PHONG)], "effective_on": on, "reason": "Giải thể"}
        assert (await office.post("/unit-changes", json=body)).status_code == 201
    await house.quiet()


async def test_the_report_of_a_unit_that_is_no_more_is_returned_answered_and_accepted(house: House) -> None:
    await open_pages(house)
    sent = (await submit(house, TAN_PHONG, "1000")).json()
    # Today it is already gone, and no campaign's block holds it any more.
    await leave(house, "2023-11-10")
    page = f"/xem-xet/{sent['report_id']}"
    async with (
        at_the_pages(house, "noi-vu", follow_redirects=True) as office,
        at_the_pages(house, "tan-phong", follow_redirects=True) as unit,
    ):
        shown = await office.get(page)
        assert (shown.status_code, NOWHERE in shown.text, "Khối xã, phường" in shown.text) == (200, True, True)
        said = {"version": "1", "don-vi": str(TAN_PHONG), "viec": "tra-lai", "tra:1.1": "1", "vi:1.1": "Chưa khớp"}
        back = await office.post(page, data=said)
        assert (back.status_code, "Đã trả lại Phường Tân Phong 1 mục" in back.text) == (200, True)
        form = (await unit.get(f"/bao-cao/{PERIOD}")).text
        assert (NOWHERE in form, "Chưa khớp" in form) == (True, True)
        assert (await unit.get(f"/bao-cao/{PERIOD}/minh-chung/1.1")).status_code == 200
        body = report(TAN_PHONG, "990", version=1)
        async with house.client("registry", ("unit_officer", TAN_PHONG), account="tan-phong") as officer:
            assert (await officer.post("/reports", json=body)).status_code == 201
        # The next report in the queue is this one again.
        assert f'href="{page}"' in (await office.get("/xem-xet")).text
        done = await office.post(page, data={"version": "2", "don-vi": str(TAN_PHONG), "viec": "chap-nhan"})
        assert (done.status_code, "Đã chấp nhận Phường Tân Phong" in done.text) == (200, True)
        assert "Báo cáo này đã được chấp nhận." in (await unit.get(f"/bao-cao/{PERIOD}?pt={CAMPAIGN}")).text
