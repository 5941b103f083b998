"""What measuring leaves in docs/: the figures as JSON, their tables in performance.md below its mark, and the plot.

``python -m benchmarks.page`` writes the tables anew from the figures there are; with ``--check`` it says whether they stand.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.plot import bars

_DOCS: Final = Path("docs")
_MARK: Final = "<!-- figures -->"
_PAGE: Final = _DOCS / "performance.md"
_SESSIONS: Final = _DOCS / "performance.json"
_PEERS: Final = _DOCS / "performance-peers.json"
_SLICES: Final = {"spine": "Peers, the spine", "whole": "Peers, the whole ripple"}


def machine() -> str:
    """Say in a line what the absolute figures were seen on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def commit() -> str:
    """Name what is measured."""
    asked = subprocess.run(["git", "rev-parse", "--short=7", "HEAD"], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


def sessions() -> dict[str, Any]:
    """Give what was written of sessions, by name."""
    told: dict[str, Any] = _read(_SESSIONS).get("sessions", {})
    return told


def write_sessions(told: Mapping[str, Any]) -> None:
    """Write sessions, each with its ``question`` and ``commit``, and what is drawn from them."""
    _SESSIONS.write_text(json.dumps({"machine": machine(), "sessions": told}, indent=2) + "\n")
    _write_page()
    groups = {
        each: {side: told[name][side]["reports_per_second"] for side in ("product", "floor")}
        for name, each in (
            ("units_120", "120 units"),
            ("units_10k", "10,020 units"),
            ("units_1m", "1,000,020 units"),
            ("members_10", "blocks of 10"),
            ("members_300", "a block of 300"),
            ("members_3000", "a block of 3,000"),
        )
        if name in told
    }
    (_DOCS / "performance.svg").write_text(bars("Reports a second, first report to last rank", groups))


def write_peer(part: str, name: str, seen: Mapping[str, Any]) -> None:
    """Write a peer's row of one slice, with its ``commit``; the other rows keep their figures."""
    rows = {each: _peers(each) for each in _SLICES}
    rows[part][name] = seen
    _PEERS.write_text(json.dumps({"machine": machine(), "rows": rows}, indent=2) + "\n")
    _write_page()


def _peers(part: str) -> dict[str, Any]:
    rows: dict[str, Any] = _read(_PEERS).get("rows", {}).get(part, {})
    return rows


def _read(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return told


def _write_page() -> None:
    _PAGE.write_text(_drawn())


def _drawn() -> str:
    """Give the page with the tables of the figures there are."""
    head, _, _ = _PAGE.read_text().partition(_MARK)
    lines = [f"{_read(_SESSIONS).get('machine', machine())}.", *_session_tables()]
    for part, title in _SLICES.items():
        if rows := _peers(part):
            lines += _peer_table(title, rows)
    return f"{head}{_MARK}\n\n" + "\n".join(lines) + "\n"


def _session_tables() -> Iterator[str]:
    for name, seen in sessions().items():
        ours, theirs = (each for each in seen if isinstance(seen[each], dict) and each not in ("ratios", "rates"))
        yield from (
            "",
            f"**{seen.get('question', name)}** (commit `{seen['commit']}`)",
            "",
            f"| what | {ours} | {theirs} | ratio (95 %) |",
            "|---|---|---|---|",
        )
        for figure, mine in seen[ours].items():
            if mine or seen[theirs][figure]:
                its = seen[theirs][figure]
                yield f"| {_words(figure, seen)} | {mine:,.1f} | {its:,.1f} | {_ratio(seen, figure)} |"


_PEER_COLUMNS: Final = (
    "peer",
    "reports a second",
    "product",
    "product / peer",
    "receipt p50 / p99, ms",
    "product",
    "rank visible p50 / p99, ms",
    "product",
    "product / peer, rank p50",
    "lost at a kill",
    "applied twice",
    "commit",
)


def _peer_table(title: str, rows: Mapping[str, Any]) -> Iterator[str]:
    """Lay out peers; receipts and ranks are at half of what the slower of the two can take."""
    yield from ("", f"**{title}**", "", f"| {' | '.join(_PEER_COLUMNS)} |", "|---" * len(_PEER_COLUMNS) + "|")
    for name, seen in rows.items():
        cells = ["–"] * 8
        if "ratios" in seen:
            # In its JSON a peer of the whole ripple has another name than in its row, and so has the product.
            ours, theirs = (each for key, each in seen.items() if isinstance(each, dict) and key not in _OTHER)
            speeds = [f"{each['reports_per_second']:.0f}" for each in (theirs, ours)]
            receipts, ranks = ([_times(each, what) for each in (theirs, ours)] for what in ("receipt", "rank"))
            slower = f"{seen['ratios']['rank_p50_ms_at_50']['median']:.2f}"
            cells = [*speeds, _ratio(seen, "reports_per_second"), *receipts, *ranks, slower]
        crash = seen.get("crash")
        cells += [f"{crash['lost']} of {crash['acknowledged']}", str(crash["duplicated"])] if crash else ["–"] * 2
        yield f"| {name.replace('_', ', ')} | {' | '.join(cells)} | `{seen['commit']}` |"


def _times(side: Mapping[str, float], what: str) -> str:
    return " / ".join(f"{side[f'{what}_{share}_ms_at_50']:.0f}" for share in ("p50", "p99"))


_OTHER: Final = ("ratios", "rates", "crash")


def _ratio(seen: dict[str, Any], figure: str) -> str:
    each = seen["ratios"].get(figure)
    return f"{each['median']:.2f} ({each['low']:.2f}–{each['high']:.2f})" if each else "–"


_FIGURES: Final = {
    "reports_per_second": "reports a second, first report to last effect",
    "cpu_ms_per_report": "CPU of all processes and servers, ms a report",
    "own_cpu_ms_per_report": "CPU of its own processes, ms a report",
    "wal_bytes_per_report": "write-ahead log, bytes a report",
    "wal_syncs_per_report": "syncs of PostgreSQL's write-ahead log a report (the bus' own not counted)",
    "events_per_report": "events a report",
    "front_cpu_ms_per_report": "the gateway's CPU, ms a report",
    "front_share_percent": "the gateway's share of the CPU of its own processes, %",
    "memory_mib": "memory of its own processes under load (PSS), MiB",
}


def _words(figure: str, seen: dict[str, Any]) -> str:
    if figure in _FIGURES:
        return _FIGURES[figure]
    if figure.startswith("memory_"):
        return f"memory of {figure.split('_')[1]} under load (PSS), MiB"
    what, share, _, _, load = figure.split("_")
    named = "receipt" if what == "receipt" else "rank visible"
    return f"{named} {share} at {load} % of the slower one's capacity ({seen['rates'][load]} a second), ms"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.page", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the tables are other ones")
    if not parser.parse_args().check:
        _write_page()
    elif _PAGE.read_text() != _drawn():
        sys.exit(f"{_PAGE}: its tables are not those of its figures (python -m benchmarks.page)")
