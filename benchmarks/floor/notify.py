"""Notify on the floor: one message for each post and cause, in the product's words; names are in memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import asyncpg
from benchmarks.floor.events import Consumer, Heard, Recorded, columns
from uuid_utils.compat import uuid7

_VERDICTS: Final = {
    "eligible": "đủ điều kiện theo số liệu hiện có",
    "not_eligible": "chưa đủ điều kiện",
    "needs_confirmation": "cần xác nhận thêm",
}

Message = tuple[str, str, str, str, str, str]
"""Post, scope, whom it is about, title, text, link."""


class Notify(Consumer):
    """Posts messages, and says that it did."""

    name = "notify"

    async def learn(self) -> None:
        await super().learn()
        rows = await self._pool.fetch(
            """SELECT unit_id::text AS key, name FROM units UNION ALL SELECT block_id::text, name FROM blocks
            UNION ALL SELECT period_id::text, name FROM periods"""
        )
        self._names = {row["key"]: row["name"] for row in rows}
        self._words: dict[str, Callable[[Mapping[str, Any]], Iterator[Message]]] = {
            "registry.report_submitted.v1": self._submitted,
            "scoring.ranking_changed.v1": self._ranking,
            "awards.eligibility_changed.v1": self._eligibility,
        }

    async def take_up(
        self, db: asyncpg.Connection, events: Sequence[Heard], _changed: set[str], now: datetime
    ) -> Sequence[Recorded]:
        rows, recorded = [], []
        for event in events:
            posted_at = datetime.fromisoformat(event["businesstime"])
            for message in self._words[event["type"]](event["data"]):
                post, scope, about, *_ = message
                identity = uuid7()
                rows.append((identity, *message, "in_app", event["id"], posted_at))
                told = {"message_id": identity, "about_id": about, "post": post, "scope_id": scope, "channel": "in_app"}
                recorded.append(Recorded.after([event], "notify.message_posted.v1", UUID(about), told, at=now))
        if rows:
            await db.execute(_MESSAGES, *columns(rows))
        return recorded

    def _submitted(self, fact: Mapping[str, Any]) -> Iterator[Message]:
        period, unit, number = self._names[fact["period_id"]], fact["unit_id"], fact["receipt_number"]
        text = f"Số biên nhận {number}." + (" Báo cáo nộp sau hạn." if fact["late"] else "")
        yield "unit_officer", unit, unit, f"{period} đã nhận", text, f"/bien-nhan/{number}"
        title = f"{self._names[unit]} đã gửi {period[:1].lower()}{period[1:]}"
        yield "block_head", fact["block_id"], unit, title, text, f"/bang-khoi/{fact['block_id']}"

    def _ranking(self, fact: Mapping[str, Any]) -> Iterator[Message]:
        block, link = fact["block_id"], f"/bang-khoi/{fact['block_id']}"
        moved = [
            (place["unit_id"], f"{self._names[place['unit_id']]} {_movement(place)}", _standing(place, fact["ranked"]))
            for place in fact["changed"]
            if place["rank"] != place["previous_rank"]
        ]
        for unit, title, text in moved:
            yield "unit_officer", unit, unit, title, text, link
        passed = fact.get("passed", ())
        if number := len(moved) + sum(span["units"] for span in passed):
            title = f"Bảng {self._names[block]} có {_count(number)} đơn vị đổi hạng"
            text = "; ".join([*(each for _, each, _ in moved[:5]), *_passed(passed, " khác" if moved else "")]) + "."
            yield "block_head", block, block, title, text, link

    def _eligibility(self, fact: Mapping[str, Any]) -> Iterator[Message]:
        findings = [each["finding"] for each in fact["conditions"]]
        missing, to_confirm = findings.count("missing"), findings.count("unknown") + findings.count("unsure")
        parts = [f"còn thiếu {missing} điều kiện"] * bool(missing)
        parts += [f"{to_confirm} điều kiện cần xác nhận"] * bool(to_confirm)
        unit = fact["unit_id"]
        title = f"{fact['title_name']}: {self._names[unit]} {_VERDICTS[fact['verdict']]}"
        yield "unit_officer", unit, unit, title, ", ".join(parts).capitalize() + ".", "/#danh-hieu"


def _movement(place: Mapping[str, Any]) -> str:
    if place["previous_rank"] is None:
        return f"được xếp hạng {place['rank']}"
    return f"{'lên' if place['rank'] < place['previous_rank'] else 'xuống'} hạng {place['rank']}"


def _passed(passed: Sequence[Mapping[str, Any]], others: str) -> Iterator[str]:
    for way, those in (
        ("xuống", [span for span in passed if span["by"] > 0]),
        ("lên", [span for span in passed if span["by"] < 0]),
    ):
        if those:
            by = sorted(abs(span["by"]) for span in those)
            ranks = _count(by[0]) if by[0] == by[-1] else f"từ {_count(by[0])} đến {_count(by[-1])}"
            yield f"{_count(sum(span['units'] for span in those))} đơn vị{others} {way} {ranks} hạng"


def _count(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _standing(place: Mapping[str, Any], ranked: int) -> str:
    before = f", trước đó hạng {place['previous_rank']}" if place["previous_rank"] else ""
    points = f"{Decimal(place['points']):.2f}".replace(".", ",")
    return f"Hạng {place['rank']} trong {ranked} đơn vị đã xếp hạng{before}. Tổng điểm tạm tính {points}."


_MESSAGES: Final = """INSERT INTO messages (message_id, post, scope_id, about_id, title, text, link, channel, cause, posted_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
  $9::uuid[], $10::timestamptz[])
ON CONFLICT DO NOTHING"""
