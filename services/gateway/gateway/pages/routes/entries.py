"""Hồ sơ: what is entered of a person or a unit, as of any day, and the forms that enter, amend and withdraw it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from contracts.notify import Post
from gateway.api import SameSite
from gateway.pages import forms, render
from gateway.pages.desk import AtDesk, Desk, is_id
from gateway.pages.routes.attachments import attached_to
from gateway.pages.routes.units import as_of, asked

router = APIRouter()

_ON_A_PAGE = 30
_SHOWN = 12
_DIGITS = 9


@dataclass
class File:
    """Whose file it is; ``person`` is None for a unit's own."""

    unit_id: str
    unit: str
    person: dict[str, Any] | None = None

    @property
    def address(self) -> str:
        return f"/can-bo/{self.person['person_id']}" if self.person else f"/ho-so/{self.unit_id}"

    @property
    def path(self) -> str:
        return f"people/{self.person['person_id']}" if self.person else f"units/{self.unit_id}"

    @property
    def title(self) -> str:
        return str(self.person["name"]) if self.person else f"Hồ sơ của {self.unit}"

    @property
    def forms(self) -> list[forms.Form]:
        """The kinds of entry that this file may have; an initiative is used from its own line."""
        of = "of_people" if self.person else "of_units"
        return [form for form in forms.FORMS if getattr(form, of) and form.kind != "use"]


async def _of_person(desk: Desk, person_id: UUID | str, on: str = "") -> File:
    found = await desk.get("registry", f"people/{person_id}?{asked(on=on)}")
    await desk.learn({found["unit_id"], *([found["post"]["unit_id"]] if found["post"] else [])})
    return File(found["unit_id"], desk.name(found["unit_id"]), found)


async def _of_unit(desk: Desk, unit_id: UUID | str) -> File:
    await desk.learn({str(unit_id)})
    return File(str(unit_id), desk.name(str(unit_id)))


@router.get("/can-bo/{person_id}")
async def of_person(request: Request, desk: AtDesk, person_id: UUID) -> Response:
    """One person on a day: where they serve, and all that stands in their file."""
    on, _ = as_of(request.query_params.get("ngay", ""))
    return await _draw(request, desk, await _of_person(desk, person_id, on))


@router.get("/ho-so/{unit_id}")
async def of_unit(request: Request, desk: AtDesk, unit_id: UUID) -> Response:
    """A unit's own file: its ratings, holds and clearances."""
    return await _draw(request, desk, await _of_unit(desk, unit_id))


async def _draw(
    request: Request, desk: Desk, file: File, typed: dict[str, str] | None = None, problem: Problem | None = None
) -> Response:
    kind = forms.BY_SLUG.get(request.query_params.get("loai", ""))
    on, wrong_day = as_of(request.query_params.get("ngay", ""))
    question = asked(kind=kind.kind if kind else None, on=on, after=request.query_params.get("sau"), limit=_ON_A_PAGE)
    found = await desk.get("registry", f"{file.path}/entries?{question}")
    reads = await desk.get("registry", f"{file.path}/reads?limit={_ON_A_PAGE}")
    await desk.learn({each["unit_id"] for each in found["items"]})
    here = {"loai": kind.slug if kind else "", "ngay": on}
    values = {
        "desk": desk,
        "section": "can-bo",
        "file": file,
        "found": found["items"],
        "names": found["names"],
        "reads": reads["items"],
        "kind": kind,
        "on": on,
        "wrong_day": wrong_day,
        "onward": asked(**here, sau=found["next"]) if found["next"] else None,
        "begun": "sau" not in request.query_params,
        "recorded": bool(request.query_params.get("ghi")),
        "typed": typed or {"name": file.title},
        "errors": render.errors_of(problem),
        "problem": problem,
    }
    return render.page(request, "ho-so.html", values, status=problem.status if problem else 200)


async def _typed(request: Request) -> dict[str, str]:
    sent = await request.form()
    return {name: value.strip() for name, value in sent.items() if isinstance(value, str)}


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else 0


