"""Dữ liệu mở: what the public window shows, for programs: the address of its page with ``.json`` or ``.csv`` at the end.

Everything here is asked for as nobody in particular, so each service gives what it discloses to everybody; and of that only
the fields that are declared below leave this module. They are a promise: fields are added, never renamed or taken away.
"""

import csv
import hashlib
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from typing import Annotated, Any, Final, get_args
from urllib.parse import urlencode
from uuid import UUID

import orjson
from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chassis import errors
from chassis.errors import NotFound
from gateway.pages import render
from gateway.pages.desk import Desk, is_id
from gateway.pages.exports.delimited import guarded
from gateway.pages.routes.public import AtWindow, blocks_named, page_at_the_window

router = APIRouter(tags=["dữ liệu mở"])

PREFIX: Final = "/cong-khai"
ABOUT: Final = f"{PREFIX}/du-lieu-mo"
SCHEMA: Final = f"{PREFIX}/luoc-do.json"
SOURCE: Final = "UBND thành phố Lai Châu, Phòng Nội vụ"
LICENSE: Final = (
    "Được xem, sao chép và dùng lại, có ghi nguồn và dấu vân của bảng; "
    "giấy phép chính thức do UBND thành phố Lai Châu công bố."
)
OPEN: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link",
}
_CACHED: Final = "public, max-age=60"
_MOST: Final = 500


class Form(StrEnum):
    """As what it is given: the end of the address."""

    JSON = "json"
    CSV = "csv"


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")


CampaignId = Annotated[UUID, Field(description="Mã phong trào")]
PeriodId = Annotated[UUID, Field(description="Mã kỳ")]
BlockId = Annotated[UUID, Field(description="Mã khối thi đua")]
PublishedAt = Annotated[AwareDatetime, Field(description="Công bố lúc, có múi giờ")]
Amount = float | None


class Campaign(_Said):
    """Một phong trào đã phát động."""

    campaign_id: CampaignId
    name: Annotated[str, Field(description="Tên phong trào")]
    year: Annotated[int, Field(description="Năm")]


class BoardHead(_Said):
    """Lần công bố mới nhất của bảng một khối trong một kỳ."""

    campaign_id: CampaignId
    period_id: PeriodId
    period: Annotated[str, Field(description="Tên kỳ")]
    block_id: BlockId
    block: Annotated[str, Field(description="Tên khối thi đua")]
    number: Annotated[int, Field(description="Lần công bố, từ 1")]
    state: Annotated[str, Field(description="frozen: đã chốt; final: chính thức")]
    correction: Annotated[bool, Field(description="Đây là bản đính chính")]
    published_at: PublishedAt
    members: Annotated[int, Field(description="Số đơn vị của khối")]
    ranked: Annotated[int, Field(description="Số đơn vị được xếp hạng")]
    fingerprint: Annotated[str, Field(description="Dấu vân bảng, 64 chữ số hệ mười sáu")]


class Place(_Said):
    """Một đơn vị trong bảng của khối; điểm và tỷ lệ tròn hai chữ số, không có thì null."""

    unit_id: Annotated[UUID, Field(description="Mã đơn vị")]
    unit: Annotated[str, Field(description="Tên đơn vị")]
    rank: Annotated[int | None, Field(description="Hạng trong khối; null: không xếp hạng")]
    points: Annotated[Amount, Field(description="Tổng điểm")]
    maximum: Annotated[Amount, Field(description="Điểm tối đa áp dụng")]
    percent: Annotated[Amount, Field(description="Tỷ lệ phần trăm trên điểm tối đa áp dụng")]


class CityPlace(Place):
    """Một đơn vị trong bảng toàn thành phố. Hạng chính thức là hạng trong khối; thứ tự chung chỉ để đối chiếu."""

    order: Annotated[int | None, Field(description="Thứ tự chung, bằng tỷ lệ thì bằng thứ tự")]
    block_id: BlockId
    block: Annotated[str, Field(description="Tên khối thi đua")]
    state: Annotated[str, Field(description="Bảng của khối: frozen hoặc final")]
    number: Annotated[int, Field(description="Lần công bố của bảng đó")]
    published_at: PublishedAt


