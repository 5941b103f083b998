"""Is a file checked without a trace, kept in pieces that can be repeated, and given back with what became of each row?"""

import io

import city
import httpx2
import pytest_asyncio
from city import CAMPAIGN, PERIOD, QUYET_THANG, TAN_PHONG, submit
from handed_in import fetched, keep, send
from house import CITY, House
from openpyxl import load_workbook

from registry.actions.lists import imports as keeping
from registry.actions.lists.spreadsheets import write_xlsx
from registry.rules.lists import RESULTS, TARGETS, UNITS

HEAD = [column.heading for column in UNITS.columns]


@pytest_asyncio.fixture
async def registry(house: House) -> House:
    await house.open(["registry", "scoring"])
    await city.found(house)
    return house


def book(*rows: list[str]) -> bytes:
    return write_xlsx(UNITS, HEAD, rows)


def new(name: str, above: str = "", **more: str) -> list[str]:
    return [
        "",
        name,
        more.get("kind", "Trường học"),
        above,
        more.get("code", ""),
        more.get("day", "01/09/2020"),
        more.get("short", ""),
    ]


async def events(house: House, kind: str) -> int:
    rows = await house.rows("registry", "SELECT count(*) AS n FROM event_log WHERE type = $1", f"registry.{kind}.v1")
    return int(rows[0]["n"])


async def test_a_check_changes_nothing_and_names_every_fault(registry: House) -> None:
    async with registry.office("registry") as office:
        before = (await office.get("/units?state=all")).json()
        rows = [
            new("Trường A", "Phường Tân Phong"),
            new("Trường B", kind="Trường", day="hôm qua"),
            new("Trường C", "X"),
        ]
        told = await send(office, book(*rows))
        assert (told["state"], told["counts"], told["places"]) == ("checked", {"new": 1, "faulty": 2}, 1)
        faults = (await office.get(f"/imports/{told['import_id']}/faults")).json()["items"]
        assert [fault["cell"] for row in faults for fault in row["faults"]] == ["C3", "F3", "D4"]
        assert (await office.get("/units?state=all")).json() == before


async def test_what_is_kept_is_as_if_it_had_been_typed_and_again_it_changes_nothing(registry: House) -> None:
    content = book(new("Tổ 1", "Trường A"), new("Trường A", "Phường Tân Phong", code="007"))
    async with registry.office("registry") as office:
        told = await keep(office, await send(office, content))
        assert (told["done"], told["places"]) == (2, 2)
        units = {unit["name"]: unit for unit in (await office.get("/units")).json()["items"]}
        assert units["Trường A"]["parent_id"] == str(TAN_PHONG)
        assert units["Tổ 1"]["parent_id"] == units["Trường A"]["unit_id"]
        assert units["Trường A"]["code"] == "007"
        history = (await office.get(f"/units/{units['Tổ 1']['unit_id']}/history")).json()
        assert [change["kind"] for change in history["changes"]] == ["registered"]
        before = await events(registry, "unit_registered")
        again = await office.post(f"/imports/{told['import_id']}/pieces")
        assert again.json() == told
        assert (await send(office, content))["counts"] == {"same": 2}
        assert await events(registry, "unit_registered") == before == 5


async def test_what_stands_goes_out_and_comes_in_unchanged(registry: House) -> None:
    async with registry.office("registry") as office:
        await keep(office, await send(office, book(new("Trường A", "Phường Tân Phong", code="007"), new("Trường B"))))
        for form in ("xlsx", "csv"):
            content = await fetched(office, "/lists/units/file", form=form, filled="true")
            assert (await send(office, content, name=f"x.{form}"))["counts"] == {"same": 5}
        empty = load_workbook(io.BytesIO(await fetched(office, "/lists/units/file")))
        assert [cell.value for cell in empty.worksheets[0][1]] == HEAD


