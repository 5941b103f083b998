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

    def told(name: str) -> Any:
        value = summary.get(name)
        return "(not measured)" if value is None else value

    head = (
        f"Commit `{summary['commit'][:12]}`: {summary['seeds']} seeds and {len(summary['scenarios'])} scenarios, "
        f"{summary['acknowledged']} acknowledged reports, {summary['lost']} lost, {summary['duplicated']} duplicated, "
        f"{len(summary['violations'])} broken invariants. Recovery of a killed process p50 "
        f"{told('recovery_p50_s')} s, p95 {told('recovery_p95_s')} s; slowest stop under load "
        f"{told('slowest_stop_under_load_s')} s; good throughput under fifty poison events "
        f"{told('good_throughput_under_poison')} of healthy; mutants killed {told('mutants_killed')} of {told('mutants')}."
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
    wanted = "losses found, as there must be" if CATALOGUE[run["name"]].must_lose else "nothing lost, nothing twice"
    outcome = "; ".join(verdict["violations"][:3]) or wanted
    slowest = f"{max(run['recoveries']):.1f} s" if run["recoveries"] else "–"
    return f"| {run['name']} | {CATALOGUE[run['name']].what} | {verdict['acknowledged']} | {outcome} | {slowest} | {run['commit'][:7]} |"
