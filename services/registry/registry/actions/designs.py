"""Campaigns before their launch: drafts that keep what was typed section by section, and the steps of a campaign."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.clock import business_now
from chassis.errors import Conflict, FieldError, Invalid, NotFound
from chassis.events import Tx
from registry import rules
from registry.actions.bodies import (
    CampaignBody,
    CampaignStepBody,
    NewDraftBody,
    PeriodBody,
    SectionBody,
    Stepped,
    Versioned,
)
from registry.actions.campaigns import WORDS, close_campaign, launch_campaign
from registry.actions.writing import field_error, invalid, step
from registry.rules import CampaignAct, CampaignState, Section
from registry.tables import campaign_drafts, campaign_sections, campaigns, periods

_DRAFT: Final = select(campaign_drafts).where(campaign_drafts.c.campaign_id == bindparam("campaign_id"))
_LAUNCHED: Final = select(campaigns).where(campaigns.c.campaign_id == bindparam("campaign_id"))


async def begin_draft(tx: Tx, campaign_id: UUID, body: NewDraftBody) -> Versioned:
    """Begin a campaign, empty or carried over from another's year; beginning it again the same way changes nothing.

    Raises ``NotFound`` for a campaign that was never launched, ``Conflict`` for an id that stands for another campaign.
    """
    key = {"campaign_id": campaign_id}
    stored = (await tx.db.execute(_DRAFT, key)).mappings().one_or_none()
    if stored and stored["made_from"] == body.made_from:
        return Versioned(version=stored["version"])
    if stored or (await tx.db.execute(_LAUNCHED, key)).first():
        raise Conflict("Mã này đã thuộc một phong trào khác. Hãy tạo bản thảo với mã mới.")
    sections = rules.next_year(await _typed_of(tx, body.made_from)) if body.made_from else rules.empty()
    now = await business_now(tx.db)
    row = {**key, "version": 1, "state": CampaignState.DRAFT.value, "made_from": body.made_from, "saved_at": now}
    await tx.db.execute(insert(campaign_drafts).values(row))
    await write_sections(tx, campaign_id, sections)
    return Versioned(version=1)


async def _typed_of(tx: Tx, campaign_id: UUID) -> dict[str, Section]:
    found = (await tx.db.execute(_LAUNCHED, {"campaign_id": campaign_id})).mappings().one_or_none()
    if found is None:
        raise NotFound("Không có phong trào này để tạo phong trào năm sau.")
    rows = await tx.db.execute(select(periods).where(periods.c.campaign_id == campaign_id).order_by(periods.c.number))
    return rules.sections_of({**found, "periods": [dict(row) for row in rows.mappings()]})


async def write_sections(tx: Tx, campaign_id: UUID, sections: rules.Sections) -> None:
    rows = [
        {"campaign_id": campaign_id, "section": name, "version": 1, "content": section.model_dump(mode="json")}
        for name, section in sections.items()
        if section != Section()
    ]
    if rows:
        await tx.db.execute(insert(campaign_sections), rows)


async def save_section(tx: Tx, campaign_id: UUID, section: str, body: SectionBody) -> Versioned:
    """Keep one section as it was typed, valid or not; fields that are not sent stay, rows are those that are sent.

    Raises ``Conflict`` with what stands there when somebody saved something else since ``body.version``.
    """
    if section not in rules.KNOWN:
        raise NotFound("Phong trào không có phần này.")
    typed = Section(values=body.values, rows=body.rows)
    if faults := rules.check_section(section, typed):
        raise invalid(faults)
    draft = await lock_draft(tx, campaign_id)
    step(rules.CAMPAIGN_STEPS, WORDS, draft_state(draft), CampaignAct.SAVE)
    key = {"campaign_id": campaign_id, "section": section}
    found = await tx.db.execute(
        select(campaign_sections).where(*[campaign_sections.c[name] == value for name, value in key.items()])
    )
    stored = found.mappings().one_or_none()
    standing = Section.model_validate(stored["content"]) if stored else Section()
    kept = Section(values={**standing.values, **typed.values}, rows=typed.rows)
    version = stored["version"] if stored else 0
    if kept == standing and stored:
        return Versioned(version=version)
    own = body.editor is not None and stored is not None and stored["editor"] == body.editor
    if version != body.version and not own:
        raise Conflict(
            "Phần này vừa được người khác sửa. Nội dung bạn nhập vẫn còn bên dưới.",
            version=version,
            content=standing.model_dump(mode="json"),
        )
    content = kept.model_dump(mode="json")
    row = {**key, "version": version + 1, "content": content, "editor": body.editor}
    await tx.db.execute(insert(campaign_sections).values(row).on_conflict_do_update(index_elements=[*key], set_=row))
    await touch_draft(tx, campaign_id, draft["version"] + 1)
    return Versioned(version=version + 1)


async def lock_draft(tx: Tx, campaign_id: UUID) -> Any:
    found = (await tx.db.execute(_DRAFT.with_for_update(), {"campaign_id": campaign_id})).mappings().one_or_none()
    if found is None:
        raise NotFound("Không có bản thảo này.")
    return found


def draft_state(draft: Any) -> CampaignState:
    return CampaignState(draft["state"])


async def touch_draft(tx: Tx, campaign_id: UUID, version: int, **changed: Any) -> None:
    values = {"version": version, "saved_at": await business_now(tx.db), **changed}
    await tx.db.execute(update(campaign_drafts).where(campaign_drafts.c.campaign_id == campaign_id).values(values))


async def take_campaign_step(tx: Tx, campaign_id: UUID, body: CampaignStepBody, *, post: str) -> Stepped:
    """Launch, set aside, take up again or close; what the table of steps does not hold is a ``Conflict`` with what it does.

    Raises ``Invalid`` with every fault of the draft when it cannot be launched yet.
    """
    launched = (await tx.db.execute(_LAUNCHED, {"campaign_id": campaign_id})).mappings().one_or_none()
    if launched:
        at = CampaignState.CLOSED if launched["closed_at"] else CampaignState.LAUNCHED
    else:
        draft = await lock_draft(tx, campaign_id)
        at = draft_state(draft)
    state = step(rules.CAMPAIGN_STEPS, WORDS, at, body.act)
    if body.act in (CampaignAct.SAVE, CampaignAct.CORRECT, CampaignAct.FOLLOW):
        raise Invalid(
            "Bước này có lệnh riêng.",
            errors=[
                FieldError(
                    field="act",
                    message="không phải một bước",
                    remedy="Lưu từng phần, đính chính, hoặc tạo bản thảo mới",
                )
            ],
        )
    if body.act is CampaignAct.CLOSE:
        version = (await close_campaign(tx, campaign_id, body.version)).version
    else:
        version = await _step_draft(tx, draft, body, state, post=post)
    can = tuple(each.value for each in rules.possible(rules.CAMPAIGN_STEPS, state))
    return Stepped(version=version, state=state.value, possible=can)


async def _step_draft(tx: Tx, draft: Any, body: CampaignStepBody, state: CampaignState, *, post: str) -> int:
    campaign_id: UUID = draft["campaign_id"]
    if draft["version"] != body.version:
        raise Conflict("Bản thảo vừa được người khác sửa. Hãy xem lại rồi làm tiếp.", version=draft["version"])
    if body.act is not CampaignAct.LAUNCH:
        await touch_draft(tx, campaign_id, body.version + 1, state=state.value)
        return body.version + 1
    design, faults = rules.read_design(campaign_id, await sections_in(tx, campaign_id))
    if design is None:
        raise Invalid(
            f"Còn {len(faults)} chỗ cần sửa trước khi phát động.", errors=[field_error(fault) for fault in faults]
        )
    parts = design.model_dump(exclude={"periods"})
    rows = tuple(PeriodBody(**period.model_dump()) for period in design.periods)
    return (await launch_campaign(tx, campaign_id, CampaignBody(**parts, periods=rows), post=post)).version


async def sections_in(tx: Tx, campaign_id: UUID) -> dict[str, Section]:
    rows = await tx.db.execute(
        select(campaign_sections.c.section, campaign_sections.c.content).where(
            campaign_sections.c.campaign_id == campaign_id
        )
    )
    return rules.empty() | {row.section: Section.model_validate(row.content) for row in rows}
