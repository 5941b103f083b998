"""Evidence: files taken in by their content, and attached to lines of reports as the table of steps allows it."""

import zipfile
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from anyio import to_thread
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from chassis.clock import business_now
from chassis.errors import Conflict, FieldError, Invalid, NotFound
from chassis.events import Tx
from chassis.scanner import Scanner, Verdict
from chassis.store import Received, Store
from registry import rules
from registry.actions.bodies import Attached, Evidence, Line
from registry.actions.reports import lock_report, require_period
from registry.actions.writing import invalid, step_after
from registry.rules import transitions
from registry.tables import evidence, report_evidence, reports, units

_FIELD: Final = "tep"


async def take_in(received: Received, store: Store, scanner: Scanner) -> tuple[rules.Kind, Verdict]:
    """Find out what a file is, have it looked through, and keep it; raises ``Invalid`` for one that is not taken.

    It is kept before anybody knows of it: what is then never entered lies in the store under its digest and harms nobody.
    """
    try:
        kind = rules.kind_of(*await to_thread.run_sync(look, received.path))
    except rules.UnfitError as unfit:
        raise refused(str(unfit)) from None
    verdict = await looked_through(received, scanner)
    await store.keep(received)
    return kind, verdict


async def looked_through(received: Received, scanner: Scanner) -> Verdict:
    """Have a file looked through for harm; raises ``Invalid`` for one that does any."""
    verdict = await scanner.scan(received.path)
    if verdict is Verdict.INFECTED:
        raise refused("Phần mềm diệt mã độc báo tệp này có mã độc, nên không nhận. Hãy kiểm tra máy đã tạo ra tệp.")
    return verdict


def refused(sentence: str) -> Invalid:
    """Say why a file is not taken, at the field that it was chosen in."""
    return Invalid(sentence, errors=[FieldError(field=_FIELD, message=sentence)])


def look(path: Path) -> tuple[bytes, frozenset[str]]:
    """Read a file's beginning and, of a ZIP, the names of its parts: nothing is unpacked."""
    with path.open("rb") as file:
        head = file.read(rules.HEAD)
    if not head.startswith(rules.ZIP):
        return head, frozenset()
    try:
        with zipfile.ZipFile(path) as archive:
            return head, frozenset(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return head, frozenset()


async def enter_evidence(
    tx: Tx, unit_id: UUID, name: str, received: Received, *, kind: rules.Kind, scan: Verdict, post: str
) -> Evidence:
    """Enter a file that is kept; one that the unit has handed in before stays under its first name."""
    if (await tx.db.execute(select(units.c.unit_id).where(units.c.unit_id == unit_id))).first() is None:
        raise NotFound("Không có đơn vị này.")
    row = {
        "evidence_id": uuid7(),
        "unit_id": unit_id,
        "sha256": received.digest,
        "size": received.size,
        "kind": kind,
        "name": rules.shown_name(name, kind),
        "scan": scan,
        "post": post,
        "uploaded_at": await business_now(tx.db),
    }
    await tx.db.execute(insert(evidence).values(row).on_conflict_do_nothing())
    of_content = (evidence.c.unit_id == unit_id) & (evidence.c.sha256 == received.digest)
    kept = (await tx.db.execute(select(evidence).where(of_content))).mappings().one()
    return Evidence.model_validate({**kept, "sha256": kept["sha256"].hex()})


async def attach_evidence(tx: Tx, line: Line, evidence_id: UUID) -> Attached:
    """Attach one of the unit's files to a line of its report; attaching it again changes nothing.

    It counts as writing in the report: only where and when that is open. The version stays, for no text can be lost.
    """
    report = await _open_line(tx, line)
    own = (evidence.c.evidence_id == evidence_id) & (evidence.c.unit_id == line.unit_id)
    if (await tx.db.execute(select(evidence.c.evidence_id).where(own))).first() is None:
        raise NotFound("Đơn vị không có tệp minh chứng này.")
    there = await tx.db.execute(select(func.count()).select_from(report_evidence).where(*_attached(report, line)))
    if there.scalar_one() >= rules.MOST_PER_ITEM:
        raise Conflict(
            f"Mục {line.criterion} đã có {rules.MOST_PER_ITEM} minh chứng, là nhiều nhất. Hãy gỡ bớt hoặc gộp tệp."
        )
    await tx.db.execute(
        insert(report_evidence)
        .values(
            attachment_id=uuid7(),
            report_id=report["report_id"],
            criterion=line.criterion,
            evidence_id=evidence_id,
            attached_at=await business_now(tx.db),
        )
        .on_conflict_do_nothing()
    )
    return await _written(tx, report)


async def detach_evidence(tx: Tx, line: Line, evidence_id: UUID) -> Attached:
    """Take a file off a line of a report; the file stays, and so does that it was attached."""
    report = await _open_line(tx, line)
    await tx.db.execute(
        update(report_evidence)
        .where(*_attached(report, line), report_evidence.c.evidence_id == evidence_id)
        .values(detached_at=await business_now(tx.db))
    )
    return await _written(tx, report)


def _attached(report: Any, line: Line) -> tuple[ColumnElement[bool], ...]:
    """Say which files stand behind a line now."""
    return (
        report_evidence.c.report_id == report["report_id"],
        report_evidence.c.criterion == line.criterion,
        report_evidence.c.detached_at.is_(None),
    )


async def _open_line(tx: Tx, line: Line) -> Any:
    """Lock the report and see that this line of it can be written into now; raises ``Conflict`` or ``Invalid``."""
    await require_period(tx.db, line.campaign_id, line.period_id)
    report = await lock_report(tx, line.campaign_id, line.period_id, line.unit_id)
    stands = transitions.State(report["state"])
    step_after(stands, transitions.Step.SAVE)
    if faults := rules.sealed([line.criterion], transitions.open_items(stands, report["flagged"] or ())):
        raise invalid(faults)
    return report


async def _written(tx: Tx, report: Any) -> Attached:
    state = step_after(transitions.State(report["state"]), transitions.Step.SAVE)
    if state != report["state"]:
        await tx.db.execute(update(reports).where(reports.c.report_id == report["report_id"]).values(state=state))
    return Attached(report_id=report["report_id"], state=str(state))
