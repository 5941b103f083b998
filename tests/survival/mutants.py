"""Would a test notice? Bugs of the kinds that cost people their work, each put into a copy of the tree on purpose.

``PYTHONPATH=tests .venv/bin/python -m survival.mutants [--only NAME]``. Killed = its killers go red, and are green
without it. A mutant whose killers cannot even run is broken, never killed.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shape import import_path

ROOT: Final = Path(__file__).parents[2]

BATCHES: Final = "libs/chassis/tests/test_batches.py"
BUS: Final = "tests/faults/test_bus.py"
CRASHES: Final = "tests/faults/test_crashes.py"
EDGE: Final = "libs/chassis/tests/test_edge.py"
EVENT_LOG: Final = "libs/chassis/tests/test_event_log.py"
IDENTITY: Final = "libs/chassis/tests/test_identity.py"
REGISTRY: Final = "services/registry/tests/test_actions.py"
READING: Final = "services/registry/tests/test_rules.py"
RIPPLE: Final = "tests/journeys/test_ripple.py"
SCORING: Final = "services/scoring/tests/test_rules.py"


@dataclass(frozen=True)
class Mutant:
    """One bug, put in by replacing ``old`` with ``new``; ``bug`` says what is wrong and what it would cost."""

    name: str
    bug: str
    file: str
    old: str
    new: str
    killers: tuple[str, ...]

    @property
    def module(self) -> str:
        """The name under which the file is imported: every package stands in a folder of its own."""
        return ".".join(Path(self.file).with_suffix("").parts[2:])


MUTANTS: Final[tuple[Mutant, ...]] = (
    Mutant(
        "relay-follows-the-newest-id",
        "The relay numbers only what is newer than the last event: a slow older transaction is never published.",
        "libs/chassis/chassis/relay.py",
        "SELECT event_id FROM event_pending ORDER BY event_id",
        "SELECT event_id FROM event_pending WHERE event_id > coalesce((SELECT event_id FROM event_order "
        "ORDER BY sequence DESC LIMIT 1), '00000000-0000-0000-0000-000000000000') ORDER BY event_id",
        (f"{EVENT_LOG}::test_an_older_transaction_that_commits_last_is_numbered_too",),
    ),
    Mutant(
        "head-moves-before-the-stream-answered",
        "Events count as published before the stream has them: what a crash catches in between is lost for good.",
        "libs/chassis/chassis/relay.py",
        """        failpoint("relay.before_publish")
        await self._publish(numbered)
        failpoint("relay.after_ack")
        await _REACHED.alone(db, {"reached": numbered[-1].sequence})
""",
        """        await _REACHED.alone(db, {"reached": numbered[-1].sequence})
        failpoint("relay.before_publish")
        await self._publish(numbered)
        failpoint("relay.after_ack")
