"""Do the pages show the units of all blocks beside one another, to everybody what is published and to the office what stands?"""

import html
import re
from typing import Any

import httpx2
from city import (
    BLOCK,
    BLOCK_DOCUMENT,
    CAMPAIGN,
    PERIOD,
    QUYET_THANG,
    SAN_THANG,
    SHEET_DOCUMENT,
    TAN_PHONG,
    submit,
)
from desks import at_the_pages, open_pages
from house import House, ident

OTHER_BLOCK, OTHER_SHEET = ident("city-page-block"), ident("city-page-sheet")


async def formed(house: House) -> None:
    """Two blocks under two sheets; all have reported, and the board of the first is published."""
    async with house.office("registry") as registry, house.office("scoring") as scoring:
        other = {**SHEET_DOCUMENT, "name": "Bảng điểm của xã"}
        first = {**BLOCK_DOCUMENT, "member_unit_ids": [str(TAN_PHONG), str(QUYET_THANG)]}
        second = {"name": "Khối các xã", "sheet_id": str(OTHER_SHEET), "head_unit_id": None}
        second = {**BLOCK_DOCUMENT, **second, "member_unit_ids": [str(SAN_THANG)]}
        for client, path, body in (
            (scoring, f"/sheets/{OTHER_SHEET}", other),
            (registry, f"/blocks/{BLOCK}", first),
            (registry, f"/blocks/{OTHER_BLOCK}", second),
        ):
            answer = await client.put(path, json=body)
            assert answer.status_code == 200, answer.text
        await house.quiet()
        for unit, amount in ((TAN_PHONG, "1000"), (QUYET_THANG, "800"), (SAN_THANG, "900")):
            assert (await submit(house, unit, amount)).status_code == 201
        await house.quiet()
        board = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/boards/{BLOCK}"
        seen: Any = (await scoring.get(f"{board}/waiting")).json()
        body = {"state": "frozen", "digest": seen["digest"]}
        assert (await scoring.put(f"{board}/publications/1", json=body)).status_code == 200


def rows(page: httpx2.Response) -> list[list[str]]:
    assert page.status_code == 200, page.text
    _, _, table = page.text.partition("<tbody>")
    found = re.findall(r"<tr.*?</tr>", table.partition("</tbody>")[0], re.DOTALL)
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[dh].*?</t[dh]>", row)] for row in found]


