"""``make bench``: every session after the other, on an otherwise idle machine; writes docs/performance.json, its tables and a plot.

Each session is a process of its own (``benchmarks.spine`` with other contestants or another city), so that one leaves
nothing behind for the next.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.plot import bars

_DOCS: Final = Path("docs")
_MARK: Final = "<!-- figures -->"


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


def machine() -> str:
    """Say in a line what the absolute figures were seen on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def write(told: dict[str, Any]) -> None:
    """Write the JSON, the page's tables, and the plot."""
    (_DOCS / "performance.json").write_text(json.dumps(told, indent=2) + "\n")
    page = _DOCS / "performance.md"
    head, _, _ = page.read_text().partition(_MARK)
    page.write_text(f"{head}{_MARK}\n\n{_tables(told)}\n")
    seen = told["sessions"]
    groups = {
        each: {side: seen[name][side]["reports_per_second"] for side in ("product", "floor")}
        for name, each in (
            ("units_120", "120 units"),
            ("units_10k", "10,020 units"),
            ("units_1m", "1,000,020 units"),
            ("members_10", "blocks of 10"),
            ("members_300", "a block of 300"),
            ("members_3000", "a block of 3,000"),
        )
        if name in seen
    }
    (_DOCS / "performance.svg").write_text(bars("Reports a second, first report to last rank", groups))


def _tables(told: dict[str, Any]) -> str:
    lines = [f"{told['machine']}."]
    for name, seen in told["sessions"].items():
        ours, theirs = (each for each in seen if isinstance(seen[each], dict) and each not in ("ratios", "rates"))
        lines += [
            "",
            f"**{_SESSIONS[name].question}** (commit `{seen['commit']}`)",
            "",
            f"| what | {ours} | {theirs} | ratio (95 %) |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| {_words(figure, seen)} | {mine:,.1f} | {seen[theirs][figure]:,.1f} | {_ratio(seen, figure)} |"
            for figure, mine in seen[ours].items()
            if mine or seen[theirs][figure]
        ]
    return "\n".join(lines)


def _ratio(seen: dict[str, Any], figure: str) -> str:
    each = seen["ratios"].get(figure)
    return f"{each['median']:.2f} ({each['low']:.2f}–{each['high']:.2f})" if each else "–"


_FIGURES: Final = {
    "reports_per_second": "reports a second, first report to last rank",
    "cpu_ms_per_report": "CPU of all processes and servers, ms a report",
    "own_cpu_ms_per_report": "CPU of its own processes, ms a report",
    "wal_bytes_per_report": "write-ahead log, bytes a report",
    "wal_syncs_per_report": "syncs of the write-ahead log a report",
    "events_per_report": "events a report",
    "front_cpu_ms_per_report": "the gateway's CPU, ms a report",
    "front_share_percent": "the gateway's share of the CPU of its own processes, %",
    "memory_mib": "memory of its own processes under load (PSS), MiB",
}


def _words(figure: str, seen: dict[str, Any]) -> str:
    if figure in _FIGURES:
        return _FIGURES[figure]
    what, share, _, _, load = figure.split("_")
    named = "receipt" if what == "receipt" else "rank visible"
    return f"{named} {share} at {load} % of the slower one's capacity ({seen['rates'][load]} a second), ms"


def main(chosen: Sequence[str]) -> None:
    """Measure what was chosen; what was not keeps its figures."""
    stored = _DOCS / "performance.json"
    before: dict[str, Any] = json.loads(stored.read_text())["sessions"] if stored.exists() else {}
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    sessions = dict(before)
    for name in chosen:
        sessions[name] = {"commit": commit[:7], **run(_SESSIONS[name])}
        # After each, so that hours of measuring are not lost with the last of them.
        write({"machine": machine(), "sessions": {each: sessions[each] for each in _SESSIONS if each in sessions}})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.everything", description=__doc__)
    parser.add_argument("sessions", nargs="*", choices=[*_SESSIONS, []], help="these alone (default all)")
    main(parser.parse_args().sessions or list(_SESSIONS))
