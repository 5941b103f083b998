"""Facts of law that files are kept by."""

from typing import Any

from fastapi import APIRouter, Response

from chassis.http import Asked, Commanded, Sent
from registry import actions, queries
from registry.actions.law import Decided, LawBody
from registry.api.rights import office_only

router = APIRouter()


@router.get("/law", tags=["law"])
async def law(asked: Asked) -> dict[str, Any]:
    """Give each fact as a sentence with its citation, its value, how sure it is, and what people decided of it."""
    return await queries.law(asked.db)


@router.post("/law/{code}/amendments", tags=["law"], status_code=201, response_model=Decided)
async def amend_law(code: str, body: Sent[LawBody], commanded: Commanded) -> Response:
    """Change or confirm a fact that is not verified in its text; what hangs on it is counted anew."""
    office_only(commanded)
    post = commanded.identity.post
    return await commanded.once(body, lambda: actions.amend_law(commanded.tx, code, body, post=post), status=201)