class Page(_Said):
    """What every answer says of itself."""

    source: Annotated[str, Field(description="Nguồn")] = SOURCE
    license_note: Annotated[str, Field(description="Điều kiện dùng lại")] = LICENSE
    illustrative: Annotated[bool, Field(description="Dữ liệu minh họa, không phải kết quả thật")]
    next: Annotated[str | None, Field(description="Địa chỉ của phần tiếp theo; null: đã hết")]
    items: Sequence[_Said]


class Campaigns(Page):
    items: Sequence[Campaign]


class Boards(Page):
    items: Sequence[BoardHead]


class Board(Page):
    board: BoardHead
    items: Sequence[Place]


class CityBoard(Page):
    campaign_id: CampaignId
    period_id: PeriodId
    period: Annotated[str, Field(description="Tên kỳ")]
    items: Sequence[CityPlace]


So = Annotated[int, Query(ge=1, le=_MOST, description="Nhiều nhất bao nhiêu dòng trong một phần")]
Tu = Annotated[int, Query(ge=0, le=1_000_000, description="Bỏ qua bao nhiêu dòng đầu")]


def _documented(model: type[Page]) -> dict[str, Any]:
    said = "Cùng các trường, mỗi dòng một mục; phần tiếp theo ở tiêu đề Link"
    return {
        "response_class": Response,
        "responses": {
            200: {"model": model, "content": {"text/csv": {"schema": {"type": "string", "description": said}}}},
            304: {"description": "Không đổi kể từ ETag đã gửi trong If-None-Match"},
        },
    }


@router.get(PREFIX + "/phong-trao.{form}", **_documented(Campaigns))
async def campaigns(request: Request, desk: AtWindow, form: Form, sau: UUID | None = None, so: So = 100) -> Response:
    """Các phong trào đã phát động."""
    asked = {"limit": so} | ({"after": str(sau)} if sau else {})
    found = await desk.get("registry", f"campaigns?{urlencode(asked)}")
    items = [Campaign(**{name: each[name] for name in Campaign.model_fields}) for each in found["items"]]
    onward = f"{PREFIX}/phong-trao.{form}?{urlencode({'so': so, 'sau': found['next']})}" if found["next"] else None
    return _given(request, form, Campaigns(items=items, illustrative=desk.simulated, next=onward))


@router.get(PREFIX + ".{form}", **_documented(Boards))
async def boards(  # noqa: PLR0917
    request: Request, desk: AtWindow, form: Form, pt: UUID | None = None, tu: Tu = 0, so: So = 100
) -> Response:
    """Các bảng đã công bố của một phong trào (``pt``), của phong trào đang chạy nếu không nói."""
    heads = await _published(desk)
    some = heads[tu : tu + so]
    names = {each["block_id"]: each["name"] for each in await blocks_named(desk, [each["block_id"] for each in some])}
    items = [_head(desk, each, names[each["block_id"]]) for each in some if each["block_id"] in names]
    asked = {"so": so, "tu": tu + so} | ({"pt": str(pt)} if pt else {})
    onward = f"{PREFIX}.{form}?{urlencode(asked)}" if len(heads) > tu + so else None
    answer = Boards(items=items, illustrative=desk.simulated, next=onward)
    return _given(request, form, answer, changed=max((each["at"] for each in heads), default=None))


