"""Does everybody get the published results as data, whole, page by page, and nothing that was not published?"""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import httpx2
import jsonschema
from city import BLOCK, BLOCK_DOCUMENT, CAMPAIGN, PERIOD, QUYET_THANG, SAN_THANG, TAN_PHONG, submit
from desks import at_the_pages, open_pages
from house import House, ident

from scoring.rules.disclosure import OF_A_BOARD, OF_A_PLACED_ROW, OF_A_ROW, Audience

OTHER_BLOCK = ident("open-data-block")
INDEX, CITY_BOARD, CAMPAIGNS = "/cong-khai", "/cong-khai/thanh-pho", "/cong-khai/phong-trao"
BOARD, HIDDEN = f"/cong-khai/{PERIOD}/{BLOCK}", f"/cong-khai/{PERIOD}/{OTHER_BLOCK}"
EVERY = [f"{path}.{form}" for path in (INDEX, CITY_BOARD, CAMPAIGNS, BOARD, HIDDEN) for form in ("json", "csv")]


async def formed(house: House) -> None:
    """Two blocks; all have reported: nothing is published yet."""
    async with house.office("registry") as registry:
        for block_id, units, name in (
            (BLOCK, (TAN_PHONG, QUYET_THANG), "Khối xã, phường"),
            (OTHER_BLOCK, (SAN_THANG,), "Khối các xã"),
        ):
            members = {"name": name, "member_unit_ids": [str(unit) for unit in units], "head_unit_id": None}
            answer = await registry.put(f"/blocks/{block_id}", json={**BLOCK_DOCUMENT, **members})
            assert answer.status_code == 200, answer.text
    await house.quiet()
    for unit, amount in ((TAN_PHONG, "1000"), (QUYET_THANG, "800"), (SAN_THANG, "900")):
        assert (await submit(house, unit, amount)).status_code == 201
    await house.quiet()


async def publish(house: House) -> str:
    """Freeze the board of the first block; give its fingerprint."""
    async with house.office("scoring") as scoring:
        board = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/boards/{BLOCK}"
        seen: Any = (await scoring.get(f"{board}/waiting")).json()
        answer = await scoring.put(f"{board}/publications/1", json={"state": "frozen", "digest": seen["digest"]})
        assert answer.status_code == 200, answer.text
        return str(seen["fingerprint"])


def rows(answer: httpx2.Response) -> list[dict[str, str]]:
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


def leaves(part: Any) -> Iterator[Any]:
    if isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from leaves(each)
    else:
        yield part


async def test_what_is_not_published_is_no_data_whoever_asks(house: House) -> None:
    url = await open_pages(house)
    await formed(house)
    async with httpx2.AsyncClient(base_url=url, timeout=10) as anybody, at_the_pages(house, "noi-vu") as office:
        for path in EVERY:
            before = await anybody.get(path)
            assert "Phường Tân Phong" not in before.text
            assert before.status_code == (404 if str(PERIOD) in path else 200), path
        await publish(house)
        first = {path: (await anybody.get(path)).content for path in EVERY}
        assert b"San Th" not in b"".join(first.values())
        assert str(OTHER_BLOCK).encode() not in b"".join(body for path, body in first.items() if HIDDEN not in path)
        for path, body in first.items():
            # The office sees no more here than anybody, whatever it asks for.
            assert (await office.get(path)).content == body, path
            for more in ("xem=dang-tinh", "standing=live", f"khoi={OTHER_BLOCK}&xem=dang-tinh"):
                assert b"San Th" not in (await office.get(f"{path}?{more}")).content, (path, more)

        # What changes afterwards is nobody's to see before it is published.
        assert (await submit(house, QUYET_THANG, "950", version=1)).status_code == 201
        await house.quiet()
        for path, body in first.items():
            assert (await anybody.get(path)).content == body, path

        # Every field is one that the service discloses to everybody, or the name of what has an id there.
        board, city = json.loads(first[f"{BOARD}.json"]), json.loads(first[f"{CITY_BOARD}.json"])
        names = {"unit", "block", "period", "order", "published_at"}
        disclosed = OF_A_BOARD[Audience.PUBLIC] | names
        assert board["board"].keys() <= disclosed
        assert all(row.keys() <= OF_A_ROW[Audience.PUBLIC] | names for row in board["items"])
        placed = OF_A_PLACED_ROW[Audience.PUBLIC] | names | {"number", "state"}
        assert all(row.keys() <= placed for row in city["items"])
        # And every value of the board is on the page that everybody reads.
        window = (await anybody.get(BOARD)).text
        for row in board["items"]:
            assert row["unit"] in window
            assert f"{row['points']:.2f}".replace(".", ",") in window
        assert not {"submitted", "groups", "sheet_version"} & {str(each) for each in leaves(board)}


