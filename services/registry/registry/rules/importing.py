"""From what was recognised in an issuing document to the sections of a draft, as somebody would have typed them."""

import re
from collections.abc import Iterator
from typing import Final

from registry.rules.designs import Section, empty
from registry.rules.issuing import Finding, Recognised, target_row

_YEAR: Final = re.compile(r"\bnăm (20\d\d)\b")


def draft_of(recognised: Recognised) -> dict[str, Section]:
    """Fill the sections that the document speaks of; what it leaves open, and what was not recognised, stays empty."""
    found = list(_all(recognised.findings))
    said = {each.kind: each.value for each in reversed(found)}
    number, _, symbol = said.get("symbol", "").partition("/")
    year = _YEAR.search(f"{said.get('title', '')} {said.get('form', '').lower()} {said.get('theme', '')}")
    head = {
        "name": f"Phong trào thi đua năm {year[1]}" if year else "",
        "year": year[1] if year else "",
        "number": number,
        "symbol": symbol,
        "issued_on": said.get("issued", ""),
        "grounds": _joined(found, "ground"),
        **{name: said.get(name, "") for name in ("title", "theme", "issuer", "signer", "authority")},
    }
    targets = [each.value for each in found if each.kind == "target"]
    return empty() | {
        "document": Section(values={name: value for name, value in head.items() if value}),
        "tasks": Section(
            values={"movements": _joined(found, "movement")},
            rows=tuple({"text": each.value} for each in found if each.kind in ("duty", "works")),
        ),
        "fields": Section(
            rows=tuple(
                {"name": each.value, "tasks": "\n".join(task.value for task in each.parts)}
                for each in found
                if each.kind == "field"
            )
        ),
        "targets": Section(rows=tuple(target_row(value, number) for number, value in enumerate(targets, start=1))),
        "recipients": Section(values={"names": _joined(found, "recipient")}),
    }


def _all(findings: tuple[Finding, ...]) -> Iterator[Finding]:
    for each in findings:
        yield each
        yield from _all(each.parts)


def _joined(found: list[Finding], kind: str) -> str:
    """One line for each, in the order of the text, the same said twice only once."""
    return "\n".join(dict.fromkeys(each.value for each in found if each.kind == kind))
