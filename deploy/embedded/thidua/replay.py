"""``thidua replay scoring``: what the events make of a city, held against what is stored; each difference in words."""

import asyncio
import gc
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from chassis.db import asyncpg_url, make_engine
from chassis.events import SYSTEM_ACTOR, Cause, Source, Tx
from contracts.catalog import LISTENERS, event_class
from contracts.envelope import Event
from scoring.actions import replay
from scoring.actions.replay import Compared, Difference

_AT_ONCE: Final = 500
_COLLECT_AFTER: Final = 20_000
_SOURCE: Final = "registry"


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay found: events that were read and taken, rows that were held against each other, names for ids."""

    events: int
    compared: Compared
    names: Mapping[str, str]

    def document(self) -> dict[str, Any]:
        """Give it as ``thidua replay --json`` prints it."""
        return {
            "events": self.events,
            "rows": dict(self.compared.rows),
            "differing": self.compared.differing,
            "differences": [{**each._asdict(), "columns": each.columns} for each in self.compared.named],
        }


def scoring(scoring_url: str, registry_url: str) -> Replayed:
    """Replay the registry's log into a shadow of scoring; both addresses are of whoever may read all of these databases."""
    # What was imported stays; as in a service, the collector need not look through it again with every thousand events.
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    return asyncio.run(replay_scoring(scoring_url, registry_url))


async def replay_scoring(scoring_url: str, registry_url: str) -> Replayed:
    """Do what ``scoring`` does, inside a loop that runs."""
    engine = make_engine(asyncpg_url(scoring_url), name="replay")
    registry = await asyncpg.connect(registry_url)
    try:
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            async with connection.begin():
                tx = Tx(connection, Source("", "replay"), Cause(SYSTEM_ACTOR, uuid4()))
                await replay.begin(tx)
                events = await _learn(tx, registry)
                await replay.rebuild(tx)
                compared = await replay.compare(tx)
        return Replayed(events, compared, await _names(registry, compared.named))
    finally:
        await registry.close()
        await engine.dispose()


async def _learn(tx: Tx, registry: asyncpg.Connection) -> int:
    """Have some events kept while the next are read and decoded; give how many scoring had taken up."""
    taken = 0
    keeping: asyncio.Task[int] | None = None
    async with asyncio.TaskGroup() as tasks:
        async for some in logged(registry):
            taken += await keeping if keeping else 0
            keeping = tasks.create_task(replay.learn(tx, some))
    return taken + (keeping.result() if keeping else 0)


async def logged(registry: asyncpg.Connection) -> AsyncIterator[Sequence[Event[Any]]]:
    """Give the registry's events that scoring listens to, as they lie: what they make of a city does not hang on their order."""
    heard = [each.event_type for each in LISTENERS["scoring"] if each.event_type.startswith(f"{_SOURCE}.")]
    async with registry.transaction(isolation="repeatable_read", readonly=True):
        cursor = await registry.cursor("SELECT type, bytes FROM event_log WHERE type = ANY ($1)", heard)
        while rows := await cursor.fetch(_AT_ONCE):
            yield [event_class(row["type"]).decoded(row["bytes"]) for row in rows]


async def _names(registry: asyncpg.Connection, named: Sequence[Difference]) -> dict[str, str]:
    """Look up what people call the units, blocks and periods that differ."""
    wanted = [UUID(value) for each in named for name, value in each.key.items() if name.endswith("_id")]
    rows = await registry.fetch(
        """SELECT unit_id AS id, name FROM units WHERE unit_id = ANY ($1)
        UNION ALL SELECT block_id, name FROM blocks WHERE block_id = ANY ($1)
        UNION ALL SELECT period_id, name FROM periods WHERE period_id = ANY ($1)""",
        wanted,
    )
    return {str(row["id"]): row["name"] for row in rows}