async def test_each_sees_of_the_whole_city_what_is_theirs_to_see(house: House) -> None:
    url = await open_pages(house)
    await formed(house)
    live = [["1", "Phường Tân Phong"], ["2", "Xã San Thàng"], ["3", "Phường Quyết Thắng"]]
    published = [["1", "Phường Tân Phong"], ["2", "Phường Quyết Thắng"]]
    async with httpx2.AsyncClient(base_url=url, timeout=10) as anybody:
        window = await anybody.get("/cong-khai/thanh-pho")
        assert [row[:2] for row in rows(window)] == published
        assert rows(window)[1][2:6] == ["Khối xã, phường", "2", "82,00/100", "82,00%"]
        assert "Hạng chính thức là hạng trong từng khối" in window.text
        assert "/cong-khai/thanh-pho" in (await anybody.get("/cong-khai")).text
        assert [row[:2] for row in rows(await anybody.get("/cong-khai/thanh-pho?xem=dang-tinh"))] == published
        before = await anybody.get("/cong-khai/thanh-pho?luc=2023-01-01T08:00")
        assert "max-age" in before.headers["cache-control"]
        assert "Đến lúc đó chưa công bố bảng của khối nào." in before.text
        assert "Đúng như đã công bố đến lúc 08:00 ngày 01/01/2023" in before.text
        for wrong in ("2123-01-01T08:00", "hôm qua"):
            refused = await anybody.get(f"/cong-khai/thanh-pho?luc={wrong}")
            assert refused.status_code == 422
            assert "max-age" not in refused.headers.get("cache-control", "")
            assert ("Chọn một thời điểm trước" in refused.text) == wrong.startswith("2")
            assert "Phường Quyết Thắng" in refused.text
    async with at_the_pages(house, "tan-phong") as unit:
        assert "San Thàng" not in (await unit.get("/bang-thanh-pho?xem=dang-tinh")).text
        assert f"/bang-thanh-pho?ky={PERIOD}" in (await unit.get(f"/bang-khoi/{BLOCK}")).text
    async with at_the_pages(house, "noi-vu") as office:
        assert [row[:2] for row in rows(await office.get("/bang-thanh-pho"))] == published
        page = await office.get("/bang-thanh-pho?xem=dang-tinh")
        assert [row[:2] for row in rows(page)] == live
        assert rows(page)[1][-1] == "Tạm tính"
        # Without marks, by block, by sheet.
        (one,) = rows(await office.get("/bang-thanh-pho?xem=dang-tinh&tim=san+thang"))
        assert one[1:4] == ["Xã San Thàng", "Khối các xã", "1"]
        for chosen in (f"khoi={OTHER_BLOCK}", f"bang={OTHER_SHEET}"):
            assert [row[1] for row in rows(await office.get(f"/bang-thanh-pho?xem=dang-tinh&{chosen}"))] == [one[1]]
        assert "Không có đơn vị nào tên như" in (await office.get("/bang-thanh-pho?tim=khongcoai")).text
        # What is no id is as good as no filter, not an error.
        assert len(rows(await office.get("/bang-thanh-pho?xem=dang-tinh&khoi=&bang=x&sau=a~b"))) == len(live)
        file = await office.get("/bang-thanh-pho?xem=dang-tinh&tep=csv")
        lines = file.content.decode("utf-8-sig").splitlines()
        assert lines[1].split(";")[:7] == [
            "1",
            "Phường Tân Phong",
            "Khối xã, phường",
            "1",
            "100,00",
            "100,00",
            "100,00",
        ]
        assert [re.sub(r" \d.*", "", line.split(";")[-1]) for line in lines[1:]] == ["Đã chốt", "Tạm tính", "Đã chốt"]


def printed(page: httpx2.Response) -> tuple[str, str]:
    """Give the fingerprint that a print carries, and the address at which it says that it can be checked."""
    assert page.status_code == 200, page.text
    (foot,) = re.findall(r'<p class="chi-in">(.*?)</p>', page.text)
    found = re.search(r"Dấu vân bảng ([0-9A-F ]+) .*mở lại địa chỉ (\S+) và so dấu vân", html.unescape(foot))
    assert found, foot
    return found[1], found[2]


async def test_what_is_printed_can_be_checked_where_the_print_says(house: House) -> None:
    """Of no published board the page of fingerprints knows; such a print says where the same board is shown again."""
    url = await open_pages(house)
    await house.set_clock("scoring", "2023-11-15 09:00+07")
    await house.set_clock("gateway", "2023-11-15 09:00+07")
    await formed(house)
    async with at_the_pages(house, "noi-vu") as office, httpx2.AsyncClient(base_url=url, timeout=10) as anybody:
        of_city = printed(await office.get(f"/bang-thanh-pho?ky={PERIOD}&tim=tan&khoi={BLOCK}"))
        for service in ("scoring", "gateway"):
            await house.set_clock(service, "2023-11-16 09:00+07")
        assert (await submit(house, QUYET_THANG, "1000", version=1)).status_code == 201
        await house.quiet()
        board = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/boards/{BLOCK}"
        async with house.office("scoring") as scoring:
            seen = (await scoring.get(f"{board}/waiting")).json()
            body = {"state": "frozen", "digest": seen["digest"]}
            assert (await scoring.put(f"{board}/publications/2", json=body)).status_code == 200
        now = printed(await office.get(f"/bang-thanh-pho?ky={PERIOD}"))
        assert now[0] != of_city[0]
        assert printed(await anybody.get(of_city[1])) == of_city
        past = printed(await office.get(f"/bang-khoi/{BLOCK}?ky={PERIOD}&luc=2023-11-15T12:00"))
        assert printed(await office.get(past[1])) == past
        published = (await office.get(f"/bang-khoi/{BLOCK}?ky={PERIOD}")).text
        assert "địa chỉ /kiem-tra-bang" in published
        assert (
            "kiem-tra-bang" not in (await office.get(past[1])).text.partition('class="chi-in"')[2].partition("</p>")[0]
        )
