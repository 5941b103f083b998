"""``make bench``: every session after the other, on an otherwise idle machine; writes docs/performance.json, its tables and a plot.

Each session is a process of its own (``benchmarks.spine`` with other contestants or another city), so that one leaves
nothing behind for the next.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.page import commit, sessions, write_sessions


@dataclass(frozen=True)
class Session:
    """One run of the spine: what it asks, and how."""

    question: str
    options: tuple[str, ...] = ()


_SHORT: Final = ("--pairs", "4", "--seconds", "6", "--no-latencies")
_SESSIONS: Final = {
    "spine": Session(
        "How near is the product to the speed of light for this design?", ("--pairs", "10", "--seconds", "6")
    ),
    "whole": Session(
        "The whole ripple, through the gateway, titles and notifications included",
        ("--pairs", "10", "--seconds", "6", "--ours", "whole", "--theirs", "whole_floor"),
    ),
    "units_120": Session("A city of 120 units", (*_SHORT, "--blocks", "4")),
    "units_10k": Session("10,020 units", (*_SHORT, "--blocks", "334")),
    "units_1m": Session("1,000,020 units", (*_SHORT, "--blocks", "33334")),
    "members_10": Session("300 units in blocks of 10", (*_SHORT, "--blocks", "30", "--members", "10")),
    "members_300": Session("300 units in one block", (*_SHORT, "--blocks", "1", "--members", "300")),
    "members_3000": Session("3,000 units in one block", (*_SHORT, "--blocks", "1", "--members", "3000")),
    "traced": Session("A tenth of all traces recorded", (*_SHORT, "--ours", "traced", "--theirs", "product")),
    "traced_whole": Session("All traces recorded", (*_SHORT, "--ours", "traced_whole", "--theirs", "product")),
    "durable": Session(
        "As delivered, against servers that answer before they have synced",
        (*_SHORT, "--ours", "product", "--theirs", "lazy"),
    ),
}


def run(session: Session) -> dict[str, Any]:
    """Measure and give what was seen; the last line of a session is its JSON."""
    command = [sys.executable, "-m", "benchmarks.spine", *session.options]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    print(session.question, printed, sep="\n", flush=True)
    seen: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return seen


def main(chosen: Sequence[str]) -> None:
    """Measure what was chosen; what was not keeps its figures."""
    seen = sessions()
    for name in chosen:
        seen[name] = {"commit": commit(), **run(_SESSIONS[name])}
        # After each, so that hours of measuring are not lost with the last of them.
        write_sessions(
            {each: {**seen[each], "question": _SESSIONS[each].question} for each in _SESSIONS if each in seen}
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.everything", description=__doc__)
    parser.add_argument("sessions", nargs="*", choices=[*_SESSIONS, []], help="these alone (default all)")
    main(parser.parse_args().sessions or list(_SESSIONS))