""",
        (f"{CRASHES}::test_f4_a_relay_that_dies_publishes_everything_once[relay.before_publish]",),
    ),
    Mutant(
        "two-relays-take-one-number",
        "The head moves wherever it was read: two relays give one number twice, and one of them fails again and again.",
        "libs/chassis/chassis/relay.py",
        "WHERE sequence = :before RETURNING",
        "WHERE :before >= 0 RETURNING",
        (f"{EVENT_LOG}::test_relays_that_number_at_once_still_make_one_chain",),
    ),
    Mutant(
        "chain-without-its-past",
        "A hash covers only its own event: an older one can be rewritten and nobody can tell.",
        "libs/chassis/chassis/relay.py",
        "hashlib.sha256(previous + sequence",
        "hashlib.sha256(sequence",
        (f"{EVENT_LOG}::test_relays_that_number_at_once_still_make_one_chain",),
    ),
    Mutant(
        "message-id-is-the-number",
        "Numbers are each service's own: the stream takes the second service's event for a repetition and drops it.",
        "libs/chassis/chassis/relay.py",
        "JetStreamHeaders.MESSAGE_ID: str(event.identity)",
        "JetStreamHeaders.MESSAGE_ID: str(event.sequence)",
        (f"{EVENT_LOG}::test_relays_that_number_at_once_still_make_one_chain",),
    ),
    Mutant(
        "logged-and-never-pending",
        "Events are written to the log and nobody is told: everybody has a receipt and nothing is ever scored.",
        "libs/chassis/chassis/events.py",
        "pending AS (INSERT INTO event_pending SELECT id FROM logged)",
        "pending AS (SELECT id FROM logged)",
        (
            "libs/chassis/tests/test_delivery.py::test_a_committed_event_reaches_the_stream_once_with_its_place_in_the_chain",
        ),
    ),
    Mutant(
        "answer-before-the-commit",
        "The answer leaves before the commit: a receipt is shown for a report that the database then refuses.",
        "libs/chassis/chassis/http.py",
        'Depends(command, scope="function")',
        'Depends(command, scope="request")',
        (f"{EDGE}::test_a_commit_that_fails_is_never_answered_as_done",),
    ),
    Mutant(
        "key-not-looked-at",
        "The Idempotency-Key is ignored: who repeats a report after a lost answer hears that somebody else changed it.",
        "libs/chassis/chassis/http.py",
        "if self.key is not None:",
        "if self.key is True:",
        (f"{REGISTRY}::test_the_same_key_gives_the_same_receipt_and_no_second_report",),
    ),
    Mutant(
        "key-for-any-body",
        "A key answers for any body: a corrected report gets the old receipt and is thrown away unseen.",
        "libs/chassis/chassis/http.py",
        "if stored.request not in (asked.request, asked.request[: hashlib.sha256().digest_size]):",
        "if stored.request is None:",
        (f"{REGISTRY}::test_the_same_key_gives_the_same_receipt_and_no_second_report",),
    ),
    Mutant(
        "acknowledged-before-the-commit",
        "Events are acknowledged as they arrive: whatever then fails or dies is never delivered again.",
        "libs/chassis/chassis/service.py",
        "AckPolicy.MANUAL",
        "AckPolicy.ACK_FIRST",
        (f"{BUS}::test_an_event_that_fails_for_good_is_parked_and_taken_up_again_once_mended",),
    ),
    Mutant(
        "claim-not-looked-at",
        "The inbox is written and not asked: an event that is delivered twice takes effect twice.",
        "libs/chassis/chassis/bus.py",
        "for event in {event.id: event for event in events}.values() if event.id in new]",
        "for event in {event.id: event for event in events}.values()]",
        (f"{BATCHES}::test_an_event_taken_up_before_is_passed_over_wherever_it_stands",),
    ),
    Mutant(
        "parked-at-the-first-error",
        "One failure parks an event: a passing trouble becomes work for an operator, and the ripple stands still.",
        "libs/chassis/chassis/bus.py",
        "if is_away(end) or (delivered < self._attempts and not is_unfit(end)):",
        "if is_away(end):",
        (f"{BUS}::test_an_event_that_fails_for_good_is_parked_and_taken_up_again_once_mended",),
    ),
    Mutant(
        "absence-counts-as-a-failure",
        "A database that is busy uses up an event's attempts: a long maintenance parks good reports.",
        "libs/chassis/chassis/bus.py",
        "if is_away(end) or (delivered < self._attempts and not is_unfit(end)):",
        "if delivered < self._attempts and not is_unfit(error):",
        (f"{BUS}::test_a_database_that_is_busy_for_long_parks_nothing",),
    ),
    Mutant(
        "one-bad-event-fails-its-batch",
        "A failing batch is not halved: one poisonous event fails hundreds of good ones along with it.",
        "libs/chassis/chassis/bus.py",
        "if len(batch) == 1 or is_away(error):",
        "if batch:",
        (f"{BATCHES}::test_a_guilty_event_is_found_by_halving_and_harms_no_neighbour",),
    ),
    Mutant(
        "older-fact-wins",
        "The version of a fact is not compared: an event that comes late brings back what was amended long ago.",
        "libs/chassis/chassis/facts.py",
        """ WHERE kept."{version}" < excluded."{version}" RETURNING """,
        " RETURNING ",
        ("services/scoring/tests/test_actions.py::test_a_report_that_was_amended_never_comes_back",),
    ),
    Mutant(
        "signature-not-checked",
        "Claims are read without their signature: anybody who can reach a service writes their own identity.",
        "libs/chassis/chassis/identity.py",
        "claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM]).claims",
        'import base64\n            claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))',
        (f"{IDENTITY}::test_what_is_not_believed",),
    ),
    Mutant(
        "role-without-its-scope",
        "A role counts everywhere: the officer of one unit sends the reports of all others.",
        "libs/chassis/chassis/identity.py",
        "(not scope or grant.scope in scope)",
        "grant.scope",
        (f"{IDENTITY}::test_a_role_counts_only_in_its_scope",),
    ),
    Mutant(
        "readiness-that-lies",
        "A service says it is ready whatever is wrong: it is sent work that cannot make progress, and nobody is called.",
        "libs/chassis/chassis/standard_api.py",
        "    if trouble:\n",
        "    if trouble is True:\n",
        ("libs/chassis/tests/test_start.py::test_a_bus_that_is_not_there_yet_is_waited_for",),
    ),
    Mutant(
        "report-of-a-foreign-unit",
        "Whose unit it is gets checked for drafts only: one unit hands in another one's report.",
        "services/registry/registry/api/reports.py",
        "    own_unit(commanded, body.unit_id)\n    return await commanded.once",
        "    return await commanded.once",
        (f"{REGISTRY}::test_a_foreign_report_is_refused_and_says_who_may",),
    ),
    Mutant(
        "stale-report-accepted",
        "Nobody compares versions when a report is sent: it silently overwrites what a colleague saved meanwhile.",
        "services/registry/registry/actions/reports.py",
        "WHERE stored.version = excluded.version - 1 AND ",
        "WHERE ",
        (f"{REGISTRY}::test_a_stale_version_is_refused_with_what_the_other_one_saved",),
    ),
    Mutant(
        "late-is-in-time",
        "A report after the due instant is not marked: being late costs nothing, and who was in time is cheated.",
        "services/registry/registry/actions/reports.py",
        "if answers else state is rules.PeriodState.LATE",
        "if answers else False",
        (f"{REGISTRY}::test_a_report_after_the_due_instant_is_taken_and_marked_late",),
    ),
    Mutant(
        "deadline-in-the-wrong-time-zone",
        "A deadline is told in UTC: people read 10:00 where the decision says 17:00.",
        "services/registry/registry/actions/reports.py",
        'period["closes_at"].astimezone(VIETNAM)',
        'period["closes_at"]',
        (f"{REGISTRY}::test_a_closed_period_takes_no_report_and_keeps_the_draft",),
    ),
    Mutant(
        "receipt-of-the-month-before",
        "Receipts are numbered by the month in UTC: one of the first of December, half past midnight, says November.",
        "services/registry/registry/actions/reports.py",
        "accepted_at.astimezone(VIETNAM), terms",
        "accepted_at, terms",
        (f"{REGISTRY}::test_a_receipt_tells_the_month_of_vietnam",),
    ),
    Mutant(
        "dot-taken-for-thousands",
        "1.234 is silently read as 1234: whoever meant 1,234 has reported a thousand times too much.",
        "libs/chassis/chassis/amounts.py",
        '    if _AMBIGUOUS.fullmatch(typed):\n        raise AmbiguousNumberError(typed, Decimal(typed.replace(".", "")))\n',
        "",
        (
            "libs/chassis/tests/test_amounts.py::test_one_dot_before_three_digits_is_asked_back_with_the_likelier_reading",
        ),
    ),
    Mutant(
        "amendment-added-on-top",
        "Points are added to the ones before instead of recomputed: every amendment of a report raises its score.",
        "services/scoring/scoring/actions/scores.py",
        "    score = rules.score(fact.sheet, fact.given, fact.block)\n",
        "    score = rules.score(fact.sheet, fact.given, fact.block)\n    if fact.known.stored:\n"
        '        before = Decimal(fact.known.stored["points"])\n'
        '        score = score.model_copy(update={"points": score.points + before})\n',
        (f"{RIPPLE}::test_an_amendment_that_changes_no_point_ends_as_unchanged",),
    ),
    Mutant(
        "lateness-not-handed-on",
        "Scoring does not look at the late flag: the sheet's deduction for late reports is never made.",
        "services/scoring/scoring/actions/scores.py",
        "late=report.late, ",
        "late=False, ",
        ("services/scoring/tests/test_actions.py::test_a_late_report_costs_what_the_sheet_says",),
    ),
    Mutant(
        "half-to-even",
        "Half a step is rounded to the even one: 7,125 becomes 7,00, and a place in the block turns on it.",
        "services/scoring/scoring/rules/numbers.py",
        "Decimal((2 * above * step_below + below * step_above) // (2 * below * step_above)) * step",
        "Decimal(round(Fraction(points) / Fraction(step))) * step",
        (f"{SCORING}::test_points_are_rounded_half_up_to_the_step",),
    ),
    Mutant(
        "equals-in-a-row",
        "Equal units get 1 and 2: who stands first is decided by a random id.",
        "services/scoring/scoring/rules/ranking.py",
        "scores, ahead, among, decided_by) for unit in alike[mine])",
        "scores, ahead, among + alike[mine].index(unit), decided_by) for unit in alike[mine])",
        (f"{SCORING}::test_equal_units_share_a_place_and_the_next_is_skipped",),
    ),
    Mutant(
        "no-place-skipped",
        "After two first places comes a second: a third unit is put forward for a title it has not earned.",
        "services/scoring/scoring/rules/ranking.py",
        "before = ahead + len(ranked)",
        "before = ahead + len({each.rank for each in ranked})",
        (f"{SCORING}::test_equal_units_share_a_place_and_the_next_is_skipped",),
    ),
    Mutant(
        "newcomer-pushes-nobody",
        "A first report takes a place and those below are not told that theirs is another one.",
        "services/scoring/scoring/rules/shifts.py",
        "*reversed(ends(changes)), _NOTHING]",
        "*reversed(ends(changes))]",
        ("services/scoring/tests/test_ranking.py::test_whoever_is_passed_is_named_or_told_of_by_a_span",),
    ),
    Mutant(
        "half-is-more-than-half",
        "More than 50 % is read as at least 50 %: a unit is told it meets a title that the law denies it.",
        "services/awards/awards/rules/packs.py",
        "condition.more_than * record.headcount // 100 + 1",
        "-(-condition.more_than * record.headcount // 100)",
        ("services/awards/tests/test_rules.py::test_half_is_not_more_than_half",),
    ),
    Mutant(
        "law-of-the-day-before",
        "The day of a decision is taken in UTC: until seven in the morning a law counts that is no longer in force.",
        "services/awards/awards/actions/assessing.py",
        "now.astimezone(VIETNAM).date()",
        "now.date()",
        ("services/awards/tests/test_actions.py::test_the_day_of_the_decision_begins_at_midnight_in_vietnam",),
    ),
    Mutant(
        "told-again-at-every-replay",
        "A message is not bound to its cause: after a replay every post is told everything a second time.",
        "services/notify/notify/actions.py",
        '"cause": event.id,\n                "posted_at"',
        '"cause": uuid7(),\n                "posted_at"',
        ("services/notify/tests/test_actions.py::test_one_message_per_recipient_and_cause_whatever_is_repeated",),
    ),
    Mutant(
        "parked-counts-as-done",
        "A ripple with a parked event is called complete: a report stays unscored and its receipt says all is well.",
        "services/gateway/gateway/rules.py",
        'frozenset({"pending", "parked"})',
        'frozenset({"pending"})',
        ("services/gateway/tests/test_rules.py::test_a_parked_event_is_no_end_and_is_named",),
    ),
)


_VERDICTS: Final = {0: "survived", 1: "killed"}
"""What the exit code of pytest says of a mutant; every other code says that its tests could not be run."""
_WHERE: Final = r"""
import sys
from importlib.util import find_spec
print(*[find_spec(each).origin for each in sys.argv[1:]], sep="\n")
"""


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant: ``killed``, ``survived`` or ``broken``, and what pytest said of it."""

    name: str
    verdict: str
    seconds: float
    killers: tuple[str, ...]
    said: str


