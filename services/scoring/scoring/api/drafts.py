"""Drafts of sheets: begun, typed, tried, compared, published."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from chassis.http import Asked, Commanded, Page, Sent
from scoring import actions, queries, rules
from scoring.actions import Versioned
from scoring.actions.drafts import NewDraft, PublishedSheet, ToDiscard, ToPublish, TypedPart
from scoring.api.rights import office
from scoring.rules import forms

router = APIRouter(tags=["drafts"])


class Trial(BaseModel):
    """What is tried on a draft, as it was typed; nothing of it is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    typed: Annotated[dict[str, Annotated[str, Field(max_length=100)]], Field(max_length=1_000)]
    late: bool = False
    late_days: Annotated[int, Field(ge=0, le=366)] = 0


@router.get("/sheet-form")
async def sheet_form(asked: Asked) -> dict[str, Any]:
    """Give every field that a sheet can have, in words: of the sheet, a group, a line, and of each kind of rule."""
    office(asked)
    return {
        "sheet": forms.OF_A_SHEET,
        "group": forms.OF_A_GROUP,
        "line": forms.OF_A_LINE,
        "kinds": list(forms.KINDS.values()),
    }


@router.get("/sheet-drafts")
async def drafts(asked: Asked) -> Page:
    office(asked)
    return Page(items=await queries.sheet_drafts_of(asked.db))


@router.put("/sheet-drafts/{draft_id}")
async def begin_draft(draft_id: UUID, body: Sent[NewDraft], commanded: Commanded) -> Versioned:
    """Begin a draft, empty or from a version of a sheet."""
    office(commanded)
    return await actions.begin_sheet_draft(commanded.tx, draft_id, body)


@router.get("/sheet-drafts/{draft_id}")
async def one_draft(draft_id: UUID, asked: Asked) -> dict[str, Any]:
    """Give what was typed, every fault at its field (``part.row.field``), and the points used per group and in all."""
    office(asked)
    return await queries.sheet_draft(asked.db, draft_id)


@router.put("/sheet-drafts/{draft_id}/parts/{part}")
async def save_part(draft_id: UUID, part: str, body: Sent[TypedPart], commanded: Commanded) -> Versioned:
    office(commanded)
    return await actions.save_sheet_part(commanded.tx, draft_id, part, body)


@router.get("/sheet-drafts/{draft_id}/sheet")
async def drafted_sheet(draft_id: UUID, asked: Asked) -> rules.Sheet:
    office(asked)
    return await queries.drafted_sheet(asked.db, draft_id)


@router.get("/sheet-drafts/{draft_id}/differences")
async def draft_differences(draft_id: UUID, asked: Asked) -> dict[str, Any]:
    """Tell what publishing would change of the newest version; empty where there is none yet."""
    office(asked)
    return await queries.draft_differences(asked.db, draft_id)


@router.post("/sheet-drafts/{draft_id}/preview")
async def preview_draft(draft_id: UUID, body: Sent[Trial], asked: Asked) -> rules.Score:
    """Score what was typed under a draft."""
    office(asked)
    return await queries.draft_trial(asked.db, draft_id, body.typed, late=body.late, late_days=body.late_days)


@router.post("/sheet-drafts/{draft_id}/publish")
async def publish_draft(draft_id: UUID, body: Sent[ToPublish], commanded: Commanded) -> PublishedSheet:
    """Publish the draft as the next version of its sheet."""
    office(commanded)
    return await actions.publish_sheet_draft(commanded.tx, draft_id, body)


@router.post("/sheet-drafts/{draft_id}/discard")
async def discard_draft(draft_id: UUID, body: Sent[ToDiscard], commanded: Commanded) -> Versioned:
    """Throw a draft away that was not published."""
    office(commanded)
    return await actions.discard_sheet_draft(commanded.tx, draft_id, body)
