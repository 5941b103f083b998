"""What a page shows, as a file: one way for every list and table.

A route says what it shows as a ``Table``; which file is wanted stands in the page's own address (``tep``), beside the filters and the
order that it has already. So a file holds what the page finds, all of it, to whom the page is shown.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import structlog
from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from contracts.notify import Post
from gateway.pages import words
from gateway.pages.desk import Desk
from gateway.pages.exports import delimited, printed, word, workbook
from gateway.pages.exports.described import Column, Frame, Kind, Said, Table

__all__ = ["AS_FILES", "Column", "Form", "Kind", "Said", "Table", "every", "give", "links", "listed", "wanted"]

log = structlog.get_logger()
Item = TypeVar("Item")

_CITY: Final = ("UBND THÀNH PHỐ LAI CHÂU", "PHÒNG NỘI VỤ")
_PLACE: Final = "Lai Châu"
_PAGES: Final = ("sau", "bo", "khoi_sau", "xong", "ghi", "luu", "gui")
"""What an address says of the page of a list, or of what was just done: nothing that a file is about."""


@dataclass(frozen=True)
class Form:
    """A kind of file: what it is called, how it is written, and how many rows of a list it holds at most."""

    word: str
    label: str
    media: str
    most: int
    write: Callable[..., bytes]


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
AS_FILES: Final[Mapping[str, Form]] = {
    form.word: form
    for form in (
        Form("xlsx", "Excel", f"{_OFFICE}.spreadsheetml.sheet", 20_000, workbook.write),
        Form("docx", "Word", f"{_OFFICE}.wordprocessingml.document", 3_000, word.write),
        Form("pdf", "PDF", "application/pdf", 3_000, printed.write),
        Form("csv", "CSV", "text/csv; charset=utf-8", 20_000, delimited.write),
    )
}


def wanted(request: Request) -> Form | None:
    """Tell which file an address asks for; None for the page itself."""
    return AS_FILES.get(request.query_params.get("tep", ""))


def links(request: Request) -> list[tuple[str, str]]:
    """Give the address of each file of the page that is shown: its own, with its filters and its order.

    A page that answers what was sent has none: its address is not that of a list.
    """
    if request.method != "GET":
        return []
    kept = [(name, said) for name, said in request.query_params.multi_items() if name not in ("tep", *_PAGES) and said]
    return [(form.label, f"?{urlencode([*kept, ('tep', form.word)])}") for form in AS_FILES.values()]


def _one(_: Any) -> int:
    return 1


async def every(
    ask: Callable[[Any], Awaitable[tuple[list[Item], Any]]],
    most: int,
    begin: Any = None,
    rows: Callable[[Item], int] = _one,
) -> tuple[list[Item], bool]:
    """Ask for page after page until there is none, or ``most`` rows are found; tell whether there are more.

    ``ask`` is given where a page begins (``begin`` for the first) and gives its items and where the next one begins, None after the last.
    ``rows`` tells how many rows an item becomes; the last item may have more than there is room for.
    """
    found: list[Item] = []
    held = 0
    while True:
        items, begin = await ask(begin)
        for place, item in enumerate(items, 1):
            found.append(item)
            held += rows(item)
            if held > most or (held == most and (begin is not None or place < len(items))):
                return found, True
        if begin is None:
            return found, False


async def listed(
    desk: Desk, form: Form, path: str, question: Mapping[str, Any], *, size: int | None = 200
) -> tuple[list[dict[str, Any]], bool]:
    """Ask the registry for a whole list, ``size`` at a time where it lets one say so; tell whether there is more than the file holds."""
    asked = {name: said for name, said in question.items() if said not in ("", None, ())} | (
        {"limit": size} if size else {}
    )

    async def ask(after: str | None) -> tuple[list[dict[str, Any]], str | None]:
        found = await desk.get(
            "registry", f"{path}?{urlencode(asked | ({'after': after} if after else {}), doseq=True)}"
        )
        return found["items"], found["next"]

    return await every(ask, form.most)


async def give(request: Request, desk: Desk, form: Form, table: Table, *, cut: bool = False) -> Response:
    """Write a table as a file of this form and give it to be saved; who took what is in the log."""
    cut = cut or len(table.rows) > form.most
    table.rows = table.rows[: form.most]
    write = form.write
    if form.write is printed.write:
        write = partial(write, folder=request.app.state.service.settings.assets_dir)
    # Thousands of rows take a second or two: whoever else asks is answered meanwhile.
    content = await run_in_threadpool(write, table, _frame(desk, form, len(table.rows), cut=cut))
    filters = dict(table.filters)
    log.info(
        "exports.given",
        account=desk.who.account,
        table=table.name,
        form=form.word,
        rows=len(table.rows),
        filters=filters,
    )
    day = f"{words.local(desk.now):%Y%m%d}"
    return Response(content, media_type=form.media, headers={"Content-Disposition": _saved_as(table, day, form.word)})


def _saved_as(table: Table, day: str, ending: str) -> str:
    """Name the file: in plain letters for whatever keeps it, and as people read it (RFC 6266, RFC 5987)."""
    said = quote(f"{table.title} {day}.{ending}".replace("/", "-"), safe="")
    return f"attachment; filename=\"{table.name}-{day}.{ending}\"; filename*=UTF-8''{said}"


def _frame(desk: Desk, form: Form, rows: int, *, cut: bool) -> Frame:
    count = words.amount(str(rows))
    notes = [f"Tổng số: {count} dòng."]
    if cut:
        most = words.amount(str(form.most))
        notes = [
            f"Tệp này chỉ có {count} dòng đầu (tệp {form.label}: nhiều nhất {most} dòng). Lọc hẹp hơn để có phần còn lại."
        ]
    notes.append(f"Trích từ hệ thống Thi đua lúc {words.day_and_time(desk.now)}; bản trích không thay văn bản đã ký.")
    if desk.simulated:
        notes.append("Ngày mô phỏng: dữ liệu minh họa, không phải kết quả thật.")
    return Frame(_issuer(desk), _PLACE, desk.now, notes)


def _issuer(desk: Desk) -> tuple[str, str]:
    """Name who lays a table out: the city's office, at the window too; else the unit, or the block that the reader heads."""
    if desk.unit:
        return _CITY[0], str(desk.unit["name"]).upper()
    block = desk.block or next(iter(desk.blocks), None)
    if desk.who.holds(Post.BLOCK_HEAD) and not desk.who.holds(Post.CITY_OFFICE) and block:
        return _CITY[0], str(block["name"]).upper()
    return _CITY