@router.get(PREFIX + "/thanh-pho.{form}", **_documented(CityBoard))
async def city(  # noqa: PLR0917
    request: Request,
    desk: AtWindow,
    form: Form,
    ky: UUID | None = None,
    khoi: UUID | None = None,
    sau: Annotated[str, Query(max_length=100)] = "",
    so: So = 100,
) -> Response:
    """Bảng toàn thành phố của một kỳ (``ky``), của cả thành phố hoặc một khối (``khoi``): chỉ bảng đã công bố."""
    period = desk.period(ky) if ky else desk.current_period()
    if period is None or desk.campaign is None:
        raise NotFound("Chưa phát động phong trào nào.")
    share, _, unit = sau.partition("~")
    asked = {"standing": "published", "most": so} | ({"block_id": str(khoi)} if khoi else {})
    asked |= {"after_percent": share, "after_unit": unit} if is_id(unit) else {}
    campaign_id, period_id = desk.campaign["campaign_id"], period["period_id"]
    found = await desk.get("scoring", f"campaigns/{campaign_id}/periods/{period_id}/city-board?{urlencode(asked)}")
    rows = found["rows"]
    await desk.learn(row["unit_id"] for row in rows)
    names = await desk.names_of_blocks({row["block_id"] for row in rows})
    items = [
        CityPlace(
            **_place(desk, row),
            order=row["order"],
            block_id=row["block_id"],
            block=names.get(row["block_id"], "Khối thi đua"),
            state=row["published"]["state"],
            number=row["published"]["number"],
            published_at=row["published"]["at"],
        )
        for row in rows
    ]
    kept = {"ky": period_id, "so": so} | ({"khoi": str(khoi)} if khoi else {})
    last = f"{rows[-1]['percent']}~{rows[-1]['unit_id']}" if found["more"] else None
    onward = f"{PREFIX}/thanh-pho.{form}?{urlencode({**kept, 'sau': last})}" if last else None
    answer = CityBoard(
        campaign_id=campaign_id,
        period_id=period_id,
        period=period["name"],
        items=items,
        illustrative=desk.simulated,
        next=onward,
    )
    of_period = [each["at"] for each in await _published(desk) if each["period_id"] == period_id]
    return _given(request, form, answer, changed=max(of_period, default=None))


@router.get(PREFIX + "/{period_id}/{block_id}.{form}", **_documented(Board))
async def board(  # noqa: PLR0917
    request: Request, desk: AtWindow, period_id: UUID, block_id: UUID, form: Form, tu: Tu = 0, so: So = 100
) -> Response:
    """Bảng của một khối trong một kỳ, như công bố lần mới nhất."""
    desk.period(period_id)
    assert desk.campaign is not None
    path = f"campaigns/{desk.campaign['campaign_id']}/periods/{period_id}/boards/{block_id}/published"
    found = await desk.get("scoring", f"{path}?{urlencode({'start': tu, 'most': so})}")
    named = await blocks_named(desk, [str(block_id)])
    if not named:
        raise NotFound("Không có khối thi đua này.")
    await desk.learn(row["unit_id"] for row in found["rows"])
    answer = Board(
        board=_head(desk, found, named[0]["name"]),
        items=[Place(**_place(desk, row)) for row in found["rows"]],
        illustrative=desk.simulated,
        next=f"{PREFIX}/{period_id}/{block_id}.{form}?{urlencode({'so': so, 'tu': tu + so})}"
        if found["more"]
        else None,
    )
    return _given(request, form, answer, changed=found["at"])


async def _published(desk: Desk) -> list[dict[str, Any]]:
    """Give the newest publications of the campaign on the desk, in the order of its periods."""
    if desk.campaign is None:
        return []
    order = {period["period_id"]: number for number, period in enumerate(desk.campaign["periods"])}
    found = await desk.get("scoring", f"campaigns/{desk.campaign['campaign_id']}/published-boards")
    known = [each for each in found["items"] if each["period_id"] in order]
    return sorted(known, key=lambda each: (order[each["period_id"]], each["block_id"]))


def _head(desk: Desk, found: dict[str, Any], block: str) -> BoardHead:
    same = ("campaign_id", "period_id", "block_id", "number", "state", "correction", "members", "ranked", "fingerprint")
    kept = {name: found[name] for name in same}
    return BoardHead(**kept, period=desk.period(found["period_id"])["name"], block=block, published_at=found["at"])


