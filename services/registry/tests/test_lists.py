"""Does a list come in as it was meant, and go out as it stands, whatever a spreadsheet has made of it?"""

import csv
import io
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries

from contracts.registry import UnitKind
from registry.actions.lists.spreadsheets import read_file, write_xlsx
from registry.rules import Holding, lists
from registry.rules.lists import UNITS, Cell, Grid, KnownUnit, NotATableError, Outcome, Reading, read_list

HEAD = [column.heading for column in UNITS.columns]
ROW = ["", "Phường Tân Phong", "Phường", "", "03418", "30/11/2013", ""]
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)


def grid(*rows: Sequence[Any], head: Sequence[str] = HEAD) -> Grid:
    cells = [[Cell(str(value)) if value else None for value in row] for row in (head, *rows)]
    return Grid(lines=list(enumerate(map(tuple, cells), start=1)))


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], Reading]:
    def reader(content: bytes) -> Reading:
        path = tmp_path / "danh-sach"
        path.write_bytes(content)
        return read_list(UNITS, read_file(path))

    return reader


def xlsx(fill: Callable[[Any], None], *, head: Sequence[str] = HEAD) -> bytes:
    """Give a workbook as people make them: headings, and whatever is filled in below."""
    book = Workbook()
    book.active.append(list(head))
    fill(book.active)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def said(reading: Reading) -> dict[str, str]:
    return {each.cell: each.message for row in reading.rows for each in row.faults}


def test_a_day_is_read_as_text_as_a_day_and_as_the_number_behind_it(read: Callable[[bytes], Reading]) -> None:
    def fill(sheet: Any) -> None:
        for day in ("30/11/2013", datetime(2013, 11, 30), date(2013, 11, 30), 41608):  # noqa: DTZ001 - as Excel has them
            sheet.append([*ROW[:5], day])
        # US order on the screen: the day behind it is the same.
        sheet["F4"].number_format = "mm-dd-yy"
        for wrong in ("11/30/2013", "hôm qua", 3, datetime(2013, 11, 30, 7, 5)):  # noqa: DTZ001
            sheet.append([*ROW[:5], wrong])

    reading = read(xlsx(fill))
    assert [row.values.get("valid_from") for row in reading.rows] == [date(2013, 11, 30)] * 4 + [None] * 4
    assert [row.sound for row in reading.rows] == [True] * 4 + [False] * 4
    assert {cell: text for cell, text in said(reading).items() if cell > "F5"} == {
        f"F{number}": "Ngày thành lập: không phải ngày" for number in range(6, 10)
    }
    assert said(reading)["F5"] == "Ngày thành lập: ô là số, đọc là ngày 30/11/2013"


def test_zeros_in_front_stay_or_are_asked_after(read: Callable[[bytes], Reading]) -> None:
    def fill(sheet: Any) -> None:
        for code in ("00123", 123, 123, 1.5):
            sheet.append([*ROW[:4], code, *ROW[5:]])
        sheet["E3"].number_format = "00000"

    reading = read(xlsx(fill))
    assert [row.values.get("code") for row in reading.rows] == ["00123", "00123", "123", None]
    assert "số 0 ở đầu" in said(reading)["E4"]
    assert not reading.rows[3].sound


def test_a_formula_gives_what_it_showed_and_says_so(read: Callable[[bytes], Reading]) -> None:
    def fill(sheet: Any) -> None:
        sheet.append([None, '="Phường "&"A"', *ROW[2:]])
        sheet.append([None, "=1/0", *ROW[2:]])

    content = xlsx(fill)
    # openpyxl keeps no value beside a formula; Excel does.
    computed = _replaced(content, b"</f><v></v>", b"</f><v>Ph\xc6\xb0\xe1\xbb\x9dng A</v>", kind=b't="str"')
    reading = read(computed)
    assert (reading.rows[0].values["name"], reading.rows[0].sound) == ("Phường A", True)
    assert "có công thức" in said(reading)["B2"]
    assert not reading.rows[1].sound
    assert "chưa có giá trị" in said(reading)["B3"]
    assert reading.rows[1].faults[0].typed == "=1/0"