async def test_a_short_name_goes_out_and_in_and_is_never_left_behind_in_silence(registry: House) -> None:
    async with registry.office("registry") as office:
        await keep(office, await send(office, book(new("Trường A", short="T. A"), new("Trường B", short="T. B"))))
        content = await fetched(office, "/lists/units/file", form="xlsx", filled="true")
        sheet = (stands := load_workbook(io.BytesIO(content))).worksheets[0]
        rows = {row[1].value: row for row in sheet.iter_rows(min_row=2)}
        assert (sheet["G1"].value, rows["Trường A"][6].value) == ("Tên gọi tắt", "T. A")
        rows["Trường A"][6].value, rows["Trường B"][1].value = "Tr. A", "Trường Bê"
        stands.save(changed := io.BytesIO())
        told = await send(office, changed.getvalue())
        assert told["counts"] == {"same": 3, "changed": 2}
        faults = (await office.get(f"/imports/{told['import_id']}/faults")).json()["items"]
        assert [fault["message"] for row in faults for fault in row["faults"]] == [
            "Tên đơn vị: đổi tên nhưng tên gọi tắt vẫn là T. B"
        ]
        await keep(office, told)
        found = {unit["name"]: unit["short_name"] for unit in (await office.get("/units?search=tr")).json()["items"]}
        assert (found["Trường A"], found["Trường Bê"]) == ("Tr. A", "T. B")
        # A file without that column leaves it as it is; an empty cell of it takes it away.
        bare = [[name, "Trường học", day] for name, day in (("Trường A", "02/09/2020"),)]
        await keep(office, await send(office, write_xlsx(UNITS, ["Tên đơn vị", "Loại đơn vị", "Ngày thành lập"], bare)))
        await keep(office, await send(office, book(new("Trường Bê"))))
        found = {unit["name"]: unit["short_name"] for unit in (await office.get("/units?search=tr")).json()["items"]}
        assert (found["Trường A"], found["Trường Bê"]) == ("Tr. A", None)


async def test_a_result_file_gives_everything_back_and_can_be_mended_and_sent(registry: House) -> None:
    rows = [new("Trường A"), new("Trường B", day="31/02/2020")]
    async with registry.office("registry") as office:
        told = await send(office, book(*rows))
        path = f"/imports/{told['import_id']}/result"
        waiting = load_workbook(io.BytesIO(await fetched(office, path))).worksheets[0]
        assert waiting["H2"].value == "Chưa ghi"
        await keep(office, told)
        book_back = load_workbook(io.BytesIO(await fetched(office, path)))
        sheet = book_back.worksheets[0]
        back = [[cell.value or "" for cell in row] for row in sheet.iter_rows(min_row=2)]
        assert [row[:7] for row in back] == rows
        assert [row[7] for row in back] == ["Thêm mới", "Chưa nhận: còn lỗi"]
        assert "F3: Ngày thành lập: không phải ngày" in back[1][8]
        sheet["F3"] = "28/02/2020"
        book_back.save(mended := io.BytesIO())
        assert (await send(office, mended.getvalue()))["counts"] == {"same": 1, "new": 1}
        assert b"Tr\xc6\xb0\xe1\xbb\x9dng B" in await fetched(office, path, form="csv")


async def test_a_long_list_is_kept_in_pieces_and_goes_on_where_it_stood(registry: House) -> None:
    rows = [new(f"Trường {number}") for number in range(keeping.AT_ONCE + 1)]
    async with registry.office("registry") as office:
        told = await send(office, book(*rows))
        first = (await office.post(f"/imports/{told['import_id']}/pieces")).json()
        assert (first["state"], first["done"]) == ("applying", keeping.AT_ONCE)
        assert (await office.get("/imports")).json()["items"][0]["done"] == keeping.AT_ONCE
        done = await keep(office, first)
        assert (done["state"], done["done"], done["counts"]) == ("done", 1001, {"new": 1001})
    assert await events(registry, "unit_registered") == 3 + 1001


