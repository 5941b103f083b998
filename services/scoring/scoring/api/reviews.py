"""What is said of reports after they were sent: the three columns, cross-checks, appraisal, and how reviewers differ."""

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis.http import Asked, Command, Commanded, Reading, Sent
from chassis.identity import Identity, scopes
from contracts.appraisal import Column
from contracts.envelope import GivenAmount, GivenNumber
from contracts.notify import Post
from scoring import actions, queries, rules
from scoring.actions import Answered, Assigned, Reviewed, Reviewer
from scoring.api.rights import may_see_unit, not_of_office, office, overseer, oversees

router = APIRouter()
_PERIOD = "/campaigns/{campaign_id}/periods/{period_id}"


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LookBody(Model):
    """One item as the reviewer sees it: agreed, or another ``value`` (absent = nothing counts) with its reason."""

    criterion: Annotated[str, Field(max_length=20)]
    agreed: bool = False
    value: GivenAmount | None = None
    reason: Annotated[str, Field(max_length=1000)] = ""


class LookedBody(Model):
    """``report_version`` is that of the report that was looked at: a newer one has to be looked at anew."""

    report_version: GivenNumber
    items: Annotated[tuple[LookBody, ...], Field(min_length=1, max_length=500)]

    def looks(self) -> list[rules.Look]:
        return [rules.Look(each.criterion, each.agreed, each.value, each.reason) for each in self.items]


class VerdictsBody(LookedBody):
    column: Literal[Column.BLOCK, Column.APPRAISAL]


class ChecksBody(Model):
    """Who checks whom: unit checked → unit that checks; null = nobody, which takes back who did."""

    checks: Annotated[dict[UUID, UUID | None], Field(min_length=1, max_length=5000)]


def _reviewer(who: Identity, unit_id: UUID) -> Reviewer:
    """Say for which unit somebody speaks who looks at this one: nobody looks at the own, whatever else they may do."""
    if who.holds(Post.UNIT_OFFICER, unit_id):
        return Reviewer(who.post, unit_id)
    own = None if who.holds(Post.CITY_OFFICE) else next(iter(scopes(who, Post.UNIT_OFFICER)), None)
    return Reviewer(who.post, own)


def _of_office(request: Request) -> UUID | None:
    """Give the unit that the office itself is."""
    unit_id: UUID | None = request.app.state.service.settings.office_unit_id
    return unit_id


def _head(asked: Reading | Command, block_id: UUID | None) -> None:
    """Let in the office and the head of the block; of all blocks also whoever leads the city, to read."""
    if isinstance(asked, Reading) and oversees(asked):
        return
    asked.identity.require(
        (Post.BLOCK_HEAD, block_id),
        Post.CITY_OFFICE,
        who_may="khối trưởng của khối đó, hoặc Phòng Nội vụ",
    )


@router.get(_PERIOD + "/scores/{unit_id}/columns", tags=["reviews"])
async def one_report(
    campaign_id: UUID,  # noqa: ARG001
    period_id: UUID,
    unit_id: UUID,
    asked: Asked,
    request: Request,
) -> dict[str, Any]:
    """Give what was reported, what the block and the office say of each item, and what each column comes to.

    ``of_office`` tells that the unit is the office itself: of that one the office says nothing.
    """
    await may_see_unit(asked, period_id, unit_id)
    told = await queries.columns(asked.db, period_id, unit_id)
    return {**told, "of_office": unit_id == _of_office(request)}


@router.post(_PERIOD + "/scores/{unit_id}/verdicts", tags=["reviews"], response_model=Reviewed)
async def give_verdicts(  # noqa: PLR0917
    campaign_id: UUID,  # noqa: ARG001
    period_id: UUID,
    unit_id: UUID,
    body: Sent[VerdictsBody],
    commanded: Commanded,
    request: Request,
) -> Response:
    """Say what counts of a report's items: the office in column ``appraisal``, the block's head in column ``block``.

    In column ``block`` the office only concludes what a checking unit objected to: the head says nothing of the own unit,
    some blocks have no head for a time, and without a conclusion their board could never be final.
    """
    only_objected = False
    if body.column == Column.APPRAISAL:
        office(commanded)
    else:
        block_id, _ = await actions.place_of(commanded.tx.db, period_id, unit_id)
        _head(commanded, block_id)
        only_objected = not commanded.identity.holds(Post.BLOCK_HEAD, block_id)
    not_of_office(commanded, unit_id, _of_office(request), body.column)
    by = _reviewer(commanded.identity, unit_id)
    return await commanded.once(
        body,
        lambda: actions.give_verdicts(
            commanded.tx,
            (period_id, unit_id),
            body.column,
            body.looks(),
            by,
            report_version=body.report_version,
            only_objected=only_objected,
        ),
    )


@router.get(_PERIOD + "/boards/{block_id}/cross-checks", tags=["reviews"])
async def cross_checks(campaign_id: UUID, period_id: UUID, block_id: UUID, asked: Asked) -> dict[str, Any]:  # noqa: ARG001
    """Tell who checks whom in a block and how far each is, with a suggestion by rotation."""
    _head(asked, block_id)
    return await queries.cross_checks_of_block(asked.db, period_id, block_id)