def _replaced(content: bytes, old: bytes, new: bytes, *, kind: bytes) -> bytes:
    """Write a value beside the first formula of a workbook, as Excel does when it saves."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(written, "w") as changed:
        for name in archive.namelist():
            part = archive.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace(b"</f><v/>", old).replace(old, new, 1).replace(b'<c r="B2"', b'<c r="B2" ' + kind)
            changed.writestr(name, part)
    return written.getvalue()


def test_merged_cells_are_named_and_blank_tails_are_nothing(read: Callable[[bytes], Reading]) -> None:
    def fill(sheet: Any) -> None:
        for name in ("Phường A", "Phường B", "Phường C"):
            sheet.append(["", name, *ROW[2:]])
        sheet.merge_cells("C2:C3")
        for number in range(5, 300):
            sheet.cell(number, 2, "  \xa0").number_format = "@"

    reading = read(xlsx(fill))
    assert [row.number for row in reading.rows] == [2, 3, 4]
    assert [row.sound for row in reading.rows] == [False, False, True]
    assert "gộp" in said(reading)["C2:C3"]


def test_what_no_list_has_is_named_and_does_not_stop_it(read: Callable[[bytes], Reading]) -> None:
    def fill(sheet: Any) -> None:
        sheet.insert_rows(1)
        sheet["A1"] = "DANH SÁCH ĐƠN VỊ"
        sheet.append([*ROW, "ghi tay"])
        sheet["J3"] = "lạc"
        sheet.parent.create_sheet("Nháp")["A1"] = "x"

    reading = read(xlsx(fill, head=[*HEAD, "Ghi chú"]))
    assert reading.readable
    assert [(each.cell, each.typed, each.stops) for each in reading.faults] == [
        ("A1", "Nháp", False),
        ("A1", "DANH SÁCH ĐƠN VỊ", False),
        ("H2:H3", "Ghi chú", False),
        ("J2:J3", "", False),
    ]
    assert len(reading.rows) == 1


def test_every_fault_is_told_at_once_with_cell_value_and_remedy() -> None:
    reading = read_list(UNITS, grid(["x", "", "Quận", "", "", "31/02/2020"], ROW))
    assert [(each.cell, each.typed) for each in reading.rows[0].faults] == [
        ("A2", "x"),
        ("C2", "Quận"),
        ("F2", "31/02/2020"),
        ("B2", ""),
    ]
    assert all(each.remedy for each in reading.rows[0].faults)
    assert reading.rows[1].sound


def test_missing_and_double_headings_stop_the_file() -> None:
    reading = read_list(UNITS, grid(ROW, head=["Tên đơn vị", "Ten don vi", "Loại đơn vị"]))
    assert {each.message for each in reading.faults if each.stops} == {
        "Cột “Tên đơn vị” có hai lần",
        "Thiếu cột “Ngày thành lập”",
    }
    assert (reading.readable, reading.rows) == (False, ())
    assert "tiêu đề" in read_list(UNITS, grid(head=ROW)).faults[0].message


NFD = "Tên đơn vị;Loại đơn vị;Ngày thành lập\r\nPhường Quyết Thắng;Phường;30/11/2013\r\n"


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258", "nfd"])
def test_csv_is_read_whatever_wrote_it(encoding: str, separator: str, read: Callable[[bytes], Reading]) -> None:
    text = NFD.replace(";", separator)
    if encoding == "nfd":
        content = unicodedata.normalize("NFD", text).encode()
    elif encoding == "cp1258":
        content = _windows_1258(text)
    else:
        content = text.encode(encoding)
    reading = read(content)
    assert [row.values for row in reading.rows] == [
        {"name": "Phường Quyết Thắng", "kind": UnitKind.WARD, "valid_from": date(2013, 11, 30)}
    ]


def _windows_1258(text: str) -> bytes:
    """Write as old Windows did: letters with their own mark, the tone after them."""
    written = b""
    for letter in text:
        try:
            written += letter.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", letter)
            tone = next(mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323")
            written += (unicodedata.normalize("NFC", parts.replace(tone, "")) + tone).encode("cp1258")
    return written


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "rỗng"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "kiểu cũ"),
        (b"PK\x03\x04rest", "không phải loại"),
        (b"%PDF-1.7", "không phải bảng tính"),
        (b'"a;b\n', "ngoặc kép"),
        (b"\x00\x01\x02\x03\xff" * 9, "Không đọc được chữ"),
    ],
)
def test_what_is_no_table_says_why(content: bytes, words: str, tmp_path: Path) -> None:
    (path := tmp_path / "tep.xlsx").write_bytes(content)
    with pytest.raises(ValueError, match=words):
        read_file(path)


def test_a_broken_workbook_says_what_helps(tmp_path: Path) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for part in ("[Content_Types].xml", "xl/workbook.xml"):
            archive.writestr(part, "<x>")
    (path := tmp_path / "tep").write_bytes(written.getvalue())
    with pytest.raises(NotATableError, match="bị hỏng"):
        read_file(path)


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>"""


