"""The offline checker: the clients' own log, the databases and the stream, held against the invariants I1 to I12.

I6 is checked as far as awards knows a place today; I8 (a province's feed) has no feature yet and is not checked.
"""

import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from city import BLOCK, PERIOD, standings
from house import EVENT_SERVICES, PASSWORD, House
from survival.history import History
from survival.oracle import City, Sent
from survival.workload import UNITS


@dataclass
class Verdict:
    """What the checker found: sentences that begin with the invariant they break."""

    acknowledged: int
    lost: int = 0
    duplicated: int = 0
    violations: list[str] = field(default_factory=list)


async def check(house: House, history: History) -> Verdict:
    """Check a house that has come to rest."""
    verdict = Verdict(acknowledged=len(history.accepted))
    await _reports(house, history, verdict)
    await _boards(house, history, verdict)
    await _messages(house, verdict)
    verdict.violations += [said async for said in _logs(house, verdict)]
    verdict.violations += _secrets(house)
    return verdict


async def _reports(house: House, history: History, verdict: Verdict) -> None:
    """I1 and I5: every receipt that a client holds is kept as it was given, and versions have neither gap nor twin."""
    kept = {
        row["receipt_number"]: row
        for row in await house.rows(
            "registry", "SELECT s.*, r.unit_id FROM submissions s JOIN reports r ON r.report_id = s.report_id"
        )
    }
    for each in history.accepted:
        row = kept.get(each.receipt)
        if row is None or (row["unit_id"], row["version"]) != (each.unit, each.version):
            verdict.lost += 1
            verdict.violations.append(f"I1: {each.receipt} was acknowledged and is not kept")
    unanswered = [each for each in history.operations if each.answered is None]
    verdict.violations += [f"I9: no answer to {each.key} after {each.attempts} attempts" for each in unanswered]
    refused = [each for each in history.operations if each.answered is not None and not each.accepted]
    verdict.violations += [f"I2: {each.key} was refused with {each.status}" for each in refused]
    twins = len(kept) - len(history.accepted) - len(unanswered)
    if twins > 0:
        verdict.duplicated += twins
        verdict.violations.append(f"I2: {twins} submissions that no client has a receipt for")
    versions: dict[object, list[int]] = {}
    for row in kept.values():
        versions.setdefault(row["unit_id"], []).append(row["version"])
    for unit, found in versions.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            verdict.violations.append(f"I5: versions of {unit} are {sorted(found)}")


async def _boards(house: House, history: History, verdict: Verdict) -> None:
    """I2, I4 and I6: points and places are what an oracle makes of the accepted reports, in scoring and in awards."""
    oracle = City(UNITS)
    for each in sorted(history.accepted, key=lambda each: (each.unit, each.version)):
        oracle.accept(each.unit, Sent(Fraction(each.amount), each.pledged, late=False))
    async with house.office("scoring") as scoring:
        campaign = (await house.rows("scoring", "SELECT campaign_id FROM periods"))[0]["campaign_id"]
        board = (await scoring.get(f"/campaigns/{campaign}/periods/{PERIOD}/boards/{BLOCK}")).json()
    shown = {row["unit_id"]: (row["rank"], row["points"]) for row in board["rows"]}
    known_places = {row["unit_id"]: row for row in await standings(house)}
    for unit, wanted in oracle.board().items():
        rank, points = shown.get(str(unit), (None, None))
        if (rank, points and Fraction(points)) != (wanted.rank, wanted.points):
            verdict.violations.append(f"I2/I4: {unit} is {rank} with {points}, must be {wanted.rank}, {wanted.points}")
        known = known_places.get(unit)
        if wanted.rank and (known is None or (known["rank"], known["points"]) != (rank, Decimal(points))):
            verdict.violations.append(f"I6: awards knows {unit} as {known and known['rank']}, scoring as {rank}")


async def _messages(house: House, verdict: Verdict) -> None:
    """I7: whoever is to know of a report has one message of it, never two; nobody hears of what was rolled back."""
    reports = await house.rows("registry", "SELECT id FROM event_log WHERE type = 'registry.report_submitted.v1'")
    rows = await house.rows("notify", "SELECT post, scope_id, cause, channel FROM messages")
    causes = {row["cause"] for row in rows}
    silent = [row["id"] for row in reports if row["id"] not in causes]
    verdict.violations += [f"I7: nobody was told of {event}" for event in silent]
    told = Counter(tuple(row.values()) for row in rows)
    twice = [message for message, times in told.items() if times > 1]
    verdict.duplicated += len(twice)
    verdict.violations += [f"I7: told twice: {message}" for message in twice]
    recorded = await _recorded(house)
    verdict.violations += [f"I7: a message of {cause}, which never happened" for cause in causes - recorded]


async def _logs(house: House, verdict: Verdict) -> AsyncIterator[str]:
    """I3 and I10: what is committed is on the stream exactly once, numbered without a gap, chained without a break."""
    copies = range(house.replicas) if house.replicas > 1 else [None]
    recorded = await _recorded(house)
    streams = [await house.stream_events(of=each) for each in copies]
    for service in EVENT_SERVICES:
        rows = await house.rows(
            service,
            "SELECT sequence, hash, bytes, id FROM event_log JOIN event_order ON event_id = id ORDER BY sequence",
        )
        logged = (await house.rows(service, "SELECT count(*) AS n FROM event_log"))[0]["n"]
        if len(rows) != logged:
            yield f"I3: {service} has {logged - len(rows)} events without a number"
        previous = b""
        # Written out once more: a chain that the relay itself recomputed would only agree with itself.
        for place, row in enumerate(rows, start=1):
            previous = hashlib.sha256(previous + place.to_bytes(8, "big") + row["bytes"]).digest()
            if (row["sequence"], row["hash"]) != (place, previous):
                yield f"I10: the chain of {service} breaks at {place}"
                break
        for stream in streams:
            published = Counter(
                identity
                for identity, subject in stream
                if subject.startswith(f"{service}.") and not identity.startswith("again-")
            )
            missing = [row["id"] for row in rows if not published[str(row["id"])]]
            twice = [identity for identity, times in published.items() if times > 1]
            strange = published.keys() - {str(row["id"]) for row in rows}
            verdict.lost += len(missing)
            verdict.duplicated += len(twice)
            for event in missing:
                yield f"I3: {service}'s {event} is committed and not on the stream"
            for identity in twice:
                yield f"I3: {service}'s {identity} is on the stream more than once"
            for identity in strange:
                yield f"I3: {service}'s {identity} is on the stream and was never committed"
        letters = {row["event_id"] for row in await house.rows(service, "SELECT event_id FROM dead_letter")}
        if good := letters & recorded:
            yield f"I1: {service} has parked {len(good)} good events"


async def _recorded(house: House) -> set[UUID]:
    """Give the ids of all events that some service has committed."""
    return {row["id"] for service in EVENT_SERVICES for row in await house.rows(service, "SELECT id FROM event_log")}


def _secrets(house: House) -> list[str]:
    """I11: nothing secret stands in a log."""
    secrets = {PASSWORD, *(seed.read_text().strip() for seed in house.keys.values())}
    return [
        f"I11: a secret stands in {log.name}"
        for log in house.home.glob("*.log")
        for secret in secrets
        if secret in log.read_text(errors="replace")
    ]