async def test_who_was_changed_since_the_check_is_left_alone(registry: House) -> None:
    async with registry.office("registry") as office:
        await keep(office, await send(office, book(new("Trường A"))))
        told = await send(office, book(new("Trường A", code="1"), new("Trường B")))
        assert told["counts"] == {"changed": 1, "new": 1}
        other = await send(office, book(new("Trường A", code="2")))
        await keep(office, other)
        kept = await keep(office, told)
        assert kept["counts"] == {"moved": 1, "new": 1}
        codes = {unit["name"]: unit["code"] for unit in (await office.get("/units")).json()["items"]}
        assert (codes["Trường A"], codes["Trường B"]) == ("2", None)
        faults = (await office.get(f"/imports/{told['import_id']}/faults")).json()["items"]
        assert "vừa sửa" in faults[0]["faults"][0]["message"]


async def test_a_file_that_was_checked_twice_is_not_kept_twice(registry: House) -> None:
    content = book(new("Trường A"), new("Tổ 1", "Trường A"), new("Trường B"))
    async with registry.office("registry") as office:
        first, second = await send(office, content), await send(office, content)
        assert (await keep(office, first))["counts"] == {"new": 3}
        assert (await keep(office, second))["counts"] == {"moved": 3}
    assert await events(registry, "unit_registered") == 3 + 3


async def test_lists_are_the_office_s_and_only_tables_are_taken(registry: House) -> None:
    async with registry.client("registry", ("unit_officer", CITY)) as stranger:
        asked = {"about": "units", "name": "x"}
        assert (await stranger.post("/imports", params=asked, content=b"a")).status_code == 403
        assert (await stranger.get("/lists/units/file")).status_code == 403
        assert (await stranger.get("/imports")).status_code == 403
    async with registry.office("registry") as office:
        refused = await office.post("/imports", params=asked, content=b"%PDF-1.7")
        assert (refused.status_code, "không phải bảng tính" in refused.json()["detail"]) == (422, True)
        assert (await office.get("/imports")).json()["items"] == []


TARGET_HEAD = [column.heading for column in TARGETS.columns]


def targets(*rows: list[str]) -> bytes:
    return write_xlsx(TARGETS, TARGET_HEAD, rows)


async def test_targets_are_merged_into_what_stands_and_told_once_a_unit(registry: House) -> None:
    about = {"about": "targets", "campaign_id": str(CAMPAIGN)}
    path = f"/campaigns/{CAMPAIGN}/units/{TAN_PHONG}/targets"
    async with registry.office("registry") as office:
        stands = {"targets": [{"criterion": "2.1", "assigned": False}]}
        assert (await office.put(path, json=stands)).status_code == 200
        content = targets(
            ["", "Phường Tân Phong", "1.1", "1862,5", "Có", "1900"],
            ["", "Phường Tân Phong", "9.9", "1", ""],
            ["", "Phường Lạ", "1.1", "1", ""],
            ["", "Xã San Thàng", "1.1", "1.200", ""],
            ["", "Xã San Thàng", "1.1", "", ""],
            ["", "Xã San Thàng", "2.1", "", "Không"],
            ["", "Phường Quyết Thắng", "1.1", "50", "", "50"],
        )
        told = await send(office, content, **about)
        assert told["counts"] == {"new": 2, "faulty": 5}
        faults = (await office.get(f"/imports/{told['import_id']}/faults")).json()["items"]
        assert [fault["cell"] for row in faults for fault in row["faults"]] == ["C3", "B4", "D5", "D6", "F8"]
        await keep(office, told)
        kept = (await office.get(path)).json()
        assert {each["criterion"]: each.get("target") for each in kept["targets"]} == {"2.1": None, "1.1": "1862.5"}
        assert await events(registry, "targets_assigned") == 3
        again = await send(office, content, **about)
        assert again["counts"] == {"same": 2, "faulty": 5}
        out = await fetched(office, "/lists/targets/file", filled="true", campaign_id=str(CAMPAIGN))
        assert (await send(office, out, **about))["counts"] == {"same": 3}
        assert [each.get("stretch") for each in kept["targets"] if each["criterion"] == "1.1"] == ["1900"]
        before = write_xlsx(TARGETS, TARGET_HEAD[:5], [["", "Phường Tân Phong", "1.1", "1800", ""]])
        await keep(office, await send(office, before, **about))
        stands = (await office.get(path)).json()["targets"]
        assert [(each["target"], each.get("stretch")) for each in stands if each["criterion"] == "1.1"] == [
            ("1800", "1900")
        ]
        wrong = {
            "targets": [{"criterion": "1.1", "target": "10", "stretch": "9"}, {"criterion": "2.1", "stretch": "1"}]
        }
        refused = await office.put(path, json=wrong)
        assert refused.status_code == 422
        assert [each["field"] for each in refused.json()["errors"]] == ["targets.0.stretch", "targets.1.stretch"]
        assert (await office.post("/imports", params={"about": "targets", "name": "x"}, content=out)).status_code == 422


