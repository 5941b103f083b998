"""A decision on units that was entered wrongly is taken back whole, while nothing has been built upon it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, and_, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from chassis.errors import Conflict, NotFound
from chassis.events import Tx
from contracts.registry import UnitChanged, UnitChangeKind
from registry import rules
from registry.actions.bodies import Changed, RevocationBody, Touched
from registry.actions.changes import ABOVE, OUT, next_versions
from registry.actions.states import changes_of, write_states
from registry.actions.writing import ONE_AT_A_TIME
from registry.tables import block_members, unit_changes, units

_LATER: Final = text(
    """SELECT units.name, later.effective_on, later.change_id FROM unit_changes AS later JOIN units USING (unit_id)
    WHERE later.unit_id = ANY(CAST(:units AS uuid[])) AND later.change_id > :change_id AND later.revoked_at IS NULL
      AND later.kind NOT IN ('contacted', 'registered', 'founded') ORDER BY later.change_id DESC LIMIT 1"""
)
"""What was decided after it of the same units, the newest: that is revoked first. A contact is nobody's ground, nor is how a
unit began: what comes later of that is a correction."""
_CORRECTS: Final = text(
    """SELECT 1 FROM unit_changes WHERE unit_id = ANY(CAST(:units AS uuid[])) AND kind = 'founded' AND change_id < :change_id"""
)
"""Whether these units had been founded before it."""
_USES: Final[Mapping[str, str]] = {
    "báo cáo": "SELECT FROM reports WHERE unit_id = ANY(CAST(:units AS uuid[]))",
    "bản đăng ký thi đua": "SELECT FROM pledges WHERE unit_id = ANY(CAST(:units AS uuid[]))",
    "chỉ tiêu được giao": "SELECT FROM targets WHERE unit_id = ANY(CAST(:units AS uuid[]))",
    "hồ sơ năm": "SELECT FROM year_records WHERE unit_id = ANY(CAST(:units AS uuid[]))",
    "tệp minh chứng": "SELECT FROM evidence WHERE unit_id = ANY(CAST(:units AS uuid[]))",
    "danh sách đã nhập": "SELECT FROM imports WHERE unit_id = ANY(CAST(:units AS uuid[]))",
    "cán bộ": """SELECT FROM people WHERE unit_id = ANY(CAST(:units AS uuid[]))
      UNION ALL SELECT FROM entries WHERE unit_id = ANY(CAST(:units AS uuid[]))""",
    "đơn vị trực thuộc": """SELECT FROM unit_states WHERE parent_id = ANY(CAST(:units AS uuid[]))
      AND NOT unit_id = ANY(CAST(:touched AS uuid[]))""",
    "chỗ trong khối thi đua": """SELECT FROM block_members WHERE unit_id = ANY(CAST(:units AS uuid[]))
        AND change_id IS DISTINCT FROM :change_id
      UNION ALL SELECT FROM blocks WHERE head_unit_id = ANY(CAST(:units AS uuid[]))
        OR deputy_unit_id = ANY(CAST(:units AS uuid[]))
      UNION ALL SELECT FROM block_heads WHERE head_unit_id = ANY(CAST(:units AS uuid[]))
        OR deputy_unit_id = ANY(CAST(:units AS uuid[]))""",
}
"""What a unit that was founded may have by now, and where that stands."""
_USED: Final = text(f"SELECT {', '.join(f'EXISTS ({question})' for question in _USES.values())}")
_HELD: Final = text(
    """SELECT unit_states.name, unit_states.code FROM unit_states
    WHERE code = ANY(CAST(:codes AS text[])) AND NOT unit_id = ANY(CAST(:touched AS uuid[]))
      AND (until_on IS NULL OR until_on > :day) LIMIT 1"""
)


async def revoke_change(tx: Tx, change_id: UUID, body: RevocationBody, *, post: str) -> Changed:
    """Take a decision back: every unit stands as if it had not been recorded, and those that follow are told.

    The corrections of a unit that it founded go with it. Raises ``NotFound``, and ``Conflict`` that says what is in the way and what to do first.
    """
    await tx.db.execute(ONE_AT_A_TIME)
    found = await tx.db.execute(select(unit_changes).where(unit_changes.c.change_id == change_id))
    decided = {row.unit_id: row for row in found}
    await _refuse(tx, change_id, decided)
    (day,) = {row.effective_on for row in decided.values()}
    note = {"revoked_at": await tx.now(), "revoked_by": post, "revoked_because": body.reason}
    corrected = and_(
        unit_changes.c.unit_id.in_(_founded(decided)),
        unit_changes.c.kind == rules.ChangeKind.FOUNDED,
        unit_changes.c.revoked_at.is_(None),
    )
    await tx.db.execute(update(unit_changes).where(or_(unit_changes.c.change_id == change_id, corrected)).values(note))
    left = await changes_of(tx.db, decided)
    remaining = {unit_id: left.get(unit_id, ()) for unit_id in decided}
    states = {unit_id: rules.as_of(rules.states(changes), day) for unit_id, changes in remaining.items()}
    await _refuse_ground(tx, day, decided, states)
    await write_states(tx, remaining)
    await _give_back(tx, change_id, decided.values())
    versions = await next_versions(tx, list(decided))
    blocks = await _blocks_on(tx, decided, day)
    for unit_id, row in decided.items():
        back = _back(row, states[unit_id], blocks.get(unit_id))
        if back is None:
            continue
        facts = {"unit_id": unit_id, "version": versions[unit_id], "effective_on": day}
        tx.record(UnitChanged(change_id=uuid7(), revokes=change_id, **facts, **back))
    names = await tx.db.execute(select(units.c.unit_id, units.c.name).where(units.c.unit_id.in_(decided)))
    return Changed(
        change_id=change_id,
        units=tuple(
            Touched(
                unit_id=unit_id,
                name=name,
                change=rules.ChangeKind(decided[unit_id].kind),
                version=versions[unit_id],
            )
            for unit_id, name in names
        ),
    )


async def _refuse(tx: Tx, change_id: UUID, decided: Mapping[UUID, Row[Any]]) -> None:
    if not decided:
        raise NotFound("Không có quyết định này.")
    any_row = next(iter(decided.values()))
    if any_row.revoked_at:
        raise Conflict(f"Quyết định này đã được {any_row.revoked_by} thu hồi.", possible=[])
    if any_row.kind == rules.ChangeKind.REGISTERED:
        raise Conflict(
            "Đăng ký ban đầu của một đơn vị không thu hồi được; hãy đính chính đăng ký ở trang của đơn vị.",
            possible=["register"],
        )
    founded = _founded(decided)
    if (await tx.db.execute(_CORRECTS, {"units": founded, "change_id": change_id})).first():
        raise Conflict(
            "Đây là một lần đính chính việc thành lập đơn vị, không thu hồi riêng được. Hãy đính chính lại cho đúng ở trang của "
            "đơn vị, hoặc thu hồi chính quyết định thành lập.",
            possible=["register"],
        )
    asked = {"units": list(decided), "change_id": change_id}
    later = (await tx.db.execute(_LATER, asked)).one_or_none()
    if later:
        raise Conflict(
            f"{later.name} đã có quyết định ghi sau, có hiệu lực từ ngày {rules.day(later.effective_on)}. "
            "Hãy thu hồi quyết định đó trước.",
            possible=[],
            later=str(later.change_id),
        )
    used = await tx.db.execute(_USED, {"units": founded, "touched": list(decided), "change_id": change_id})
    has = [what for what, there in zip(_USES, used.one(), strict=True) if there]
    if has:
        raise Conflict(
            f"Đơn vị mới lập theo quyết định này đã có: {', '.join(has)}. Không thu hồi được nữa; hãy ghi một quyết định mới, "
            "ví dụ đổi tên, chia tách hoặc giải thể.",
            possible=["rename", "split", "close"],
        )
    if any(row.stood is None and row.kind in {kind.value for kind in OUT} for row in decided.values()):
        raise Conflict(
            "Quyết định này ghi từ khi hệ thống chưa giữ chỗ đứng cũ của đơn vị trong khối, nên không thu hồi được. "
            "Hãy ghi một quyết định mới.",
            possible=["merge", "split"],
        )


def _founded(decided: Mapping[UUID, Row[Any]]) -> list[UUID]:
    return [unit_id for unit_id, row in decided.items() if row.kind == rules.ChangeKind.FOUNDED]


async def _refuse_ground(
    tx: Tx, day: date, decided: Collection[UUID], states: Mapping[UUID, rules.State | None]
) -> None:
    """Refuse where the place to go back to is taken by now: the code, or the unit above."""
    held = [state.code for state in states.values() if state and state.code]
    taken = (await tx.db.execute(_HELD, {"codes": held, "touched": list(decided), "day": day})).first()
    if taken:
        raise Conflict(f"Mã {taken.code} nay là của {taken.name}. Hãy đổi mã của đơn vị đó trước.", possible=[])
    for unit_id, state in states.items():
        if state is None or state.parent_id is None:
            continue
        ended = await tx.db.execute(select(units.c.name, units.c.ended_on).where(units.c.unit_id == state.parent_id))
        above = ended.one()
        if state.parent_id not in decided and above.ended_on:
            raise Conflict(
                f"Đơn vị cấp trên cũ, {above.name}, kết thúc từ ngày {rules.day(above.ended_on)}. Hãy ghi một quyết định mới.",
                possible=["place"],
            )
        over = (await tx.db.execute(ABOVE, {"unit_id": state.parent_id, "day": day})).scalars()
        if state.parent_id not in decided and unit_id in set(over):
            raise Conflict(
                f"{above.name} nay đứng dưới {state.name}. Hãy đổi cấp trên của đơn vị đó trước.", possible=[]
            )


async def _give_back(tx: Tx, change_id: UUID, decided: Collection[Row[Any]]) -> None:
    """Put units back where they stood in the blocks."""
    await tx.db.execute(block_members.delete().where(block_members.c.change_id == change_id))
    rows = [
        {
            "unit_id": row.unit_id,
            "year": each["year"],
            "from_on": date.fromisoformat(each["from_on"]),
            **{name: UUID(each[name]) if each[name] else None for name in ("block_id", "change_id")},
        }
        for row in decided
        for each in row.stood or ()
    ]
    if rows:
        await tx.db.execute(insert(block_members), rows)


async def _blocks_on(tx: Tx, unit_ids: Collection[UUID], day: date) -> dict[UUID, UUID | None]:
    found = await tx.db.execute(
        select(block_members.c.unit_id, block_members.c.block_id)
        .where(block_members.c.unit_id.in_(unit_ids), block_members.c.year == day.year, block_members.c.from_on <= day)
        .order_by(block_members.c.from_on)
    )
    return dict(found.tuples().all())


_TOLD: Final[Mapping[str, Sequence[str]]] = {
    "renamed": ("name", "short_name"),
    "recoded": ("code",),
    "placed": ("parent_id",),
}


def _back(row: Row[Any], state: rules.State | None, block_id: UUID | None) -> dict[str, Any] | None:
    """Say what becomes of a unit again, in words that whoever knows nothing of revocations reads rightly."""
    kind = rules.ChangeKind(row.kind)
    if kind is rules.ChangeKind.CONTACTED:
        return None
    if kind is rules.ChangeKind.FOUNDED:
        return {"kind": UnitChangeKind.CLOSED}
    if kind is rules.ChangeKind.MOVED or kind in OUT:
        return {"kind": UnitChangeKind.MOVED, "block_id": block_id}
    told = {name: getattr(state, name) for name in _TOLD.get(kind, ())}
    return {"kind": UnitChangeKind(kind), **told}