_TABLES: Final = {
    "blocks": "Khối",
    "moves": "Thay đổi đơn vị",
    "periods": "Kỳ",
    "targets": "Chỉ tiêu giao",
    "reports": "Báo cáo",
    "verdicts": "Ý kiến chấm",
    "block_votes": "Bỏ phiếu của khối",
    "scores": "Điểm",
    "places": "Thứ hạng",
    "boards": "Bảng khối",
    "cross_checks": "Phân công chấm chéo",
    "objections": "Ý kiến không đồng ý",
    "appeals": "Kiến nghị",
    "appeal_steps": "Bước của kiến nghị",
    "publications": "Lần công bố",
    "published_places": "Hạng đã công bố",
}
_COLUMNS: Final = {
    "points": "điểm",
    "maximum": "điểm tối đa",
    "percent": "tỷ lệ phần trăm",
    "content": "điểm nội dung",
    "penalty": "điểm trừ",
    "tie_points": "điểm công tác thi đua",
    "tie_maximum": "điểm tối đa công tác thi đua",
    "disqualified": "không được xếp hạng",
    "score": "bảng tính điểm",
    "inputs": "số liệu đã dùng để chấm",
    "report_version": "lần báo cáo",
    "sheet_id": "bảng điểm",
    "sheet_version": "bản của bảng điểm",
    "block_id": "khối",
    "campaign_id": "phong trào",
    "rank": "hạng",
    "among": "thứ tự giữa các đơn vị cùng tỷ lệ",
    "decided_by": "quy tắc phân định khi bằng điểm",
    "values": "số liệu báo cáo",
    "version": "lần thay đổi",
    "late": "nộp muộn",
    "receipt_number": "số biên nhận",
    "accepted_at": "thời điểm tiếp nhận",
    "event_id": "sự kiện",
    "members": "các đơn vị trong khối",
    "year": "năm",
    "number": "thứ tự kỳ",
    "closes_on": "ngày đóng kỳ",
    "until_year": "năm cuối được tính",
    "withdrawn": "đã rút báo cáo",
    "targets": "chỉ tiêu",
    "self_points": "điểm tự chấm",
    "block_points": "điểm khối chấm",
    "appraisal_points": "điểm thẩm định",
    "appraised": "đã thẩm định đủ",
    "reported": "số đơn vị đã báo cáo",
    "value": "số chấm",
    "by_unit": "đơn vị chấm",
    "at": "thời điểm",
    "verdict_id": "mã ý kiến",
    "appeal_id": "kiến nghị",
    "votes": "số phiếu",
    "vote_id": "mã lần bỏ phiếu",
    "ties": "tiêu chí phụ",
    "unit_id": "đơn vị",
    "item": "mục",
    "state": "trạng thái",
    "steps": "số bước",
    "correction": "là bản đính chính",
    "fingerprint": "dấu vân bảng",
    "digest": "mã kiểm của nội dung bảng",
    "board": "nội dung bảng",
    "ranked": "số đơn vị được xếp hạng",
}
_LONGEST: Final = 60
_LONGEST_TEXT: Final = 500
"""What is longer is a whole document: that it is another one is all that can be said on a line."""
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


def in_words(told: Replayed) -> str:
    """Write what was found for people."""
    compared = told.compared
    count = sum(compared.rows.values())
    if not compared.differing:
        return f"Đã đọc lại {told.events} sự kiện và so {count} dòng: dữ liệu lưu khớp với sự kiện."
    lines = [_line(each, told.names) for each in compared.named]
    if compared.differing > len(lines):
        lines.append(f"… và {compared.differing - len(lines)} dòng khác.")
    return "\n".join(
        [*lines, f"Đã đọc lại {told.events} sự kiện và so {count} dòng: {compared.differing} dòng không khớp."]
    )


def _line(each: Difference, names: Mapping[str, str]) -> str:
    about = ", ".join(names.get(value) or _short(value) for value in each.key.values())
    head = f"{_TABLES[each.table]} ({about})"
    if each.rebuilt is None:
        return f"{head}: có lưu, nhưng không sự kiện nào cho ra dòng này."
    if each.stored is None:
        return f"{head}: sự kiện cho ra dòng này, nhưng không thấy lưu."
    said = [
        f"{_COLUMNS.get(name, name)} đang lưu {_short(each.stored[name])}, theo sự kiện là {_short(each.rebuilt[name])}"
        for name in each.columns
    ]
    return f"{head}: {'; '.join(said)}."


def _short(value: Any) -> str:
    if value is None:
        return "trống"
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, (dict, list)) or (isinstance(value, str) and len(value) > _LONGEST_TEXT):
        return "nội dung khác"
    if isinstance(value, str) and _DAY.fullmatch(value):
        return f"{date.fromisoformat(value):%d/%m/%Y}"
    return (
        f"{value:.4f}".rstrip("0").rstrip(".").replace(".", ",") if isinstance(value, float) else str(value)[:_LONGEST]
    )