async def test_targets_that_were_changed_since_the_check_are_left_alone(registry: House) -> None:
    path = f"/campaigns/{CAMPAIGN}/units/{TAN_PHONG}/targets"
    async with registry.office("registry") as office:
        content = targets(["", "Phường Tân Phong", "1.1", "5", ""])
        told = await send(office, content, about="targets", campaign_id=str(CAMPAIGN))
        await office.put(path, json={"targets": [{"criterion": "1.1", "target": "7"}]})
        assert (await keep(office, told))["counts"] == {"moved": 1}
        assert (await office.get(path)).json()["targets"][0]["target"] == "7"


RESULT_HEAD = [column.heading for column in RESULTS.columns]
ABOUT_REPORT = {"campaign_id": str(CAMPAIGN), "period_id": str(PERIOD), "unit_id": str(TAN_PHONG)}
REPORT = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}/reports/{TAN_PHONG}"


def results(*rows: list[str]) -> bytes:
    return write_xlsx(RESULTS, RESULT_HEAD, rows)


def figure(code: str, value: str, reason: str = "", measure: str = "") -> list[str]:
    return [code, "", measure, value, reason]


def officer(house: House) -> httpx2.AsyncClient:
    return house.client("registry", ("unit_officer", TAN_PHONG))


async def test_figures_come_into_the_draft_and_nothing_is_sent_by_it(registry: House) -> None:
    async with officer(registry) as unit:
        empty = load_workbook(io.BytesIO(await fetched(unit, "/lists/results/file", **ABOUT_REPORT))).worksheets[0]
        rows = [[cell.value for cell in row] for row in empty.iter_rows()]
        assert rows[1:] == [
            ["1.1", "Thu ngân sách trên địa bàn", "triệu đồng", None, None],
            ["2.1", "Đăng ký thi đua", "việc", None, None],
        ]
        content = results(figure("1.1", "862,5", measure="Triệu đồng"), figure("2.1", "", "trong kỳ không có việc nào"))
        told = await send(unit, content, about="results", **ABOUT_REPORT)
        assert (told["counts"], told["places"]) == ({"new": 2}, 1)
        assert (await unit.get(REPORT)).json()["state"] == "none"
        await keep(unit, told)
        draft = (await unit.get(REPORT)).json()
        assert (draft["state"], draft["fields"]["1.1"]) == ("draft", "862,5")
        assert draft["nothing"] == {"2.1": "trong kỳ không có việc nào"}
        assert await events(registry, "report_submitted") == 0
        assert (await send(unit, content, about="results", **ABOUT_REPORT))["counts"] == {"same": 2}
        for form in ("xlsx", "csv"):
            out = await fetched(unit, "/lists/results/file", filled="true", form=form, **ABOUT_REPORT)
            assert (await send(unit, out, about="results", **ABOUT_REPORT))["counts"] == {"same": 2}
        # What was left empty says nothing: an empty template takes nothing back.
        blank = await fetched(unit, "/lists/results/file", **ABOUT_REPORT)
        assert (await keep(unit, await send(unit, blank, about="results", **ABOUT_REPORT)))["counts"] == {"same": 2}
        assert (await unit.get(REPORT)).json()["version"] == draft["version"]