@router.post("/can-bo/{person_id}/ten", dependencies=[SameSite])
async def rename(request: Request, desk: AtDesk, person_id: UUID) -> Response:
    """Correct what a person is called; what was refused is told where the form stands."""
    typed = await _typed(request)
    body = {
        "version": max(1, _number(typed.get("version", ""))),
        **{name: typed.get(name, "") for name in ("name", "reason")},
    }
    try:
        await desk.send("PUT", "registry", f"people/{person_id}/name", body)
    except Problem as problem:
        if problem.status not in (Invalid.status, Conflict.status):
            raise
        return await _draw(request, desk, await _of_person(desk, person_id), typed, problem)
    return RedirectResponse(f"/can-bo/{person_id}?ghi=1", 303)


@dataclass
class Entering:
    """An entry as it is being typed: nothing of it is lost on the way through search and refusal."""

    file: File
    form: forms.Form
    typed: dict[str, str]
    entry: dict[str, Any] | None = None
    holders: list[str] = field(default_factory=list)
    problem: Problem | None = None

    @property
    def version(self) -> int:
        return self.entry["version"] if self.entry else 0

    def body(self) -> dict[str, Any]:
        """Write the entry as the registry takes it."""
        unit_id = self.typed.get("don_vi", "") if self.form.kind == "service" else ""
        said: dict[str, Any] = {
            "version": _number(self.typed.get("version", "")),
            "kind": self.form.kind,
            "values": {each.name: self.typed.get(each.name, "") for each in self.form.fields},
            "reason": self.typed.get("reason", ""),
        }
        if self.file.person:
            said["person_id"] = self.file.person["person_id"]
        if self.form.kind == "service" or not self.file.person:
            said["unit_id"] = unit_id if is_id(unit_id) else self.file.unit_id
        if self.form.kind == "initiative":
            said["with_ids"] = [each for each in self.holders if is_id(each)]
        if self.form.kind == "use" and is_id(self.typed.get("sang_kien", "")):
            said["initiative_id"] = self.typed["sang_kien"]
        return said


async def _entering(request: Request, desk: Desk, file: File, slug: str) -> Entering:
    """Begin a form: empty, or as the entry stands that is to be amended."""
    form = forms.BY_SLUG.get(slug)
    if form is None or (form not in file.forms and form.kind != "use"):
        raise NotFound("Địa chỉ này không có.")
    query = request.query_params
    entry_id = query.get("muc", "")
    if not is_id(entry_id):
        main = {"main": "yes", "sang_kien": query.get("sang-kien", "")}
        return Entering(file, form, {"ma": str(uuid4()), "don_vi": file.unit_id, **main})
    entry = await desk.get("registry", f"entries/{entry_id}")
    if entry["not_yours"]:
        raise Forbidden(entry["not_yours"])
    held = {"ma": entry_id, "version": str(entry["version"]), "don_vi": entry["unit_id"]}
    typed = {**entry["typed"], **held, "sang_kien": entry["initiative_id"] or ""}
    return Entering(file, form, typed, entry, holders=entry["with_ids"])


@router.get("/can-bo/{person_id}/ghi/{slug}")
async def person_form(request: Request, desk: AtDesk, person_id: UUID, slug: str) -> Response:
    return await _ask(request, desk, await _entering(request, desk, await _of_person(desk, person_id), slug))


@router.get("/ho-so/{unit_id}/ghi/{slug}")
async def unit_form(request: Request, desk: AtDesk, unit_id: UUID, slug: str) -> Response:
    return await _ask(request, desk, await _entering(request, desk, await _of_unit(desk, unit_id), slug))


@router.post("/can-bo/{person_id}/ghi/{slug}", dependencies=[SameSite])
async def person_entry(request: Request, desk: AtDesk, person_id: UUID, slug: str) -> Response:
    return await _keep(request, desk, await _of_person(desk, person_id), slug)


@router.post("/ho-so/{unit_id}/ghi/{slug}", dependencies=[SameSite])
async def unit_entry(request: Request, desk: AtDesk, unit_id: UUID, slug: str) -> Response:
    return await _keep(request, desk, await _of_unit(desk, unit_id), slug)