@contextmanager
def copied() -> Iterator[Path]:
    """Give a copy of every file that git knows or would take, with what was set up beside it."""
    wanted = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(wanted, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        tree = Path(folder).resolve()
        for name in filter(None, listed.split("\0")):
            # What was deleted and not committed yet is listed too.
            if (ROOT / name).is_file():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, tree / name)
        for name in ("build", "node_modules"):
            (tree / name).symlink_to(ROOT / name)
        yield tree


def _python(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the packages of this tree before those that are installed."""
    environment = {**os.environ, "PYTHONPATH": import_path(tree)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=tree, env=environment, capture_output=True, text=True, check=False
    )


def _pytest(tree: Path, killers: Iterable[str]) -> subprocess.CompletedProcess[str]:
    return _python(tree, "-m", "pytest", "-q", "-x", "-p", "no:randomly", *killers)


def _check_ground(mutants: Sequence[Mutant]) -> None:
    """Refuse to judge when a copy imports the original, or when a killer is red without any mutant."""
    with copied() as tree:
        wanted = {mutant.module: str(tree / mutant.file) for mutant in mutants}
        found = _python(tree, "-c", _WHERE, *wanted)
        if found.stdout.splitlines() != list(wanted.values()):
            raise RuntimeError(f"a copy does not import its own files: {found.stdout}{found.stderr}")
        answer = _pytest(tree, dict.fromkeys(killer for mutant in mutants for killer in mutant.killers))
        if answer.returncode:
            raise RuntimeError(f"the killers are not green without a mutant:\n{answer.stdout}{answer.stderr}")


def _try(mutant: Mutant) -> Outcome:
    begun = time.monotonic()
    with copied() as tree:
        path = tree / mutant.file
        path.write_text(path.read_text().replace(mutant.old, mutant.new))
        # A service that cannot even be imported turns every test red: that would prove nothing.
        imported = _python(tree, "-c", f"import {mutant.module}")
        answer = imported if imported.returncode else _pytest(tree, mutant.killers)
    verdict = "broken" if imported.returncode else _VERDICTS.get(answer.returncode, "broken")
    return Outcome(mutant.name, verdict, time.monotonic() - begun, mutant.killers, answer.stdout + answer.stderr)


def outcomes(only: str | None = None) -> Iterator[Outcome]:
    """Try all mutants, or the one of this name, one after the other: they share the machine's servers and ports."""
    chosen = [mutant for mutant in MUTANTS if only in (None, mutant.name)]
    if not chosen:
        raise ValueError(f"no mutant is called {only}; there are {', '.join(mutant.name for mutant in MUTANTS)}")
    _check_ground(chosen)
    yield from map(_try, chosen)


def run(only: str | None = None) -> list[Outcome]:
    """Give what became of all mutants, or of the one of this name."""
    return list(outcomes(only))


def main() -> int:
    """Tell one line a mutant, and the sum as JSON; 0 = every mutant was killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="NAME", help="try this mutant alone")
    named: dict[str, list[str]] = {verdict: [] for verdict in ("killed", "survived", "broken")}
    for outcome in outcomes(parser.parse_args().only):
        named[outcome.verdict].append(outcome.name)
        print(f"{outcome.verdict:8} {outcome.seconds:6.1f} s  {outcome.name}  {' '.join(outcome.killers)}", flush=True)
        if outcome.verdict == "broken":
            print(outcome.said, file=sys.stderr)
    total = sum(map(len, named.values()))
    print(json.dumps({"mutants": total, **named, "killed": len(named["killed"])}))
    return int(len(named["killed"]) != total)


if __name__ == "__main__":
    sys.exit(main())