def _trap(
    part: str, begins: bytes = b"", old: bytes = b"", new: bytes = b"", packing: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """Give a good workbook with one part changed, or packed otherwise."""
    written = io.BytesIO()
    good = xlsx(lambda sheet: sheet.append(ROW))
    with zipfile.ZipFile(io.BytesIO(good)) as archive, zipfile.ZipFile(written, "w") as changed:
        for name in archive.namelist():
            content = archive.read(name)
            if name == part:
                content = begins + content.replace(old, new)
                changed.writestr(name, content, packing)
            else:
                changed.writestr(name, content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (_trap("xl/workbook.xml", ENTITIES), "bị hỏng"),
        (_trap("xl/worksheets/sheet1.xml", ENTITIES), "bị hỏng"),
        (_trap("xl/styles.xml", ENTITIES.decode().encode("utf-16")), "bị hỏng"),
        (_trap("xl/worksheets/sheet1.xml", packing=zipfile.ZIP_BZIP2), "bị hỏng"),
        (_trap("xl/workbook.xml", packing=zipfile.ZIP_LZMA), "bị hỏng"),
        (b";" * 2_000_001, "quá nhiều ô"),
    ],
)
def test_what_only_fills_the_memory_is_refused(content: bytes, words: str, tmp_path: Path) -> None:
    (path := tmp_path / "tep").write_bytes(content)
    with pytest.raises(NotATableError, match=words):
        read_file(path)


def test_a_row_that_no_spreadsheet_has_costs_nothing(read: Callable[[bytes], Reading]) -> None:
    content = _trap("xl/worksheets/sheet1.xml", b"", b'<row r="2"', b'<row r="4000000000"')
    assert read(content).rows == ()


