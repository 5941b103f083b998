"""Boards, and what is compared between those who score, as tables: what their pages show, for a file of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from gateway.pages import words
from gateway.pages.desk import Desk
from gateway.pages.exports import Column, Kind, Said, Table

Row = Mapping[str, Any]
_PROVISIONAL: Final = "Tạm tính – còn thay đổi"
_STANDS: Final = "Tình trạng"


def published(board: Row) -> list[Said]:
    """Say how a published board stands: since when, which one it is, and its fingerprint."""
    said = [
        (_STANDS, f"{words.BOARD_STATES[board['state']]} {words.date(board['at'])}"),
        ("Công bố", f"lần {board['number']} lúc {words.day_and_time(board['at'])}"),
    ]
    if board.get("correction"):
        said.append(("Bản đính chính, lý do", board.get("reason") or "không ghi"))
    return [*said, ("Dấu vân bảng", words.fingerprint(board["fingerprint"]))]


def block_board(desk: Desk, values: Row, searched: str) -> Table:
    """The board of a block as its page shows it: as published, as it stands, or as of an instant."""
    board, kind, groups, sheet = values["board"], values["kind"], values["groups"], values["sheet"]
    compared = values["compared"]

    def cells(row: Row) -> list[Any]:
        of = words.by_group(row["groups"]) if groups else {}
        fields = [of[group["code"]]["points"] if group["code"] in of else None for group in groups]
        extra = [row["bonus"], row["penalty"]] if groups else []
        before = row.get("before") if compared else row.get("previous_rank")
        told = (
            ["Chưa gửi báo cáo"] if row.get("state") == "not_reported" else ["Gửi sau hạn"] if row.get("late") else []
        )
        told += [words.decided_by(row["decided_by"], sheet)] if row["decided_by"] else []
        out = words.disqualified(row)
        told += [out[:1].upper() + out[1:]] if out else []
        past = [] if kind == "luc" else [before]
        return [
            row["rank"],
            desk.name(row["unit_id"]),
            *fields,
            *extra,
            row["points"],
            row["percent"],
            *past,
            "; ".join(told),
        ]

    earlier = [] if kind == "luc" else [Column(f"Hạng {compared['name']}" if compared else "Hạng trước", Kind.COUNT)]
    extra = [Column("Thưởng", Kind.POINTS), Column("Trừ", Kind.POINTS)] if groups else []
    facts = [(_STANDS, _PROVISIONAL)]
    if kind == "cong-bo":
        facts = published(board)
    elif kind == "luc":
        facts = [
            (_STANDS, f"Bảng đúng như lúc {words.day_and_time(board['as_of'])}"),
            ("Dấu vân bảng", words.fingerprint(board["fingerprint"])),
        ]
    facts.append(("Xếp hạng", f"{board['ranked']} trên {board['members']} đơn vị"))
    return Table(
        "bang-khoi",
        "Bảng điểm thi đua",
        [
            Column("Hạng", Kind.COUNT),
            Column("Đơn vị"),
            *[Column(group["name"], Kind.POINTS) for group in groups],
            *extra,
            Column("Tổng", Kind.POINTS),
            Column("Tỷ lệ (%)", Kind.POINTS),
            *earlier,
            Column("Ghi chú"),
        ],
        [cells(row) for row in board["rows"]],
        about=f"{values['block']['name']}, {values['period']['name']}",
        said=[("Tên có", searched)],
        facts=facts,
    )


def public_board(desk: Desk, values: Row) -> Table:
    """A board as everybody sees it."""
    board, sheet = values["board"], values["sheet"]

    def note(row: Row) -> str:
        if not row["rank"]:
            return "Không xếp hạng"
        return words.decided_by(row["decided_by"], sheet) if row["decided_by"] else ""

    return Table(
        "ket-qua-khoi",
        "Kết quả thi đua",
        [
            Column("Hạng", Kind.COUNT),
            Column("Đơn vị"),
            Column("Tổng", Kind.POINTS),
            Column("Tỷ lệ (%)", Kind.POINTS),
            Column("Ghi chú"),
        ],
        [[row["rank"], desk.name(row["unit_id"]), row["points"], row["percent"], note(row)] for row in board["rows"]],
        about=f"{values['block']['name']}, {values['period']['name']}",
        facts=[*published(board), ("Xếp hạng", f"{board['ranked']} trên {board['members']} đơn vị")],
    )


def public_boards(values: Row) -> Table:
    """Which boards of a campaign are published, in the order of its periods."""
    campaign = values["campaign"] or {"name": "", "periods": []}
    return Table(
        "bang-da-cong-bo",
        "Bảng kết quả đã công bố",
        [
            Column("Kỳ"),
            Column("Khối"),
            Column("Tình trạng"),
            Column("Lần công bố", Kind.COUNT),
            Column("Công bố lúc", Kind.INSTANT),
            Column("Được xếp hạng", Kind.COUNT),
            Column("Đơn vị", Kind.COUNT),
            Column("Dấu vân bảng"),
        ],
        [
            [
                period["name"],
                values["blocks"].get(board["block_id"], {"name": "Khối thi đua"})["name"],
                words.BOARD_STATES[board["state"]],
                board["number"],
                board["at"],
                board["ranked"],
                board["members"],
                words.fingerprint(board["fingerprint"]),
            ]
            for period in campaign["periods"]
            for board in values["items"]
            if board["period_id"] == period["period_id"]
        ],
        about=campaign["name"],
    )


def city_board(desk: Desk, found: Row, names: Mapping[str, str], period: Row, said: Sequence[Said]) -> Table:
    """All units of the city, as of when they were found, with the fingerprint of what was published."""

    def stands(row: Row) -> str:
        if not row["published"]:
            return words.BOARD_STATES["provisional"]
        return f"{words.BOARD_STATES[row['published']['state']]} {words.date(row['published']['at'])}"

    return Table(
        "bang-thanh-pho",
        "Bảng toàn thành phố",
        [
            Column("Thứ tự", Kind.COUNT),
            Column("Đơn vị"),
            Column("Khối"),
            Column("Hạng trong khối", Kind.COUNT),
            Column("Điểm", Kind.POINTS),
            Column("Điểm tối đa áp dụng", Kind.POINTS),
            Column("Tỷ lệ (%)", Kind.POINTS),
            Column("Bảng của khối"),
        ],
        [
            [
                row["order"],
                desk.name(row["unit_id"]),
                names.get(row["block_id"], "Khối khác"),
                row["rank"],
                *[row[name] for name in ("points", "maximum", "percent")],
                stands(row),
            ]
            for row in found["rows"]
        ],
        about=period["name"],
        said=said,
        facts=[
            (_STANDS, "Chỉ số liệu đã công bố" if found["fingerprint"] else _PROVISIONAL),
            *([("Đúng như lúc", words.day_and_time(found["as_of"]))] if found["as_of"] else []),
            *([("Dấu vân", words.fingerprint(found["fingerprint"]))] if found["fingerprint"] else []),
            (
                "Lưu ý",
                "Hạng chính thức là hạng trong từng khối; thứ tự chung chỉ để đối chiếu, không dùng để xét danh hiệu",
            ),
        ],
    )


def compiled(desk: Desk, values: Row) -> Table:
    """A block's units with their totals in every column."""
    amounts = ("self", "block", "appraisal", "final", "maximum", "gap")
    heads = (*words.COLUMNS.values(), "Tối đa", "Chênh lệch")
    stands = values["stands"]
    said = f"{words.BOARD_STATES[stands['state']]} {words.date(stands['at'])}" if stands else _PROVISIONAL
    return Table(
        "bang-tong-hop",
        "Bảng tổng hợp",
        [
            Column("Hạng", Kind.COUNT),
            Column("Đơn vị"),
            *[Column(head, Kind.POINTS) for head in heads],
            Column("Đơn vị chấm chéo"),
        ],
        [
            [
                row["rank"],
                desk.name(row["unit_id"]),
                *[row[name] for name in amounts],
                desk.name(row["by_unit"]) if row["by_unit"] else None,
            ]
            for row in values["rows"]
        ],
        about=f"{values['block']['name']}, {values['period']['name']}",
        facts=[(_STANDS, said)],
    )