@router.put(_PERIOD + "/boards/{block_id}/cross-checks", tags=["reviews"], response_model=Assigned)
async def assign_cross_checks(
    campaign_id: UUID,  # noqa: ARG001
    period_id: UUID,
    block_id: UUID,
    body: Sent[ChecksBody],
    commanded: Commanded,
) -> Response:
    _head(commanded, block_id)
    board = (period_id, block_id)
    return await commanded.once(
        body,
        lambda: actions.assign_cross_checks(commanded.tx, board, body.checks, commanded.identity.post),
    )


@router.get(_PERIOD + "/cross-checks", tags=["reviews"])
async def own_cross_checks(campaign_id: UUID, period_id: UUID, asked: Asked) -> dict[str, Any]:  # noqa: ARG001
    """List what the caller's unit is to check, and how far each is."""
    return {
        "items": await queries.cross_checks_by(asked.db, period_id, list(scopes(asked.identity, Post.UNIT_OFFICER)))
    }


@router.get(_PERIOD + "/objections", tags=["reviews"])
async def own_objections(campaign_id: UUID, period_id: UUID, asked: Asked) -> dict[str, Any]:  # noqa: ARG001
    """List the reports with an objection that waits for the caller, as the head of their blocks; never of the own unit."""
    headed, own = (list(scopes(asked.identity, post)) for post in (Post.BLOCK_HEAD, Post.UNIT_OFFICER))
    return {"items": await queries.objected_in(asked.db, period_id, headed, own)}


@router.post(_PERIOD + "/scores/{unit_id}/cross-check", tags=["reviews"], response_model=Answered)
async def answer_cross_check(
    campaign_id: UUID,  # noqa: ARG001
    period_id: UUID,
    unit_id: UUID,
    body: Sent[LookedBody],
    commanded: Commanded,
) -> Response:
    """Agree with items of the unit that the caller's unit checks, or object to them; the block's head decides on objections."""
    # Also whoever was named in a block that the unit has left: they are told so.
    named = await actions.named_for(commanded.tx.db, period_id, unit_id)
    who = commanded.identity
    speaks = named.by_unit if named and who.holds(Post.UNIT_OFFICER, named.by_unit) else None
    by = Reviewer(who.post, unit_id if who.holds(Post.UNIT_OFFICER, unit_id) else speaks)
    return await commanded.once(
        body,
        lambda: actions.answer_cross_check(
            commanded.tx, (period_id, unit_id), body.looks(), by, report_version=body.report_version
        ),
    )


@router.get(_PERIOD + "/boards/{block_id}/columns", tags=["reviews"])
async def columns_of_block(campaign_id: UUID, period_id: UUID, block_id: UUID, asked: Asked) -> dict[str, Any]:  # noqa: ARG001
    """Give a block's totals in all columns."""
    _head(asked, block_id)
    return await queries.columns_of_block(asked.db, period_id, block_id)


@router.get(_PERIOD + "/appraisals", tags=["reviews"])
async def appraisals(  # noqa: PLR0917
    campaign_id: UUID,  # noqa: ARG001
    period_id: UUID,
    asked: Asked,
    request: Request,
    which: Literal["waiting", "done"] = "waiting",
    block_id: UUID | None = None,
    after_block: UUID | None = None,
    after_unit: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """List the reports that wait for the office, block by block; go on after the last one's block and unit.

    Under a board that is final none waits any more, nor does that of the unit that the office itself is.
    """
    overseer(asked)
    after = (after_block, after_unit) if after_block and after_unit else None
    return await queries.appraisals(
        asked.db,
        period_id,
        done=which == "done",
        block_id=block_id,
        after=after,
        most=limit,
        of_office=_of_office(request),
    )


@router.get(_PERIOD + "/discrepancies", tags=["reviews"])
async def discrepancies(  # noqa: PLR0917
    campaign_id: UUID,  # noqa: ARG001
    period_id: UUID,
    asked: Asked,
    between: Literal["self-block", "self-appraisal", "block-appraisal"] = "self-appraisal",
    least: Annotated[GivenAmount, Query(ge=0, le=100_000)] = Decimal(5),
    least_percent: Annotated[GivenAmount | None, Query(ge=0, le=100)] = None,
    block_id: UUID | None = None,
    skip: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """List the units whose totals in two columns lie ``least`` points or more apart, with the lines that make it so.

    With ``least_percent``, that much of the applicable maximum instead.
    """
    _head(asked, block_id)
    far = queries.Least(least, Decimal(0)) if least_percent is None else queries.Least(Decimal(0), least_percent)
    return await queries.discrepancies(
        asked.db, period_id, between, least=far, block_id=block_id, skip=skip, most=limit
    )


@router.get(_PERIOD + "/fairness", tags=["reviews"])
async def fairness(campaign_id: UUID, period_id: UUID, asked: Asked) -> dict[str, Any]:  # noqa: ARG001
    """Tell how self and verified differ by block, how strict each reviewer is, and which criteria tell nobody apart."""
    overseer(asked)
    return await queries.fairness(asked.db, period_id)


@router.get(_PERIOD + "/fairness/units", tags=["reviews"])
async def fairness_of_units(  # noqa: PLR0917
    campaign_id: UUID,  # noqa: ARG001
    period_id: UUID,
    asked: Asked,
    block_id: UUID | None = None,
    skip: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """List units with what they gave themselves beside what was verified, those farthest apart first."""
    overseer(asked)
    return await queries.fairness_of_units(asked.db, period_id, block_id=block_id, skip=skip, most=limit)