def test_a_long_text_that_thousands_of_cells_share_is_refused(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        for _ in range(1_300):
            sheet.append(["x" * 32_000])

    (path := tmp_path / "tep").write_bytes(xlsx(fill))
    with pytest.raises(NotATableError, match="quá nhiều ô"):
        read_file(path)


def test_areas_that_cover_the_sheet_a_thousand_times_cost_nothing() -> None:
    everything = [lists.Area(1, 1, 1_048_576, 16_384)] * 1_000
    reading = read_list(UNITS, Grid(lines=[*grid(ROW).lines, (1_048_576, (Cell("x"),))], merged=everything))
    assert [row.sound for row in reading.rows] == [False, False]


def test_a_small_file_that_unpacks_to_a_large_one_is_refused(tmp_path: Path) -> None:
    written = io.BytesIO(xlsx(lambda sheet: sheet.append(ROW)))
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/a.xml", "w") as part:
        for _ in range(101):
            part.write(bytes(1024 * 1024))
    (path := tmp_path / "tep").write_bytes(written.getvalue())
    with pytest.raises(NotATableError, match="quá lớn khi mở ra"):
        read_file(path)


def test_a_file_of_too_many_rows_says_where_they_begin(read: Callable[[bytes], Reading]) -> None:
    line = b"A;Ph\xc6\xb0\xe1\xbb\x9dng;1/1/2020\r\n"
    head = "Tên đơn vị;Loại đơn vị;Ngày thành lập\r\n".encode()
    reading = read(head + line * (lists.MOST_ROWS + 1) + b"\r\n" * 3)
    assert [each.cell for each in reading.faults if each.stops] == [f"A{lists.MOST_ROWS + 2}:C{lists.MOST_ROWS + 2}"]
    assert reading.rows == ()


def test_nothing_that_is_written_is_computed() -> None:
    rows = [["=1+1", "+84", "-5", "@SUM(A1)", "'=x", "＝1", "=2"]]
    sheet = load_workbook(io.BytesIO(write_xlsx(UNITS, HEAD, rows))).worksheets[0]
    assert [cell.data_type for cell in sheet[2]] == ["s"] * 7
    lines = list(csv.reader(io.StringIO(lists.write_csv(rows).decode("utf-8-sig")), delimiter=";"))
    assert all(text.startswith("'") for text in lines[0])
    assert [cell.text if cell else "" for cell in lists.read_csv(lists.write_csv(rows)).lines[0][1]] == rows[0]


@settings(max_examples=60)
@given(rows=st.lists(st.lists(texts, min_size=7, max_size=7), min_size=1, max_size=5), excel=st.booleans())
def test_what_is_written_out_reads_back_the_same(
    rows: list[list[str]], excel: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("lists") / "tep"
    path.write_bytes(write_xlsx(UNITS, HEAD, rows) if excel else lists.write_csv([HEAD, *rows]))
    found = {number: [cell.text if cell else "" for cell in cells] for number, cells in read_file(path).lines}
    for number, row in enumerate(rows, start=2):
        back = (found.get(number, []) + [""] * 7)[:7]
        assert back == [text if text.strip() else "" for text in row]


cells = st.one_of(st.none(), st.builds(Cell, texts.filter(str.strip), number=st.booleans(), unread=st.booleans()))


@given(head=st.permutations([*HEAD, "Ghi chú", "Ten don vi"]).map(lambda names: names[:7]), data=st.data())
def test_no_cell_vanishes(head: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.lists(cells, max_size=9), max_size=4))
    lines = list(enumerate([tuple(Cell(name) for name in head), *map(tuple, rows)], start=1))
    reading = read_list(UNITS, Grid(lines=lines))
    typed = {(row.number, text) for row in reading.rows for text in row.typed.values()}
    if not reading.readable:
        return
    named = {_area(each.cell) for each in reading.faults}
    for number, row in lines[1:]:
        for place, cell in enumerate(row):
            if cell is None:
                continue
            covered = any(top <= number <= bottom and left <= place <= right for top, left, bottom, right in named)
            assert covered or (number, cell.text) in typed
    for row in reading.rows:
        for key, text in row.typed.items():
            assert key in row.values or any(each.typed == text and each.stops for each in row.faults)


def _area(name: str) -> tuple[int, int, int, int]:
    left, top, right, bottom = range_boundaries(name)
    return top, left - 1, bottom, right - 1


def known(number: int, name: str, **more: Any) -> KnownUnit:
    facts = {
        "version": 3,
        "kind": "ward",
        "parent_id": None,
        "code": None,
        "valid_from": "2013-11-30",
        "decided": False,
    }
    return KnownUnit.model_validate({"unit_id": UUID(int=number), "name": name, **facts, **more})


def plans(
    *rows: Sequence[str],
    stands: Sequence[KnownUnit] = (),
    head: Sequence[str] = HEAD,
    today: date = date(2025, 8, 1),
) -> dict[int, lists.Plan]:
    reading = read_list(UNITS, grid(*rows, head=head))
    fresh = [UUID(int=900 + row.number) for row in reading.rows]
    held = [
        Holding(unit_id=unit.unit_id, name=unit.name, code=unit.code, from_on=unit.valid_from, until_on=unit.ended_on)
        for unit in stands
        if unit.code
    ]
    found = lists.plan_units(reading.rows, stands, fresh, held=held, today=today)
    return {plan.row.number: plan for plan in found}


def outcomes(found: dict[int, lists.Plan]) -> dict[int, str]:
    return {number: str(plan.outcome) for number, plan in sorted(found.items())}


def test_what_stands_changes_nothing_and_what_differs_is_a_change() -> None:
    stands = [known(1, "Phường Tân Phong", code="03418"), known(2, "Phường B", code="7", decided=True)]
    found = plans(
        ROW,
        [str(UUID(int=2)), "Phường Bê", "Phường", "", "7", "30/11/2013"],
        ["", "Phường C", "Phường", "Phường Tân Phong", "", "30/11/2013"],
        ["", "Phường D", "Phường", "", "7", "30/11/2013"],
        stands=stands,
    )
    assert outcomes(found) == {2: "same", 3: "faulty", 4: "new", 5: "faulty"}
    assert "quyết định" in found[3].told[0].message
    assert "Phường B" in found[5].told[0].message
    assert outcomes(plans([*ROW[:4], "1", *ROW[5:]], stands=stands)) == {2: "changed"}
    assert found[4].content["parent_id"] == UUID(int=1)


def test_a_column_that_is_not_there_changes_nothing() -> None:
    stands = [known(1, "Phường A", code="1", parent_id=UUID(int=9))]
    assert outcomes(plans(["Phường A", "Phường", "30/11/2013"], stands=stands, head=HEAD[1:3] + HEAD[5:])) == {
        2: "same"
    }


def test_parents_stand_before_those_below_them_and_no_circle_is_kept() -> None:
    rows = [["", name, "Phường", above, "", "1/1/2020"] for name, above in (("C", "B"), ("B", "A"), ("A", ""))]
    assert [plan.row.values["name"] for plan in plans(*rows).values()] == ["A", "B", "C"]
    rows[2][3] = "C"
    assert set(outcomes(plans(*rows)).values()) == {Outcome.FAULTY}
    rows[2] = ["", "A", "Quận", "", "", "1/1/2020"]
    assert {plan.told[-1].message for plan in plans(*rows).values()} >= {"Cấp trên: dòng của đơn vị cấp trên còn lỗi"}


def test_two_of_one_name_are_asked_about() -> None:
    stands = [known(1, "Văn phòng", parent_id=UUID(int=7)), known(2, "Văn phòng", parent_id=UUID(int=8))]
    found = plans(
        ["", "Văn phòng", "Phường", "", "", "1/1/2020"],
        ["", "Tổ 1", "Phường", "Văn phòng", "", "1/1/2020"],
        ["", "Đội", "Phường", "", "", "1/1/2020"],
        ["", "Đội", "Phường", "", "", "1/1/2020"],
        stands=stands,
    )
    assert outcomes(found) == {2: "new", 3: "faulty", 4: "new", 5: "faulty"}
    assert "đơn vị mới" in found[2].told[0].message
    assert "trùng với dòng 4" in found[5].told[0].message


END = date(2025, 7, 1)
NEW_TAN_PHONG = ["", "Phường Tân Phong", "Phường", "", "03408", "01/07/2025"]


def before_july_2025(**more: Any) -> list[KnownUnit]:
    gone = {"decided": True, "ended_on": END, **more}
    return [
        known(1, "Phường Tân Phong", code="03387", **gone),
        known(2, "Phường Đông Phong", code="03408", **gone),
        known(3, "Phường Đoàn Kết", code="03388"),
    ]


def test_a_name_and_a_code_mean_whoever_has_them_on_that_day() -> None:
    """The wards of 1/7/2025 took names and codes of those that ended with it."""
    below = ["", "Trường A", "Trường học", "Phường Tân Phong", "", "01/08/2025"]
    by_code = ["", "Trường B", "Trường học", "03408", "", "01/08/2025"]
    found = plans(NEW_TAN_PHONG, below, by_code, stands=before_july_2025())
    assert (outcomes(found), found[2].told) == ({2: "new", 3: "new", 4: "new"}, ())
    own = found[2].content["unit_id"]
    assert (own, found[3].content["parent_id"], found[4].content["parent_id"]) == (UUID(int=902), own, own)
    stands = [*before_july_2025(), known(4, "Phường Tân Phong", code="03408", valid_from=END)]
    for today in (date(2025, 6, 1), date(2025, 8, 1)):
        found = plans(NEW_TAN_PHONG, below, by_code, stands=stands, today=today)
        assert outcomes(found) == {2: "same", 3: "new", 4: "new"}, today
        ids = (found[2].content["unit_id"], found[3].content["parent_id"], found[4].content["parent_id"])
        assert ids == (UUID(int=4),) * 3
    # A list of the years before still means those that stood then, and nothing of them is written over.
    old = [["", "Phường Tân Phong", "Phường", "", "03387", "30/11/2013"]]
    old += [["", "Phường Đông Phong", "Phường", "", "03408", "30/11/2013"]]
    found = plans(*old, stands=stands)
    assert outcomes(found) == {2: "same", 3: "same"}
    assert (found[2].content["unit_id"], found[3].content["unit_id"]) == (UUID(int=1), UUID(int=2))
    found = plans(["", "Trường A", "Trường học", "Phường Tân Phong", "", "1/1/2020"], stands=stands)
    assert found[2].content["parent_id"] == UUID(int=4)
    before = plans(
        ["", "Trường A", "Trường học", "Phường Tân Phong", "", "1/1/2020"], stands=stands, today=date(2025, 6, 1)
    )
    assert before[2].content["parent_id"] == UUID(int=1)


def test_a_code_of_another_unit_is_refused_with_its_holder() -> None:
    early = ["", "Phường Mới", "Phường", "", "03408", "30/06/2025"]
    found = plans(early, ["", "Phường Lạ", "Phường", "", "03388", "01/07/2025"], stands=before_july_2025())
    assert outcomes(found) == {2: "faulty", 3: "faulty"}
    assert found[2].told[0].message == "Mã đơn vị: mã này là của Phường Đông Phong đến hết ngày 30/06/2025"
    assert "chọn ngày thành lập từ 01/07/2025" in str(found[2].told[0].remedy)
    assert found[3].told[0].message == "Mã đơn vị: mã này đang là của Phường Đoàn Kết"
    assert str(UUID(int=3)) in str(found[3].told[0].remedy)
    # A unit that stands is given a code that is another's: one that ended has left it, one that stands has not.
    stands = [*before_july_2025(), known(5, "Phường E", valid_from=END)]
    changed = [str(UUID(int=5)), "Phường E", "Phường", "", "03408", "01/07/2025"]
    assert outcomes(plans(changed, stands=stands)) == {2: "changed"}
    changed[4] = "03388"
    found = plans(changed, stands=stands)
    assert (outcomes(found), "Phường Đoàn Kết" in found[2].told[0].message) == ({2: "faulty"}, True)


def test_two_rows_do_not_share_a_code() -> None:
    rows = [["", f"Trường {name}", "Trường học", "", "7", "1/9/2020"] for name in "AB"]
    other = [str(UUID(int=3)), "Phường Đoàn Kết", "Phường", "", "7", "30/11/2013"]
    found = plans(*rows, other, ["", "Tổ 1", "Trường học", "Trường B", "", "1/9/2020"], stands=before_july_2025())
    assert outcomes(found) == {2: "new", 3: "faulty", 4: "faulty", 5: "faulty"}
    assert [found[row].told[0].message for row in (3, 4)] == ["Mã đơn vị: mã này đã dùng ở dòng 2"] * 2


def test_nobody_new_stands_below_one_that_has_ended() -> None:
    row = ["", "Trường A", "Trường học", "Phường Đông Phong", "", "1/9/2020"]
    found = plans(row, stands=before_july_2025())
    assert found[2].told[0].message == "Cấp trên: Phường Đông Phong đã kết thúc từ ngày 01/07/2025"
    assert outcomes(plans(row, stands=before_july_2025(), today=date(2025, 6, 30))) == {2: "new"}
