"""Is everything a unit achieved on one page, with the years of those it goes on from, and for each reader only theirs?"""

import re
from uuid import uuid4

import city
import httpx2
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from desks import ACCOUNTS, at_the_pages, open_pages
from house import EVENT_SERVICES, House, ident

NEW = ident("anh-duong")
PERSON = ident("can-bo-01")
FILE = f"/thanh-tich/{TAN_PHONG}"
BOARD = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/boards/{BLOCK}"
DOCUMENT = {"document_number": "12/QĐ-UBND", "document_on": "10/11/2023", "document_by": "UBND thành phố"}
YEAR = {"headcount": 22, "completed_tasks": 21, "advanced_workers": 15, "grassroots_fighters": 2, "disciplined": 0}


def read(page: str) -> str:
    """Give what a page says, as it is read."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def entries_of(page: str) -> set[str]:
    """Give the entries of files that a page leads to."""
    return set(re.findall(r'href="(/ho-so-muc/[^"]+)"', page))


async def shown(client: httpx2.AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def a_year(house: House) -> None:
    """Have two units reported, the board frozen, and figures, an initiative and a registration kept of one."""
    for unit, amount in ((TAN_PHONG, "1000"), (QUYET_THANG, "900")):
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()
    async with house.office("scoring") as scoring:
        digest = (await scoring.get(f"{BOARD}/waiting")).json()["digest"]
        answer = await scoring.put(f"{BOARD}/publications/1", json={"state": "frozen", "digest": digest})
        assert answer.status_code == 200, answer.text
    async with house.office("registry") as office:
        body = {"unit_id": str(TAN_PHONG), "name": "Cán bộ 01", "words": "Công chức văn phòng", "from_on": "01/03/2021"}
        values = {"words": "Số hóa sổ tay", "grade": "grassroots", "from_on": "01/11/2023", **DOCUMENT}
        entry = {"version": 0, "kind": "initiative", "values": values, "person_id": str(PERSON)}
        rated = {"version": 0, "kind": "rating", "values": {"year": "2023", "grade": "good", **DOCUMENT}}
        award = {"version": 0, "kind": "award", "values": {"year": "2023", "grade": "provincial_flag", **DOCUMENT}}
        award["values"] |= {"document_number": "88/QĐ-UBND", "document_by": "UBND tỉnh"}
        pledge = {"act": "submit", "titles": ["TTLDTT"], "version": 0}
        formed = {**BLOCK_DOCUMENT, "decision_number": "1526/QĐ-UBND", "decision_on": "2023-02-10"}
        for answer in (
            await office.put(f"/people/{PERSON}", json=body),
            await office.put(f"/entries/{uuid4()}", json=entry),
            await office.put(f"/entries/{uuid4()}", json={**rated, "unit_id": str(TAN_PHONG)}),
            await office.put(f"/entries/{uuid4()}", json={**award, "unit_id": str(TAN_PHONG)}),
            await office.put(f"/units/{TAN_PHONG}/years/2023", json={**YEAR, "version": 0}),
            await office.post(f"/campaigns/{CAMPAIGN}/units/{TAN_PHONG}/pledge/steps", json=pledge),
            await office.put(f"/blocks/{BLOCK}", json=formed),
        ):
            assert answer.status_code in (200, 201), answer.text
    await house.quiet()


async def test_one_page_has_the_years_of_a_unit_and_each_reader_sees_what_is_theirs(house: House) -> None:
    await open_pages(house)
    await a_year(house)
    awarded = "Cờ thi đua của tỉnh, bộ, ngành Quyết định 88/QĐ-UBND, ngày 10/11/2023 · UBND tỉnh"
    private = ("Lao động tiên tiến", awarded, "88/QĐ", "Số hóa sổ tay", "Đăng ký", "22", "Vì sao?")
    async with at_the_pages(house, "tan-phong") as own:
        page = await shown(own, FILE)
        said = read(page)
        for words in ("Báo cáo năm 2023", "Khối xã, phường", "1/2", "100,00", "Đã chốt", "1526/QĐ-UBND", *private):
            assert words in said, words
        assert "Công chức văn phòng" in said
        assert "Cán bộ 01" not in said, "a post, never a name"
        assert f'href="/bang-khoi/{BLOCK}?ky={PERIOD}"' in page
        why = f"/vi-sao/{PERIOD}/{TAN_PHONG}?lan=1"
        assert f'href="{why}"' in page
        assert "100,00" in await shown(own, why)
        for begins in ("/", f"/bang-khoi/{BLOCK}", f"/don-vi/{TAN_PHONG}", "/nam"):
            assert f'href="{FILE}"' in await shown(own, begins), f"one click from {begins}"
        found = read(await shown(own, f"{FILE}?q=so+hoa"))
        assert ("Số hóa sổ tay" in found, "Báo cáo năm 2023" in found) == (True, False)
        # An award is found by the number of its decision, by its form, and by who gave it, marks or not.
        for asked in ("88/qd", "co+thi+dua", "ubnd+tinh"):
            found = read(await shown(own, f"{FILE}?q={asked}"))
            assert (awarded in found, "Số hóa sổ tay" in found) == (True, False), asked
        assert "Không có gì trong hồ sơ như" in await shown(own, f"{FILE}?q=khong+co")
        by_post = read(await shown(own, f"/can-bo/{PERSON}/thanh-tich"))
        assert ("Công chức văn phòng, Phường Tân Phong" in by_post, "Số hóa sổ tay" in by_post) == (True, True)
        assert "Cán bộ 01" not in by_post
    async with at_the_pages(house, "quyet-thang") as other:
        said = read(await shown(other, FILE))
        assert ("1/2" in said, "1526/QĐ-UBND" in said) == (True, True)
        assert not [words for words in private[1:] if words in said.partition("Bạn thấy những gì")[0]]
        assert (await other.get(f"/can-bo/{PERSON}/thanh-tich")).status_code == 403
    async with httpx2.AsyncClient(base_url=house.services["gateway"].url, timeout=10) as anybody:
        assert f'href="/cong-khai/don-vi/{TAN_PHONG}"' in await shown(anybody, f"/cong-khai/{PERIOD}/{BLOCK}")
        page = await shown(anybody, f"/cong-khai/don-vi/{TAN_PHONG}")
        assert ("1/2" in read(page), f'href="/cong-khai/{PERIOD}/{BLOCK}"' in page) == (True, True)
        assert not [words for words in (*private[1:], "1526/QĐ-UBND", "/vi-sao/") if words in read(page)]
        assert "/vi-sao/" not in page
        # A place that is not published is nobody's but the block's.
        assert "Chưa có bảng nào" in await shown(anybody, f"/cong-khai/don-vi/{SAN_THANG}")


async def test_a_successor_shows_the_years_of_those_it_goes_on_from_and_says_so(house: House) -> None:
    accounts = {**ACCOUNTS, "anh-duong": ("unit_officer", NEW)}
    await house.open([*EVENT_SERVICES, "gateway"], ACCOUNTS_FILE=house.write_accounts(**accounts))
    await city.found(house)
    await a_year(house)
    merged = {
        "kind": "merge",
        "unit_ids": [str(TAN_PHONG), str(QUYET_THANG)],
        "effective_on": "2023-11-16",
        "reason": "Sắp xếp đơn vị hành chính",
        "decision_number": "99/NQ-HĐND",
        "new_units": [{"unit_id": str(NEW), "name": "Phường Ánh Dương", "short_name": "P. Ánh Dương", "kind": "ward"}],
    }
    async with house.office("registry") as registry:
        seen = (await registry.post("/unit-changes/preview", json=merged)).json()["seen"]
        answer = await registry.post("/unit-changes", json={**merged, "seen": seen})
        assert answer.status_code == 201, answer.text
        line = (await registry.get(f"/units/{NEW}/line")).json()["items"]
        assert [each["name"] for each in line] == ["Phường Ánh Dương", "Phường Tân Phong", "Phường Quyết Thắng"]
    await house.quiet()
    for service in ("registry", "gateway"):
        await house.set_clock(service, "2023-12-20 08:00:00+07")
    async with at_the_pages(house, "noi-vu") as office:
        said = read(await shown(office, f"/thanh-tich/{NEW}"))
        assert "Trước ngày 16/11/2023 là Phường Tân Phong, Phường Quyết Thắng." in said
        for words in ("khi là Phường Tân Phong", "khi là Phường Quyết Thắng", "1/2", "2/2", "99/NQ-HĐND"):
            assert words in said, words
        assert "Số hóa sổ tay" in said
        assert len(entries_of(await shown(office, f"/thanh-tich/{NEW}"))) == 3
        # The list finds by the number of a decision, by a title, and by the short name, marks or not.
        listed = read(await shown(office, "/don-vi?tc=99/nq-hdnd&ngay=2023-12-01"))
        assert ("Phường Ánh Dương" in listed, "Xã San Thàng" in listed) == (True, False)
        for typed in ("1526/qd", "1526/QĐ"):
            assert "Xã San Thàng" in read(await shown(office, f"/don-vi?tc={typed}")), typed
        assert "P. Ánh Dương" in read(await shown(office, "/don-vi?q=p.+anh+duong&ngay=2023-12-01"))
        assert "Đơn vị đủ điều kiện theo số liệu" in await shown(office, "/don-vi?tc=tap+the+lao+dong")
    async with at_the_pages(house, "anh-duong") as heir:
        page = await shown(heir, f"/thanh-tich/{NEW}")
        assert ("88/QĐ-UBND" in page, "khi là Phường Tân Phong" in read(page)) == (True, True)
        # What is told of its predecessors is kept in files that it may not open; what it may open, it can.
        assert ("Hoàn thành tốt nhiệm vụ" in read(page), "Số hóa sổ tay" in read(page)) == (True, True)
        for path in entries_of(page):
            assert (await heir.get(path)).status_code == 200, path
    async with house.client("registry", ("unit_officer", SAN_THANG)) as stranger:
        assert (await stranger.get(f"/units/{NEW}/achievements")).status_code == 403
    async with house.client("registry", ("unit_officer", NEW)) as heir:
        kept = (await heir.get(f"/units/{NEW}/achievements")).json()
        assert [(each["unit_id"], each["headcount"]) for each in kept["years"]] == [(str(TAN_PHONG), 22)]
    async with house.client("awards", ("unit_officer", TAN_PHONG)) as ward:
        assert (await ward.get("/eligible-units?search=lao+dong")).status_code == 403
        assert (await ward.get(f"/units/{QUYET_THANG}/verdicts")).status_code == 403
