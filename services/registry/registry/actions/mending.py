"""How units and blocks began, and who led a block from a day on, said otherwise where it was entered wrongly.

Whoever corrects has read a version: what somebody else has corrected since is shown first, and nothing is overwritten unread.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select, update

from chassis.errors import Conflict, Invalid, NotFound
from chassis.events import Tx
from chassis.text import nfc
from contracts.registry import BlockHeadChanged
from registry.actions.bodies import BlockBody, FormationBody, HeadBody, RegistrationBody, TurnBody, UnitBody, Versioned
from registry.actions.states import changes_of
from registry.actions.structure import faults_of_head, form_block, members_on, register_unit
from registry.actions.writing import ONE_AT_A_TIME
from registry.tables import block_heads, blocks, units

_LED = ("head_unit_id", "deputy_unit_id")


async def correct_unit(tx: Tx, unit_id: UUID, body: RegistrationBody, *, post: str) -> Versioned:
    """Correct how a unit began; what was decided of it later stays on top, and the same again changes nothing.

    Raises as ``register_unit``, ``NotFound``, and ``Conflict`` when stale or where the unit never began.
    """
    # Before any row, as whoever decides of units or keeps a list of them does: else each would wait for the other.
    await tx.db.execute(ONE_AT_A_TIME)
    stood = await _locked(tx, units, unit_id, "Không có đơn vị này.")
    if not (await changes_of(tx.db, [unit_id])).get(unit_id):
        raise Conflict("Quyết định lập đơn vị này đã được thu hồi, nên không còn gì để đính chính.", possible=[])
    said = UnitBody.model_validate(body.model_dump(include=set(UnitBody.model_fields)))
    done = await register_unit(tx, unit_id, said, post=post, reason=nfc(body.reason))
    return _unless_stale(done, stood, body.version, "Đơn vị này")


async def correct_block(tx: Tx, block_id: UUID, body: FormationBody) -> Versioned:
    """Correct how a block was formed; raises as ``form_block``, ``NotFound``, and ``Conflict`` when stale."""
    stood = await _locked(tx, blocks, block_id, "Không có khối thi đua này.")
    said = BlockBody.model_validate({**body.model_dump(exclude={"version"}), "year": stood["year"]})
    return _unless_stale(await form_block(tx, block_id, said), stood, body.version, "Khối này")


async def correct_turn(tx: Tx, block_id: UUID, from_on: date, body: TurnBody, *, post: str) -> Versioned:
    """Correct who leads a block from a day on; who was named wrongly is told as who led until then.

    Raises ``Invalid`` with every fault, ``NotFound``, ``Conflict`` when stale.
    """
    block = await _locked(tx, blocks, block_id, "Không có khối thi đua này.")
    here = (block_heads.c.block_id == block_id) & (block_heads.c.from_on == from_on)
    turn = (await tx.db.execute(select(block_heads).where(here))).mappings().one_or_none()
    if turn is None:
        raise NotFound("Khối này không có lần đổi khối trưởng, khối phó nào từ ngày đó.")
    said = body.model_dump(exclude={"version"}) | {"reason": nfc(body.reason)}
    if all(turn[name] == value for name, value in said.items()):
        return Versioned(version=block["version"])
    version = Versioned(version=block["version"] + 1)
    _unless_stale(version, block, body.version, "Khối này")
    asked = HeadBody.model_validate({**said, "from_on": from_on})
    if errors := faults_of_head(block, asked, await members_on(tx, block, asked), taken=False):
        raise Invalid(f"Có {len(errors)} chỗ cần sửa.", errors=errors)
    by = {"recorded_by": post, "recorded_at": await tx.now()}
    await tx.db.execute(update(block_heads).where(here).values(**said, **by))
    await tx.db.execute(update(blocks).where(blocks.c.block_id == block_id).values(version=version.version))
    facts = {name: said[name] for name in _LED} | {f"previous_{name}": turn[name] for name in _LED}
    tx.record(BlockHeadChanged(block_id=block_id, version=version.version, from_on=from_on, **facts))
    return version


async def _locked(tx: Tx, table: Table, identity: UUID, missing: str) -> Any:
    """Give the row, and let nobody else correct it until this commits."""
    (key,) = table.primary_key
    row = (await tx.db.execute(select(table).where(key == identity).with_for_update())).mappings().one_or_none()
    if row is None:
        raise NotFound(missing)
    return row


def _unless_stale(done: Versioned, stood: Any, read: int, what: str) -> Versioned:
    """Undo by ``Conflict`` what would be written over something that the caller has not read."""
    if done.version != stood["version"] and stood["version"] != read:
        raise Conflict(f"{what} vừa được người khác sửa. Nội dung bạn nhập vẫn còn bên dưới.", version=stood["version"])
    return done