async def test_every_wrong_figure_is_named_at_its_cell(registry: House) -> None:
    content = results(
        figure("1.1", "1.234"),
        figure("1.1", "5"),
        figure("9.9", "5"),
        figure("2.1", "có", "không có"),
    )
    wrong_measure = results(figure("1.1", "1", measure="tỷ đồng"), figure("2.1", "hai"))
    async with officer(registry) as unit:
        told = await send(unit, content, about="results", **ABOUT_REPORT)
        assert told["counts"] == {"faulty": 4}
        faults = (await unit.get(f"/imports/{told['import_id']}/faults")).json()["items"]
        found = [(fault["cell"], fault["remedy"]) for row in faults for fault in row["faults"]]
        assert [cell for cell, _ in found] == ["D2", "A3", "A4", "D5"]
        assert found[0][1] == "Viết 1234 hoặc 1,234"
        told = await send(unit, wrong_measure, about="results", **ABOUT_REPORT)
        faults = (await unit.get(f"/imports/{told['import_id']}/faults")).json()["items"]
        assert [fault["cell"] for row in faults for fault in row["faults"]] == ["C2", "D3"]


async def test_figures_that_somebody_has_typed_since_are_left_alone(registry: House) -> None:
    async with officer(registry) as unit:
        told = await send(unit, results(figure("1.1", "5")), about="results", **ABOUT_REPORT)
        saved = await unit.put(f"{REPORT}/draft", json={"version": 0, "fields": {"1.1": "7"}})
        assert saved.status_code == 200, saved.text
        assert (await keep(unit, told))["counts"] == {"moved": 1}
        assert (await unit.get(REPORT)).json()["fields"] == {"1.1": "7"}


async def test_what_was_not_returned_stays_as_it_was_sent(registry: House) -> None:
    assert (await submit(registry, TAN_PHONG, "950")).status_code == 201
    async with registry.office("registry") as office, officer(registry) as unit:
        report = (await unit.get(REPORT)).json()
        place = f"/reports/{report['report_id']}"
        taken = await office.post(f"{place}/take-up", json={"version": report["version"]})
        content = results(figure("1.1", "960"), figure("2.1", "không"))
        closed = await unit.post("/imports", params={"about": "results", "name": "x", **ABOUT_REPORT}, content=content)
        assert (closed.status_code, "đang được xem xét" in closed.json()["detail"]) == (409, True)
        back = {"version": taken.json()["version"], "items": {"1.1": "thiếu chứng từ"}}
        assert (await office.post(f"{place}/return", json=back)).status_code == 200
        told = await send(unit, content, about="results", **ABOUT_REPORT)
        assert told["counts"] == {"changed": 1, "faulty": 1}
        await keep(unit, told)
        assert (await unit.get(REPORT)).json()["fields"] == {"1.1": "960", "2.1": "có"}


async def test_a_report_s_file_is_its_unit_s_alone(registry: House) -> None:
    async with officer(registry) as unit, registry.client("registry", ("unit_officer", QUYET_THANG)) as other:
        told = await send(unit, results(figure("1.1", "5")), about="results", **ABOUT_REPORT)
        place = f"/imports/{told['import_id']}"
        for answer in (
            await other.get(place),
            await other.get(f"{place}/faults"),
            await other.get(f"{place}/result"),
            await other.post(f"{place}/pieces"),
            await other.get("/lists/results/file", params=ABOUT_REPORT),
            await other.get("/imports", params={"unit_id": str(TAN_PHONG)}),
            await other.post("/imports", params={"about": "results", "name": "x", **ABOUT_REPORT}, content=b"a"),
            # To say more than a list needs gives nobody rights.
            await unit.post("/imports", params={"about": "units", "name": "x", **ABOUT_REPORT}, content=b"a"),
        ):
            assert answer.status_code == 403, answer.url
        mine = (await unit.get("/imports", params={"unit_id": str(TAN_PHONG)})).json()["items"]
        assert [each["import_id"] for each in mine] == [told["import_id"]]
        vague = await unit.post("/imports", params={"about": "results", "name": "x"}, content=b"a")
        assert [each["field"] for each in vague.json()["errors"]] == ["campaign_id", "period_id", "unit_id"]