async def _keep(request: Request, desk: Desk, file: File, slug: str) -> Response:
    """Search, or record, by the button that was pressed."""
    made = await _entering(request, desk, file, slug)
    made.typed |= await _typed(request)
    made.holders = list(dict.fromkeys(str(each) for each in (await request.form()).getlist("cung")))
    entry_id = made.typed["ma"] if is_id(made.typed["ma"]) else str(uuid4())
    if made.typed.get("buoc") == "tim":
        return await _ask(request, desk, made)
    try:
        await desk.send("PUT", "registry", f"entries/{entry_id}", made.body())
    except Problem as problem:
        if problem.status not in (Invalid.status, Conflict.status):
            raise
        made.problem = problem
        return await _ask(request, desk, made)
    return RedirectResponse(f"{file.address}?ghi=1", 303)


async def _ask(request: Request, desk: Desk, made: Entering) -> Response:
    """Draw the form with what can be chosen: the office any unit, an initiative's holders their colleagues."""
    words = made.typed.get("tim", "")[:100]
    units: list[dict[str, Any]] = []
    colleagues: list[dict[str, Any]] = []
    if made.form.kind == "service" and desk.who.holds(Post.CITY_OFFICE) and not made.entry:
        units = (await desk.get("registry", f"units?{asked(search=words, limit=_SHOWN)}"))["items"] if words else []
        await desk.learn(filter(is_id, [made.typed["don_vi"]]))
        here = {"unit_id": made.typed["don_vi"], "name": desk.name(made.typed["don_vi"])}
        units = [here, *[each for each in units if each["unit_id"] != here["unit_id"]]]
    if made.form.kind == "initiative" and made.file.person:
        question = asked(unit_id=made.file.unit_id, search=words, limit=_SHOWN)
        colleagues = (await desk.get("registry", f"people?{question}"))["items"]
    values = {
        "desk": desk,
        "section": "can-bo",
        "made": made,
        "file": made.file,
        "form": made.form,
        "typed": made.typed,
        "errors": render.errors_of(made.problem),
        "units": units,
        "colleagues": [
            each for each in colleagues if made.file.person and each["person_id"] != made.file.person["person_id"]
        ],
        "kept": [each for each in made.holders if each not in {each["person_id"] for each in colleagues}],
    }
    return render.page(request, "ho-so-ghi.html", values, status=made.problem.status if made.problem else 200)


@router.get("/ho-so-muc/{entry_id}")
async def one(request: Request, desk: AtDesk, entry_id: UUID) -> Response:
    """One entry with all that was ever said in it, by whom, and why."""
    return await _one(request, desk, entry_id)


async def _one(
    request: Request, desk: Desk, entry_id: UUID, typed: dict[str, str] | None = None, problem: Problem | None = None
) -> Response:
    found = await desk.get("registry", f"entries/{entry_id}")
    file = await (_of_person(desk, found["person_id"]) if found["person_id"] else _of_unit(desk, found["unit_id"]))
    values = {
        "desk": desk,
        "section": "can-bo",
        "entry": found,
        "attached": await attached_to(desk, f"entries/{entry_id}") if found["kind"] == "rating" else None,
        "handed_in": "tep" in request.query_params,
        "file": file,
        "form": forms.BY_KIND[found["kind"]],
        "typed": typed or {},
        "errors": render.errors_of(problem),
        "problem": problem,
    }
    return render.page(request, "ho-so-muc.html", values, status=problem.status if problem else 200)


@router.post("/ho-so-muc/{entry_id}/rut", dependencies=[SameSite])
async def withdraw(request: Request, desk: AtDesk, entry_id: UUID) -> Response:
    """Take an entry out of what counts, with a reason."""
    typed = await _typed(request)
    body = {"version": max(1, _number(typed.get("version", ""))), "reason": typed.get("reason", "")}
    try:
        await desk.send("POST", "registry", f"entries/{entry_id}/withdraw", body)
    except Problem as problem:
        if problem.status not in (Invalid.status, Conflict.status):
            raise
        return await _one(request, desk, entry_id, typed, problem)
    return RedirectResponse(f"/ho-so-muc/{entry_id}", 303)