def _place(desk: Desk, row: dict[str, Any]) -> dict[str, Any]:
    amounts = {name: row[name] for name in ("points", "maximum", "percent")}
    return {"unit_id": row["unit_id"], "unit": desk.name(row["unit_id"]), "rank": row["rank"], **amounts}


def _given(request: Request, form: Form, answer: Page, *, changed: str | None = None) -> Response:
    """Give an answer with its mark; to whoever has it already, only that (RFC 9110).

    Of the two ways to ask whether it changed only the mark is answered: a unit may be renamed after the last publication.
    """
    content = answer.model_dump_json().encode() if form is Form.JSON else _csv(answer)
    mark = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {**OPEN, "ETag": mark, "Cache-Control": _CACHED}
    onward = f', <{answer.next}>; rel="next"' if answer.next else ""
    headers["Link"] = f'<{ABOUT}>; rel="license", <{SCHEMA}>; rel="describedby"{onward}'
    if changed:
        headers["Last-Modified"] = format_datetime(datetime.fromisoformat(changed).astimezone(UTC), usegmt=True)
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if mark in known or "*" in known:
        return Response(status_code=304, headers=headers)
    media = "application/json" if form is Form.JSON else "text/csv; charset=utf-8; header=present"
    return Response(content, media_type=media, headers=headers)


def _csv(answer: Page) -> bytes:
    """Write the items as RFC 4180 says, their fields as headings; what holds of all of them stands in every row."""
    about = answer.board if isinstance(answer, Board) else None
    (model,) = get_args(type(answer).model_fields["items"].annotation)
    ahead = [name for name in BoardHead.model_fields if name not in model.model_fields] if about else []
    written = io.StringIO()
    out = csv.writer(written)
    out.writerow([*ahead, *model.model_fields])
    beside = orjson.loads(about.model_dump_json(include=set(ahead))) if about else {}
    for row in answer.items:
        cells = {**beside, **orjson.loads(row.model_dump_json())}
        out.writerow([_cell(cells[name]) for name in (*ahead, *model.model_fields)])
    return written.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return guarded(value) if isinstance(value, str) else value


@router.options(PREFIX + "{rest:path}", include_in_schema=False)
async def preflight(rest: str) -> Response:
    """Let a page of another site ask whether something has changed."""
    asking = {"Access-Control-Allow-Methods": "GET", "Access-Control-Allow-Headers": "If-None-Match"}
    if not is_open(PREFIX + rest):
        raise render.nowhere()
    return Response(status_code=204, headers={**OPEN, **asking, "Access-Control-Max-Age": "86400"})


def is_open(path: str) -> bool:
    """Tell whether an address is one of open data, so that its refusals too are said to programs."""
    return path.startswith(PREFIX) and path.endswith((".json", ".csv"))


def schema() -> dict[str, Any]:
    """Give the OpenAPI document of open data: its addresses, and every field with what it says."""
    app = FastAPI(title="Thi đua – dữ liệu mở", version="1", description=LICENSE)
    errors.document(app)
    app.include_router(router)
    return app.openapi()


@router.get(SCHEMA, include_in_schema=False)
async def documented() -> Response:
    return JSONResponse(schema(), headers={**OPEN, "Cache-Control": _CACHED})


@router.get(ABOUT, include_in_schema=False)
async def about(request: Request, desk: AtWindow) -> Response:
    """The same for people: what there is, under which address, what each field says."""
    return page_at_the_window(request, "du-lieu-mo.html", desk, told())


def told() -> dict[str, Any]:
    """Give what the page for people says: the terms, and each field of each kind of answer."""
    kinds = ((Boards, BoardHead), (Board, Place), (CityBoard, CityPlace), (Campaigns, Campaign))
    fields = {
        page.__name__: [(name, field.description) for name, field in model.model_fields.items()]
        for page, model in kinds
    }
    return {"section": "cong-khai", "fields": fields, "license": LICENSE, "source": SOURCE, "most": _MOST}
