"""What is done with a report after it was sent, and the queue of whoever looks at it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.http import Asked, Commanded, Reading, Sent
from chassis.identity import scopes
from contracts.notify import Post
from registry import actions, queries
from registry.actions.bodies import ReportStepped, ReturnBody, StepBody, TakeBackBody
from registry.api.rights import hats, wears
from registry.rules import transitions
from registry.rules.transitions import Step, Who

router = APIRouter()


def may(asked: Reading, report: dict[str, Any]) -> dict[str, Any]:
    """Say what the caller can do with a report now, and which of its items are open; None = all of them."""
    state = transitions.State(report["state"])
    open_items = transitions.open_items(state, report["flagged"] or ())
    worn = hats(asked, report["unit_id"], report["block_id"])
    # Whoever stands in no block any more could not send it again; a return is whose it was, or the office's.
    barred = {
        Step.WITHDRAW: not report["block_id"],
        Step.TAKE_BACK: Who.OFFICE not in worn and report["returned_by"] != asked.identity.post,
    }
    return {
        "steps": tuple(step for step in transitions.possible(state, worn) if not barred.get(step)),
        "open_items": None if open_items is None else sorted(open_items),
    }


@router.get("/reports/queue", tags=["reviews"])
async def queue(asked: Asked, which: Annotated[queries.QueueAsked, Query()]) -> dict[str, Any]:
    """List the reports that wait for the caller, of one campaign or of all, the longest waiting first unless told."""
    asked.identity.require(Post.CITY_OFFICE, Post.BLOCK_HEAD, who_may="Phòng Nội vụ thành phố hoặc khối trưởng")
    own = None if asked.identity.holds(Post.CITY_OFFICE) else tuple(scopes(asked.identity, Post.BLOCK_HEAD))
    not_own = tuple(scopes(asked.identity, Post.UNIT_OFFICER))
    return await queries.queue(asked.db, which, blocks=own, but=not_own)


@router.get("/reports/{report_id}", tags=["reviews"])
async def one_sent_report(report_id: UUID, asked: Asked) -> dict[str, Any]:
    """Give a report as it was sent, with what was done with it."""
    found = await queries.sent_report(asked.db, report_id)
    wears(asked, found, Who.UNIT, Who.REVIEWER)
    return found | may(asked, found)


@router.get("/reports/{report_id}/steps", tags=["reviews"])
async def steps(report_id: UUID, asked: Asked) -> dict[str, Any]:
    """Give what was done with a report, oldest first: every acceptance, and every step after it."""
    wears(asked, await actions.place_of(asked.db, report_id), Who.UNIT, Who.REVIEWER)
    return {"items": await queries.steps(asked.db, report_id)}


@router.post("/reports/{report_id}/withdraw", tags=["reviews"], response_model=ReportStepped)
async def withdraw(report_id: UUID, body: Sent[StepBody], commanded: Commanded) -> Response:
    post = await _may_take(commanded, report_id, Step.WITHDRAW)
    return await commanded.once(body, lambda: actions.withdraw_report(commanded.tx, report_id, body, post))


@router.post("/reports/{report_id}/take-up", tags=["reviews"], response_model=ReportStepped)
async def take_up(report_id: UUID, body: Sent[StepBody], commanded: Commanded) -> Response:
    post = await _may_take(commanded, report_id, Step.TAKE_UP)
    return await commanded.once(body, lambda: actions.take_up_report(commanded.tx, report_id, body, post))


@router.post("/reports/{report_id}/release", tags=["reviews"], response_model=ReportStepped)
async def release(report_id: UUID, body: Sent[StepBody], commanded: Commanded) -> Response:
    post = await _may_take(commanded, report_id, Step.RELEASE)
    return await commanded.once(body, lambda: actions.release_report(commanded.tx, report_id, body, post))


@router.post("/reports/{report_id}/return", tags=["reviews"], response_model=ReportStepped)
async def give_back(report_id: UUID, body: Sent[ReturnBody], commanded: Commanded) -> Response:
    post = await _may_take(commanded, report_id, Step.RETURN)
    return await commanded.once(body, lambda: actions.return_report(commanded.tx, report_id, body, post))


@router.post("/reports/{report_id}/take-back", tags=["reviews"], response_model=ReportStepped)
async def take_back(report_id: UUID, body: Sent[TakeBackBody], commanded: Commanded) -> Response:
    """Take a return back that the unit has not answered yet."""
    post = await _may_take(commanded, report_id, Step.TAKE_BACK)
    office = commanded.identity.holds(Post.CITY_OFFICE)
    return await commanded.once(
        body, lambda: actions.take_back_return(commanded.tx, report_id, body, post, of_anybody=office)
    )


@router.post("/reports/{report_id}/accept", tags=["reviews"], response_model=ReportStepped)
async def accept(report_id: UUID, body: Sent[StepBody], commanded: Commanded) -> Response:
    post = await _may_take(commanded, report_id, Step.ACCEPT)
    return await commanded.once(body, lambda: actions.accept_report(commanded.tx, report_id, body, post))


async def _may_take(commanded: Commanded, report_id: UUID, step: Step) -> str:
    """Refuse whoever the table does not name for this step; give the post that takes it."""
    wears(commanded, await actions.place_of(commanded.tx.db, report_id), transitions.who_may(step))
    return commanded.identity.post
