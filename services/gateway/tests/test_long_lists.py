"""Has every long list on the pages a next page, filters and an order to choose, and does it say what it shows?"""

import re
from collections.abc import AsyncIterator
from html import unescape

import city
import httpx2
import pytest
import pytest_asyncio
from city import PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from desks import at_the_pages, open_pages
from house import House, ident

OLD = ident("period of last year")


@pytest_asyncio.fixture
async def front(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A whole house with the small city, and the office signed in at its pages."""
    await open_pages(house)
    async with at_the_pages(house, "noi-vu") as client:
        yield client


async def page(client: httpx2.AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def onward(text: str, words: str) -> str:
    """Give the address behind the link with these words; empty where there is none."""
    found = re.search(rf'href="([^"]+)">{words}', text)
    return unescape(found[1]) if found else ""


async def test_the_review_queue_is_searched_filtered_and_put_in_order(house: House, front: httpx2.AsyncClient) -> None:
    for unit_id in (SAN_THANG, TAN_PHONG, QUYET_THANG):
        assert (await submit(house, unit_id, "900")).status_code == 201

    async def shown(query: str) -> list[str]:
        rows = re.findall(r'<th scope="row"><a href="/xem-xet/[^"]+">([^<]+)', await page(front, f"/xem-xet?{query}"))
        return [each.split()[-1] for each in rows]

    assert await shown("") == ["Thàng", "Phong", "Thắng"]
    assert await shown("xep=moi") == ["Thắng", "Phong", "Thàng"]
    assert await shown("xep=ten") == ["Thắng", "Phong", "Thàng"]
    assert await shown("tim=san+thang") == ["Thàng"]
    assert await shown(f"ky={PERIOD}&muon=khong") == ["Thàng", "Phong", "Thắng"]
    assert await shown("muon=co") == []
    none = await page(front, "/xem-xet?tim=khong+co")
    assert ("Không có báo cáo nào như vậy" in none, 'value="khong co"' in none, "Bỏ lọc" in none) == (True, True, True)


async def test_checked_lists_and_drafts_have_a_next_page(house: House, front: httpx2.AsyncClient) -> None:
    async with house.office("registry") as office:
        for number in range(11):
            answer = await office.post(
                "/imports",
                params={"about": "units", "name": f"tep-{number}.csv"},
                content=f"Tên,Loại,Ngày thành lập\nTổ {number},Trường học,01/09/2020\n".encode(),
                headers={"content-type": "application/octet-stream"},
            )
            assert answer.status_code == 201, answer.text
        for number in range(51):
            assert (await office.put(f"/campaign-drafts/{ident(f'draft {number}')}", json={})).status_code == 200
    first = await page(front, "/nhap-danh-sach")
    assert ("tep-10.csv" in first, "tep-0.csv" in first) == (True, False)
    second = await page(front, f"/nhap-danh-sach{onward(first, '10 tệp tiếp theo')}")
    assert ("tep-10.csv" in second, "tep-0.csv" in second, "Về đầu danh sách" in second) == (False, True, True)
    oldest = await page(front, "/nhap-danh-sach?ds=units&xep=cu")
    assert oldest.index("tep-0.csv") < oldest.index("tep-9.csv")
    found = await page(front, "/nhap-danh-sach?tim=TEP-7&tinh-trang=checked")
    assert ("tep-7.csv" in found, "tep-1.csv" in found) == (True, False)
    assert "Không có tệp nào như vậy." in await page(front, "/nhap-danh-sach?tinh-trang=done")
    drafts = await page(front, "/phong-trao")
    assert drafts.count("Phong trào chưa đặt tên") == 50
    more = await page(front, f"/phong-trao{onward(drafts, '50 bản thảo tiếp theo')}")
    assert (more.count("Phong trào chưa đặt tên"), "bản thảo tiếp theo" in more) == (1, False)
    address = f"/campaign-drafts/{ident('draft 7')}/sections/document"
    async with house.office("registry") as office:
        named = await office.put(address, json={"version": 0, "values": {"name": "Đền ơn đáp nghĩa"}})
        assert named.status_code == 200, named.text
    found = await page(front, "/phong-trao?tim=den+on")
    assert ("Đền ơn đáp nghĩa" in found, "Phong trào chưa đặt tên" in found) == (True, False)


async def test_campaigns_units_and_pledges_are_filtered_and_put_in_order(front: httpx2.AsyncClient) -> None:
    assert "Phong trào thi đua năm 2023" in await page(front, "/phong-trao?tim=phong+trao&nam=2023&loai=yearly&xep=cu")
    assert "Không có phong trào nào như vậy." in await page(front, "/phong-trao?tinh-trang=closed")
    assert "Không có phong trào nào như vậy." in await page(front, "/phong-trao?tim=khac")
    units = await page(front, "/don-vi?xep=z-a")
    assert units.index("Xã San Thàng") < units.index("Phường Tân Phong") < units.index("Phường Quyết Thắng")


async def test_blocks_are_searched_put_in_order_and_given_as_such_a_file(
    house: House, front: httpx2.AsyncClient
) -> None:
    async with house.office("registry") as office:
        for name, unit in (
            ("Khối trường học", TAN_PHONG),
            ("Khối đoàn thể", QUYET_THANG),
            ("Khối xã, phường", SAN_THANG),
        ):
            alone = {"name": name, "head_unit_id": None, "member_unit_ids": [str(unit)]}
            body = {**city.BLOCK_DOCUMENT, "year": 2024, **alone}
            assert (await office.put(f"/blocks/{ident(name)}", json=body)).status_code == 200

    async def shown(query: str) -> list[str]:
        return re.findall(
            r'<th scope="row"><a href="/khoi/[^"]+">Khối ([^<]+)', await page(front, f"/khoi?nam=2024&{query}")
        )

    assert await shown("") == ["đoàn thể", "trường học", "xã, phường"]
    assert await shown("xep=z-a") == ["xã, phường", "trường học", "đoàn thể"]
    assert await shown("tim=DOAN+THE") == ["đoàn thể"]
    assert "không có khối nào tên như vậy" in await page(front, "/khoi?nam=2024&tim=khac")
    file = await page(front, "/khoi?nam=2024&tim=truong&tep=csv")
    assert ("Khối trường học" in file, "Khối đoàn thể" in file) == (True, False)


@pytest.mark.usefixtures("front")
async def test_evidence_is_searched_in_the_store_and_where_it_is_used_again(house: House) -> None:
    async with at_the_pages(house, "tan-phong") as officer:
        line = f"/bao-cao/{PERIOD}/minh-chung/1.1"
        async with house.client("registry", ("unit_officer", TAN_PHONG)) as own:
            for name in ("Biên bản.pdf", *[f"ảnh {number}.pdf" for number in range(51)]):
                about = {"unit_id": str(TAN_PHONG), "name": name}
                taken = await own.post("/evidence", params=about, content=b"%PDF-1.7\n" + name.encode())
                assert taken.status_code == 201, taken.text
        assert "Biên bản.pdf" not in await page(officer, line), "fifty newer ones stand before it"
        found = await page(officer, f"{line}?tim=bien+ban")
        assert ('name="dung-lai"' in found, "Biên bản.pdf" in found, "ảnh 7.pdf" in found) == (True, True, False)
        assert "Biên bản.pdf" in await page(officer, line + onward(await page(officer, line), "50 tệp tiếp theo"))
        assert "Không có tệp nào tên như" in await page(officer, f"{line}?tim=khong+co")
        stored = await page(officer, "/minh-chung?tim=anh+7&xep=cu")
        assert ("ảnh 7.pdf" in stored, "Biên bản.pdf" in stored, 'value="anh 7"' in stored) == (True, False, True)
        assert "Không có tệp nào tên như vậy" in await page(officer, "/minh-chung?tim=khac&chua_gan=1")


async def test_a_unit_finds_all_it_ever_reported(house: House, front: httpx2.AsyncClient) -> None:
    sent = (await submit(house, TAN_PHONG, "900")).json()
    async with at_the_pages(house, "tan-phong") as officer:
        assert 'href="/cac-bao-cao"' in await page(officer, "/bao-cao")
        every = await page(officer, "/cac-bao-cao?xep=cu&muon=khong&trang_thai=submitted")
        assert (sent["receipt_number"] in every, "Phong trào thi đua năm 2023" in every) == (True, True)
        assert "Không có báo cáo nào như vậy." in await page(officer, "/cac-bao-cao?trang_thai=accepted")
        found = await page(officer, "/cac-bao-cao?tim=phong+trao+thi+dua")
        assert (f'href="/bao-cao/{PERIOD}"' in found, 'value="phong trao thi dua"' in found) == (True, True)
        assert "Không có báo cáo nào như vậy." in await page(officer, "/cac-bao-cao?tim=6+thang")
        old = {**city.CAMPAIGN_DOCUMENT, "year": 2022, "name": "Phong trào năm 2022", "starts_on": "2022-01-01"}
        old |= {"ends_on": "2022-12-31", "periods": [{**city.CAMPAIGN_DOCUMENT["periods"][0], "period_id": str(OLD)}]}
        async with house.office("registry") as office:
            assert (await office.put(f"/campaigns/{ident('2022')}", json=old)).status_code == 200
        place = f"/campaigns/{ident('2022')}/periods/{OLD}/reports/{TAN_PHONG}/draft"
        async with house.client("registry", ("unit_officer", TAN_PHONG)) as own:
            assert (await own.put(place, json={"version": 0, "fields": {"1.1": "5"}})).status_code == 200
        assert f'href="/bao-cao/{OLD}"' in await page(officer, "/cac-bao-cao?tim=nam+2022")
    assert (await front.get("/cac-bao-cao")).status_code == 403
