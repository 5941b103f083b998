"""docs/reliability.md and docs/reliability.json: what was broken, how often, and what came of it."""

import json
from pathlib import Path
from typing import Any

from survival.scenarios import CATALOGUE

_DOCS = Path("docs")


def write(summary: dict[str, Any], runs: list[dict[str, Any]]) -> None:
    """Write both files from one run of the runner."""
    (_DOCS / "reliability.json").write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n")
    page = _DOCS / "reliability.md"
    head, _, _ = page.read_text().partition("<!-- figures -->")
    page.write_text(f"{head}<!-- figures -->\n\n{_figures(summary, runs)}")


def _figures(summary: dict[str, Any], runs: list[dict[str, Any]]) -> str:
    rows = [_row(run) for run in runs if run["name"] in CATALOGUE]
    rows += [
        f"| {name} | {CATALOGUE[name].what} | – | not run: {why} | – | – |" for name, why in summary["not_run"].items()
    ]
    head = (
        f"Commit `{summary['commit'][:12]}`: {summary['seeds']} seeds and {len(summary['scenarios'])} scenarios, "
        f"{summary['acknowledged']} acknowledged reports, {summary['lost']} lost, {summary['duplicated']} duplicated, "
        f"{len(summary['violations'])} broken invariants. Recovery of a killed process p50 "
        f"{summary['recovery_p50_s']} s, p95 {summary['recovery_p95_s']} s; slowest stop under load "
        f"{summary.get('slowest_stop_under_load_s')} s; good throughput under fifty poison events "
        f"{summary.get('good_throughput_under_poison')} of healthy; mutants killed {summary.get('mutants_killed')} of "
        f"{summary.get('mutants')}."
    )
    return "\n".join(
        [
            head,
            "",
            "| fault | what | acknowledged | outcome | slowest recovery | commit |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _row(run: dict[str, Any]) -> str:
    verdict = run["verdict"]
    outcome = "; ".join(verdict["violations"][:3]) or "nothing lost, nothing twice"
    slowest = f"{max(run['recoveries']):.1f} s" if run["recoveries"] else "–"
    return f"| {run['name']} | {CATALOGUE[run['name']].what} | {verdict['acknowledged']} | {outcome} | {slowest} | {run['commit'][:7]} |"
