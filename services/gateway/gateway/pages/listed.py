"""The lists of the registry as tables: what their pages show, for a file of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.pages import words
from gateway.pages.desk import Desk
from gateway.pages.exports import Column, Kind, Said, Table
from gateway.pages.sheets import appealed

Row = Mapping[str, Any]
_LATE: Mapping[str, str] = {"co": "Gửi muộn", "khong": "Gửi đúng hạn"}
_REMINDED_BY: Mapping[str, str] = {"block_head": "khối trưởng", "city_office": "Phòng Nội vụ"}


def _in_order(word: str, usual: str) -> Said:
    return ("Xếp theo", words.ORDERS[word][1] if word in words.ORDERS and word else usual)


def standing(unit: Row, on: str) -> str:
    """Say how a unit stands on a day."""
    if unit["ended"] and unit["until_on"] and unit["until_on"] <= on:
        return f"Đã kết thúc từ {words.calendar_day(unit['until_on'])}"
    if unit["from_on"] > on:
        return f"Lập từ {words.calendar_day(unit['from_on'])}"
    return f"Hoạt động đến {words.calendar_day(unit['until_on'])}" if unit["ended"] else "Đang hoạt động"


def units(rows: Iterable[Row], typed: Mapping[str, str], on: str, blocks: Iterable[Row]) -> Table:
    names = {block["block_id"]: block["name"] for block in blocks}
    return Table(
        "don-vi",
        "Danh sách đơn vị",
        [Column("Đơn vị"), Column("Tên gọi tắt"), Column("Loại"), Column("Mã"), Column("Tình trạng")],
        [[row["name"], row["short_name"], words.KINDS[row["kind"]], row["code"], standing(row, on)] for row in rows],
        about=f"Như ngày {words.calendar_day(on)}",
        said=[
            ("Tên có", typed["q"]),
            ("Danh hiệu hoặc số quyết định", typed["tc"]),
            ("Loại", words.KINDS.get(typed["loai"], typed["loai"])),
            ("Tình trạng", words.UNIT_STATES.get(typed["tinh-trang"] or "active", typed["tinh-trang"])),
            ("Khối", names.get(typed["khoi"], "khối đã chọn") if typed["khoi"] else ""),
            ("Mã", typed["ma"]),
            _in_order(typed["xep"], "Tên, từ A đến Z"),
        ],
    )


def people(desk: Desk, rows: Iterable[Row], typed: Mapping[str, str], on: str, unit_id: str) -> Table:
    return Table(
        "can-bo",
        "Danh sách cán bộ",
        [Column("Cán bộ"), Column("Vị trí"), Column("Đơn vị"), Column("Từ ngày", Kind.DAY)],
        [
            [
                row["name"],
                row["post"] or "Không có vị trí vào ngày này",
                desk.name(row["unit_id"]) if row["unit_id"] else None,
                row["from_on"],
            ]
            for row in rows
        ],
        about=f"{desk.name(unit_id) + ', ' if unit_id else ''}như ngày {words.calendar_day(on)}",
        said=[
            ("Tên có", typed["q"]),
            ("Tình trạng", "Tất cả" if typed["tinh-trang"] == "tat-ca" else "Đang làm"),
            _in_order(typed["xep"], "Tên gọi, từ A đến Z"),
        ],
    )


def blocks(rows: Iterable[Row], names: Mapping[str, str], typed: Mapping[str, str], year: int, on: str) -> Table:
    return Table(
        "khoi-thi-dua",
        "Danh sách khối thi đua",
        [
            Column("Khối"),
            Column("Số đơn vị", Kind.COUNT),
            Column("Khối trưởng"),
            Column("Khối phó"),
            Column("Số quyết định"),
            Column("Ngày quyết định", Kind.DAY),
        ],
        [
            [
                row["name"],
                len(row["member_unit_ids"]),
                names.get(row["head_unit_id"], "Chưa phân công"),
                names.get(row["deputy_unit_id"], "Chưa phân công"),
                row["decision_number"],
                row["decision_on"],
            ]
            for row in rows
        ],
        about=f"Năm {year}, như ngày {words.calendar_day(on)}",
        said=[("Tên có", typed["tim"]), _in_order(typed["xep"], "Tên, từ A đến Z")],
    )


def targets(rows: Iterable[Row], campaign: Row, typed: Mapping[str, str]) -> Table:
    return Table(
        "chi-tieu-giao",
        "Chỉ tiêu giao cho từng đơn vị",
        [Column("Đơn vị"), Column("Mục"), Column("Giao"), Column("Chỉ tiêu"), Column("Mức phấn đấu")],
        [each for row in rows for each in _given(row)],
        about=campaign["name"],
        said=[
            ("Tên có", typed["tim"]),
            ("Chỉ tiêu riêng", {"co": "Đã giao riêng", "chua": "Chưa giao riêng"}.get(typed["giao"], "")),
            _in_order(typed["xep"], "Tên, từ A đến Z"),
        ],
    )


def _given(row: Row) -> list[list[str | None]]:
    if not row["targets"]:
        return [[row["name"], None, "Theo bảng điểm", None, None]]
    return [
        [
            row["name"],
            each["criterion"],
            "Có" if each["assigned"] else "Không",
            *[words.amount(amount) if amount is not None else None for amount in (each["target"], each.get("stretch"))],
        ]
        for each in row["targets"]
    ]


def pledges(
    rows: Iterable[Row], campaign: Row, titles: Mapping[str, str], asked: Mapping[str, str], order: str
) -> Table:
    def cells(row: Row) -> list[Any]:
        late = "Sau hạn" if row["late"] else None
        promised = "; ".join(f"{code} {goal}" for code, goal in row["promises"].items()) if row["promises"] else None
        registered = "; ".join(words.named(code, titles) for code in row["titles"] or ())
        said = [registered, promised, row["text"]] if row["state"] != "none" else [None, None, None]
        day = row["pledged_on"] or row["recorded_on"]
        return [row["name"], words.PLEDGE_STATES[row["state"]][1], *said, day, late, row["reason"]]

    heads = ("Đơn vị", "Tình trạng", "Danh hiệu đăng ký", "Mức phấn đấu", "Nội dung")
    return Table(
        "dang-ky-thi-dua",
        "Bản đăng ký thi đua",
        [*map(Column, heads), Column("Ngày đăng ký", Kind.DAY), Column("So với hạn"), Column("Lý do")],
        [cells(row) for row in rows],
        about=campaign["name"],
        said=[
            ("Tình trạng", words.PLEDGE_STATES[asked["state"]][1] if asked["state"] in words.PLEDGE_STATES else ""),
            ("Tên có", asked["search"]),
            _in_order(order, "Tên đơn vị"),
        ],
    )


def queue(desk: Desk, rows: Iterable[Row], typed: Mapping[str, str]) -> Table:
    def state(row: Row) -> str:
        late = row["late"] and row["state"] == "submitted"
        again = f", xem lại {len(row['flagged'])} mục" if row["state"] == "resubmitted" and row["flagged"] else ""
        return ("Đã gửi muộn" if late else words.REPORT_STATES[row["state"]][1]) + again

    heads = ("Đơn vị", "Kỳ", "Phong trào")
    periods = {period["period_id"]: period["name"] for period in (desk.campaign or {}).get("periods", ())}
    returned = typed["hang"] == "tra-lai"
    return Table(
        "xem-xet-bao-cao",
        "Báo cáo đã trả lại, chờ đơn vị" if returned else "Báo cáo chờ xem xét",
        [*map(Column, heads), Column("Gửi lúc", Kind.INSTANT), Column("Trạng thái"), Column("Nơi xem xét")],
        [
            [row["unit"], row["period"], row["campaign"], row["accepted_at"], state(row), row["reviewer"]]
            for row in rows
        ],
        said=[
            ("Tên có", typed["tim"]),
            ("Kỳ", periods.get(typed["ky"], "kỳ đã chọn") if typed["ky"] else ""),
            ("Hạn nộp", _LATE.get(typed["muon"], "")),
            _in_order(typed["xep"], "Chờ lâu nhất trước"),
        ],
    )


def appeals(desk: Desk, rows: Iterable[Row], periods: Mapping[str, Row], *, ended: bool) -> Table:
    return Table(
        "kien-nghi",
        "Kiến nghị đã xong" if ended else "Kiến nghị đang giải quyết",
        [*map(Column, ("Đơn vị", "Mục", "Kỳ")), Column("Gửi lúc", Kind.INSTANT), Column("Trạng thái")],
        [
            [
                desk.name(row["unit_id"]),
                appealed(row["item"]),
                periods[row["period_id"]]["name"] if row["period_id"] in periods else "Kỳ báo cáo",
                row["filed_at"],
                words.APPEALS[row["state"]][1],
            ]
            for row in rows
        ],
        said=[("Xếp theo", "Mới xong trước" if ended else "Chờ lâu nhất trước")],
    )


def missing(period: Row, found: Iterable[tuple[str, Row, Mapping[str, Row]]], block: str = "") -> Table:
    """``found`` tells of each block its name, who has not sent, and when these were reminded last."""

    def cells(name: str, told: Row, unit: Row, reminded: Row | None) -> list[Any]:
        closed = told["period_state"] == "closed"
        by = f", {_REMINDED_BY.get(reminded['by'], 'hệ thống')}" if reminded else ""
        return [
            name,
            unit["name"],
            "Đang làm" if unit["state"] else "Chưa bắt đầu",
            unit["saved_at"] if unit["state"] else None,
            told["due_at"],
            "Không nộp, kỳ đã đóng" if closed else "Quá hạn" if told["period_state"] == "late" else "Trong hạn",
            words.day_and_time(reminded["at"]) + by if reminded else None,
        ]

    return Table(
        "chua-nop",
        "Đơn vị chưa nộp báo cáo",
        [
            Column("Khối"),
            Column("Đơn vị"),
            Column("Báo cáo"),
            Column("Lưu lúc", Kind.INSTANT),
            Column("Hạn nộp", Kind.INSTANT),
            Column("So với hạn"),
            Column("Nhắc lần cuối"),
        ],
        [
            cells(name, told, unit, reminded.get(unit["unit_id"]))
            for name, told, reminded in found
            for unit in told["items"]
        ],
        about=period["name"],
        said=[("Khối", block)],
    )
