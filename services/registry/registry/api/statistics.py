"""The statutory statistics forms."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from chassis.http import Asked, Commanded, Sent
from registry import actions, queries
from registry.actions.bodies import Versioned
from registry.actions.statistics import CellsBody, CellsKept, Closed, ClosingBody, LayoutBody
from registry.api.rights import office_only, overseers_only
from registry.rules.statistics import FormLayout, Place

router = APIRouter()

Form = Annotated[str, Path(max_length=10)]
Year = Annotated[int, Path(ge=2000, le=2100)]
Code = Annotated[str, Path(max_length=4)]


@router.get("/statistics/{year}", tags=["statistics"])
async def forms(year: Year, asked: Asked) -> dict[str, Any]:
    """List the forms of a year, each with when it was handed in last."""
    overseers_only(asked)
    return await queries.forms(asked.db, year)


@router.get("/statistics/forms/{form}", tags=["statistics"])
async def form(form: Form, asked: Asked) -> dict[str, Any]:
    """Give a form's rows and columns, how sure they are, and what people changed in them."""
    overseers_only(asked)
    return await queries.form(asked.db, form)


@router.put("/statistics/forms/{form}", tags=["statistics"])
async def adopt_form(form: Form, body: Sent[FormLayout], commanded: Commanded) -> Versioned:
    office_only(commanded)
    return await actions.adopt_form(commanded.tx, form, body, post=commanded.identity.post)


@router.post("/statistics/forms/{form}/amendments", tags=["statistics"], status_code=201, response_model=Versioned)
async def amend_form(form: Form, body: Sent[LayoutBody], commanded: Commanded) -> Response:
    """Correct a form's words or numbers, or confirm it by the document that it was held against."""
    office_only(commanded)
    post = commanded.identity.post
    return await commanded.once(body, lambda: actions.amend_form(commanded.tx, form, body, post=post), status=201)


@router.get("/statistics/{year}/campaigns", tags=["statistics"])
async def countable_campaigns(year: Year, asked: Asked) -> dict[str, Any]:
    """Give the campaigns that a form of this year can count, each with what it can be counted by."""
    overseers_only(asked)
    return await queries.countable_campaigns(asked.db, year)


@router.get("/statistics/{year}/forms/{form}", tags=["statistics"])
async def form_of_year(year: Year, form: Form, asked: Asked) -> dict[str, Any]:
    """Give what each cell is made of, what must agree, what was typed, and how often the form was handed in."""
    overseers_only(asked)
    return await queries.form_of_year(asked.db, form, year)


@router.get("/statistics/{year}/forms/{form}/cells/{row}/{column}", tags=["statistics"])
async def cell_history(year: Year, form: Form, row: Code, column: Code, asked: Asked) -> dict[str, Any]:
    """Give all that was typed into a cell, newest first."""
    overseers_only(asked)
    return await queries.cell_history(asked.db, form, year, Place(row, column))


@router.post("/statistics/{year}/forms/{form}/cells", tags=["statistics"], status_code=201, response_model=CellsKept)
async def type_cells(year: Year, form: Form, body: Sent[CellsBody], commanded: Commanded) -> Response:
    """Keep typed cells, all or none; what was typed before stays beside them."""
    office_only(commanded)
    post = commanded.identity.post
    return await commanded.once(body, lambda: actions.type_cells(commanded.tx, form, year, body, post=post), status=201)


@router.get("/statistics/{year}/forms/{form}/closings/{number}", tags=["statistics"])
async def closing(year: Year, form: Form, number: Annotated[int, Path(ge=1, le=9999)], asked: Asked) -> dict[str, Any]:
    """Give a form as it was handed in, whole."""
    overseers_only(asked)
    return await queries.closing(asked.db, form, year, number)


@router.post("/statistics/{year}/forms/{form}/closings", tags=["statistics"], status_code=201, response_model=Closed)
async def close_form(year: Year, form: Form, body: Sent[ClosingBody], commanded: Commanded) -> Response:
    """Keep a form as it is handed in: nothing that is counted or typed later touches it."""
    office_only(commanded)
    post = commanded.identity.post
    return await commanded.once(body, lambda: actions.close_form(commanded.tx, form, year, body, post=post), status=201)