def differing(desk: Desk, units: Iterable[Row], pair: tuple[str, str], period: Row, said: Sequence[Said]) -> Table:
    """A row for each unit whose totals lie apart, and one for each of its lines that differs."""
    return Table(
        "chenh-lech",
        "Chênh lệch giữa hai nơi chấm",
        [
            Column("Đơn vị"),
            Column("Mục"),
            *[Column(name, Kind.POINTS) for name in pair],
            Column("Chênh lệch", Kind.CHANGE),
        ],
        [
            [desk.name(unit["unit_id"]), line["criterion"], line["first"], line["second"], line["difference"]]
            for unit in units
            for line in ({"criterion": "Tổng", **unit}, *unit["lines"])
        ],
        about=period["name"],
        said=said,
    )


def fairness(desk: Desk, units: Iterable[Row], names: Mapping[str, str], period: Row, said: Sequence[Said]) -> Table:
    """A row for each unit at whose report somebody has looked."""
    return Table(
        "cong-bang",
        "Tự chấm so với kết luận, theo đơn vị",
        [
            Column("Đơn vị"),
            Column("Khối"),
            *[Column(head, Kind.POINTS) for head in words.COLUMNS.values()],
            Column("Kết luận trừ tự chấm", Kind.CHANGE),
        ],
        [
            [
                desk.name(unit["unit_id"]),
                names.get(unit["block_id"], "Khối khác"),
                *[unit[name] for name in words.COLUMNS],
                unit["difference"],
            ]
            for unit in units
        ],
        about=period["name"],
        said=said,
    )


def moved(
    desk: Desk,
    told: Iterable[Row],
    names: Mapping[str, str],
    periods: Mapping[str, str],
    *,
    title: str,
    facts: Sequence[Said],
) -> Table:
    """A row for each unit whose points or place are others, before and after a rescoring or a rehearsal."""
    return Table(
        "diem-truoc-sau",
        title,
        [
            Column("Kỳ"),
            Column("Khối"),
            Column("Đơn vị"),
            *[Column(head, Kind.POINTS) for head in ("Điểm trước", "Điểm sau", "Tối đa áp dụng", "Tỷ lệ sau (%)")],
            *[Column(head, Kind.COUNT) for head in ("Hạng trước", "Hạng sau")],
        ],
        [
            [
                periods.get(block["period_id"], "Kỳ khác"),
                names.get(block["block_id"], "Khối khác"),
                desk.name(unit["unit_id"]),
                *[unit[name] for name in ("previous_points", "points", "maximum", "percent", "previous_rank", "rank")],
            ]
            for block in told
            for unit in block["changed"]
        ],
        facts=facts,
    )
