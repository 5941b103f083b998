"""The HTTP door of awards."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from awards import actions, queries, rules
from awards.actions import Adopted, Amended, AmendmentBody
from chassis.errors import FieldError, Invalid
from chassis.http import Asked, Commanded, Sent
from contracts.notify import Post

router = APIRouter()


@router.get("/packs", tags=["rule packs"])
async def packs(asked: Asked) -> dict[str, Any]:
    return {"items": await queries.list_packs(asked.db)}


@router.put("/packs/{pack}", tags=["rule packs"])
async def adopt_pack(pack: str, body: Sent[rules.Pack], commanded: Commanded) -> Adopted:
    commanded.identity.require(Post.CITY_OFFICE, who_may="Phòng Nội vụ thành phố")
    if body.pack != pack:
        raise Invalid(
            "Tên bộ quy định trong địa chỉ và trong nội dung khác nhau.",
            errors=[FieldError(field="pack", message=f"ghi {body.pack}, địa chỉ ghi {pack}")],
        )
    return await actions.adopt_pack(commanded.tx, body)


@router.get("/packs/{pack}", tags=["rule packs"])
async def pack(pack: str, asked: Asked) -> dict[str, Any]:
    """Give a pack as it stands, each fact with how sure it is, and what people changed in it."""
    return await queries.pack(asked.db, pack)


@router.post("/packs/{pack}/amendments", tags=["rule packs"], status_code=201, response_model=Amended)
async def amend_pack(pack: str, body: Sent[AmendmentBody], commanded: Commanded) -> Response:
    """Change or confirm a fact that is not verified in its text; eligibility is checked again where the pack is in force."""
    commanded.identity.require(Post.CITY_OFFICE, who_may="Phòng Nội vụ thành phố")
    post = commanded.identity.post
    return await commanded.once(body, lambda: actions.amend_pack(commanded.tx, pack, body, post=post), status=201)


@router.get("/units/{unit_id}/titles", tags=["titles"])
async def titles(unit_id: UUID, year: Annotated[int, Query(ge=0, le=9999)], asked: Asked) -> dict[str, Any]:
    """Give what the unit meets and misses; only the unit itself and the office see it."""
    asked.identity.require(
        (Post.UNIT_OFFICER, unit_id), Post.CITY_OFFICE, who_may="chính đơn vị đó hoặc Phòng Nội vụ thành phố"
    )
    return await queries.titles_of(asked.db, unit_id, year)


@router.get("/units/{unit_id}/verdicts", tags=["titles"])
async def verdicts(unit_id: UUID, asked: Asked) -> dict[str, Any]:
    """Give the verdict on each title of each of a unit's years, newest first; only the unit itself and the office see it."""
    asked.identity.require(
        (Post.UNIT_OFFICER, unit_id), Post.CITY_OFFICE, who_may="chính đơn vị đó hoặc Phòng Nội vụ thành phố"
    )
    return {"unit_id": unit_id, "items": await queries.verdicts_of(asked.db, unit_id)}


@router.get("/eligible-units", tags=["titles"])
async def eligible_units(asked: Asked, search: Annotated[str, Query(min_length=2, max_length=100)]) -> dict[str, Any]:
    """Find the units that are eligible for a title in any year, by its name or a part of it, without marks; for the office."""
    asked.identity.require(Post.CITY_OFFICE, who_may="Phòng Nội vụ thành phố")
    return await queries.eligible_units(asked.db, search)