async def test_boards_are_read_page_by_page_as_json_and_as_csv(house: House) -> None:
    url = await open_pages(house)
    await formed(house)
    fingerprint = await publish(house)
    async with httpx2.AsyncClient(base_url=url, timeout=10) as anybody:
        index = (await anybody.get(f"{INDEX}.json?pt={CAMPAIGN}")).json()
        (head,) = index["items"]
        assert (head["block"], head["state"], head["number"]) == ("Khối xã, phường", "frozen", 1)
        assert (head["fingerprint"], index["next"]) == (fingerprint, None)
        assert "ghi nguồn" in index["license_note"]
        found: list[dict[str, Any]] = []
        onward: str | None = f"{BOARD}.json?so=1"
        while onward:
            answer = await anybody.get(onward)
            page = answer.json()
            assert (page["board"], len(page["items"])) == (head, 1)
            assert (f'<{page["next"]}>; rel="next"' in answer.headers["link"]) == bool(page["next"])
            found += page["items"]
            onward = page["next"]
        assert [(row["unit"], row["rank"], row["points"], row["percent"]) for row in found] == [
            ("Phường Tân Phong", 1, 100.0, 100.0),
            ("Phường Quyết Thắng", 2, 82.0, 82.0),
        ]
        told = rows(await anybody.get(f"{BOARD}.csv"))
        assert [(row["unit"], row["rank"], row["points"], row["fingerprint"]) for row in told] == [
            ("Phường Tân Phong", "1", "100.0", fingerprint),
            ("Phường Quyết Thắng", "2", "82.0", fingerprint),
        ]
        one = (await anybody.get(f"{CITY_BOARD}.json?so=1")).json()
        two = (await anybody.get(one["next"])).json()
        assert [row["order"] for row in (*one["items"], *two["items"])] == [1, 2]
        assert (two["items"][0]["unit"], two["next"]) == ("Phường Quyết Thắng", None)
        assert [row["name"] for row in rows(await anybody.get(f"{CAMPAIGNS}.csv"))] == ["Phong trào thi đua năm 2023"]


async def test_data_may_be_kept_asked_for_again_and_read_by_other_sites(house: House) -> None:
    url = await open_pages(house)
    await formed(house)
    await publish(house)
    site = {"origin": "https://bao.example"}
    async with httpx2.AsyncClient(base_url=url, timeout=10, headers=site) as anybody:
        for path in (f"{INDEX}.json", f"{BOARD}.csv", f"{CITY_BOARD}.json"):
            answer = await anybody.get(path)
            assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
            assert (answer.headers["cache-control"], "set-cookie" in answer.headers) == ("public, max-age=60", False)
            assert answer.headers["last-modified"].endswith("GMT")
            again = await anybody.get(path, headers={"if-none-match": f'"x", W/{answer.headers["etag"]}'})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
            assert (await anybody.get(path, headers={"if-none-match": '"x"'})).status_code == 200
        asking = await anybody.options(f"{BOARD}.json", headers={"access-control-request-method": "GET"})
        assert (asking.status_code, asking.headers["access-control-allow-methods"]) == (204, "GET")
        assert (await anybody.options("/cong-khai")).status_code == 404
        refused = await anybody.get(f"/cong-khai/{PERIOD}/{ident('nowhere')}.json")
        assert (refused.status_code, refused.headers["content-type"]) == (404, "application/problem+json")
        assert refused.headers["access-control-allow-origin"] == "*"
        too_many = await anybody.get(f"{INDEX}.json?so=501")
        assert (too_many.status_code, too_many.headers["content-type"]) == (422, "application/problem+json")
        # Who changes anything is still asked where they come from.
        assert (await anybody.post(f"{INDEX}.json")).status_code == 405

        document = (await anybody.get("/cong-khai/luoc-do.json")).json()
        for path, name in ((INDEX, "Boards"), (BOARD, "Board"), (CITY_BOARD, "CityBoard"), (CAMPAIGNS, "Campaigns")):
            schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
            jsonschema.validate((await anybody.get(f"{path}.json")).json(), schema)
        page = (await anybody.get("/cong-khai/du-lieu-mo")).text
        assert ("Điều kiện dùng lại" in page, "Dấu vân bảng, 64" in page) == (True, True)
        assert "/cong-khai/du-lieu-mo" in (await anybody.get("/cong-khai")).text
