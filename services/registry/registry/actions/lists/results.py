"""The list of results: a unit's own report, read against its sheet and put into its draft. Nothing is ever sent by it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.events import Tx
from registry import rules
from registry.actions.bodies import CheckBody, DraftBody
from registry.actions.reports import lines_of, lock_report, save_draft
from registry.actions.writing import step_after
from registry.rules import transitions
from registry.rules.lists import About, KnownReport, Plan, Row
from registry.tables import reports


async def plan_rows_of_results(db: AsyncConnection, about: About, rows: Sequence[Row], _post: str) -> list[Plan]:
    """Say what rows would put into the draft; raises ``Conflict`` where the report is not the unit's to write in now."""
    key = {"campaign_id": about.campaign_id, "period_id": about.period_id, "unit_id": about.unit_id}
    lines = await lines_of(db, CheckBody.model_validate({**key, "fields": {}}))
    wanted = [reports.c[name] for name in ("state", "version", "fields", "nothing", "flagged")]
    found = await db.execute(select(*wanted).where(*[reports.c[name] == value for name, value in key.items()]))
    stands: Mapping[Any, Any] = found.mappings().one_or_none() or _NOTHING
    state = transitions.State(stands["state"])
    step_after(state, transitions.Step.SAVE)
    open_items = transitions.open_items(state, stands["flagged"] or ())
    known = KnownReport.model_validate({**stands, **key, "lines": lines, "open_items": open_items})
    return rules.lists.plan_results(rows, known)


_NOTHING: Final[Mapping[Any, Any]] = {"state": "none", "version": 0, "fields": {}, "nothing": {}, "flagged": None}


async def keep_results(tx: Tx, about: About, rows: Sequence[Mapping[str, Any]], _post: str) -> set[str]:
    """Save the draft as its writer would, unless somebody has since the check."""
    campaign_id, period_id, unit_id = about.campaign_id, about.period_id, about.unit_id
    assert campaign_id
    assert period_id
    assert unit_id
    report = await lock_report(tx, campaign_id, period_id, unit_id)
    if report["version"] != rows[0]["seen"]:
        return {str(unit_id)}
    said = [row["content"] for row in rows]
    body = DraftBody(
        version=report["version"],
        **{
            kept: {each["criterion"]: each[name] for each in said if each[name] or each["criterion"] in report[kept]}
            for kept, name in (("fields", "value"), ("nothing", "nothing"))
        },
    )
    await save_draft(tx, campaign_id, period_id, unit_id, body)
    return set()
