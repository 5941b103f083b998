"""Tài khoản và quyền: which post holds which rights, as the accounts say and as headships give; to be read only."""

from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis.errors import Forbidden, Unavailable
from contracts.notify import CITY_LEADER, Post
from gateway import queries
from gateway.pages import render
from gateway.pages.desk import AtDesk, Desk
from gateway.pages.routes.units import asked

router = APIRouter()

_ON_A_PAGE: Final = 50
_ROLES: Final[dict[str, str]] = {
    Post.UNIT_OFFICER: "Cán bộ đầu mối",
    Post.BLOCK_HEAD: "Khối trưởng",
    Post.CITY_OFFICE: "Phòng Nội vụ thành phố",
    Post.OPERATOR: "Vận hành hệ thống",
    CITY_LEADER: "Lãnh đạo thành phố: xem mọi bảng, không làm thay",
}


@router.get("/tai-khoan")
async def accounts(request: Request, desk: AtDesk, sau: str = "") -> Response:
    """Every account with its post and rights, a page at a time, by account."""
    if not (desk.who.holds(Post.CITY_OFFICE) or desk.who.holds(Post.OPERATOR)):
        raise Forbidden("Danh sách tài khoản dành cho Phòng Nội vụ và cán bộ vận hành.")
    async with request.app.state.service.engine.connect() as db:
        rows = await queries.list_accounts(db, after=sau, limit=_ON_A_PAGE + 1)
    shown, onward = rows[:_ON_A_PAGE], len(rows) > _ON_A_PAGE
    held = [(row["account"], grant["role"], grant["scope"]) for row in shown for grant in row["grants"]]
    units = {scope for _, role, scope in held if role == Post.UNIT_OFFICER}
    blocks = {scope for _, role, scope in held if role == Post.BLOCK_HEAD}
    await _learn(desk, units)
    named, led = await _blocks(desk, blocks, units)
    values = {
        "desk": desk,
        "section": "van-hanh",
        "accounts": [
            {**row, "rights": [_right(desk, each, named) for each in row["grants"]], "led": _led(row["grants"], led)}
            for row in shown
        ],
        "onward": asked(sau=shown[-1]["account"]) if onward else None,
        "begun": not sau,
    }
    return render.page(request, "tai-khoan.html", values)


async def _learn(desk: Desk, units: set[str]) -> None:
    try:
        await desk.learn(units)
    except Unavailable:
        return


def _led(grants: list[dict[str, Any]], led: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Name the blocks whose rights an account has because its units head them, and not by a grant of its own."""
    units = [grant["scope"] for grant in grants if grant["role"] == Post.UNIT_OFFICER]
    own = {grant["scope"] for grant in grants if grant["role"] == Post.BLOCK_HEAD}
    return [block["name"] for unit in units for block in led.get(unit, ()) if block["block_id"] not in own]


def _right(desk: Desk, grant: dict[str, Any], blocks: dict[str, str]) -> str:
    if grant["role"] == Post.UNIT_OFFICER:
        return f"{_ROLES[Post.UNIT_OFFICER]}: {desk.name(grant['scope'])}"
    if grant["role"] == Post.BLOCK_HEAD:
        return f"{_ROLES[Post.BLOCK_HEAD]}: {blocks.get(grant['scope'], 'khối không còn trong danh sách')}"
    return _ROLES.get(grant["role"], "Quyền không còn dùng")


async def _blocks(
    desk: Desk, named: set[str], units: set[str]
) -> tuple[dict[str, str], dict[str, list[dict[str, Any]]]]:
    """Give the names of blocks, and this year's blocks by the unit that heads them, as the registry says today."""
    found: list[dict[str, Any]] = []
    for name, ids in (("block_id", named), ("member", units)):
        if ids:
            question = urlencode([(name, each) for each in sorted(ids)])
            found += (await desk.get_or("registry", f"blocks?{question}", {"items": []}))["items"]
    led: dict[str, list[dict[str, Any]]] = {}
    for block in {block["block_id"]: block for block in found if block["year"] == desk.year}.values():
        if block["head_unit_id"]:
            led.setdefault(block["head_unit_id"], []).append(block)
    return {block["block_id"]: f"{block['name']} năm {block['year']}" for block in found}, led
