"""A data folder: files that people read and edit, where things name one another by keys instead of UUIDs.

Each file holds what the public API takes, with a key wherever the API wants an id::

    sheets/<key>.yaml   a score sheet
    packs/<key>.yaml    a rule pack
    units.yaml          [{key, name, kind, code, parent: <unit>, valid_from}]
    blocks.yaml         [{key, year, name, sheet: <sheet>, head: <unit>, members: [<unit>]}], and if known deputy: <unit>,
                        follows: <block>, decision_number, decision_on
    campaign.yaml       {key, year, name, starts_on, ends_on, periods: [{key, number, …}], document}
    targets.yaml        [{unit: <unit>, targets: [{criterion, target, assigned}]}]
    people.yaml         [{key, unit: <unit>, name, words, from_on, entries: [{key, kind, values}]}]
    years.yaml          [{unit: <unit>, year, headcount, …}]
    reports.yaml        [{unit: <unit>, period: <period>, fields: {<criterion>: <as typed>}}]
    accounts.yaml       [{account, post, grants: [{role, unit: <unit>} or {role, block: <block>}]}]
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

import yaml

from thidua.errors import Refusal

Entry = dict[str, Any]
_PLACE: Final = "https://thidua.vn/"
_NAMED: Final = (
    ("head", "unit", "head_unit_id"),
    ("deputy", "unit", "deputy_unit_id"),
    ("follows", "block", "follows_id"),
)


class DataFolder:
    """Reads one folder and turns its keys into ids that are the same on every machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._namespace = uuid5(NAMESPACE_URL, _PLACE + folder.name)

    def identity(self, sort: str, key: str) -> UUID:
        """Give the id of a unit, block, sheet, campaign or period."""
        return uuid5(self._namespace, f"{sort}/{key}")

    def fingerprint(self) -> str:
        """Give a digest that changes with any file of the folder."""
        digest = hashlib.sha256()
        for path in sorted(self._folder.rglob("*.yaml")):
            digest.update(str(path.relative_to(self._folder)).encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()

    def sheets(self) -> Iterator[tuple[UUID, Entry]]:
        """Give each score sheet as ``PUT /sheets/{id}`` takes it."""
        for key, sheet in self._documents("sheets"):
            identity = self.identity("sheet", key)
            yield identity, {**sheet, "sheet_id": str(identity)}

    def packs(self) -> Iterator[tuple[str, Entry]]:
        """Give each rule pack under its key."""
        yield from self._documents("packs")

    def forms(self) -> Iterator[tuple[str, Entry]]:
        """Give each statutory statistics form under its number."""
        for _, form in self._documents("forms"):
            yield form["form"], form

    def units(self) -> Iterator[tuple[UUID, Entry]]:
        """Give each unit as ``PUT /units/{id}`` takes it, parents first as they stand in the file."""
        for unit in self._read("units.yaml"):
            body = _without(unit, "key", "parent")
            if unit.get("parent"):
                body["parent_id"] = str(self.identity("unit", unit["parent"]))
            yield self.identity("unit", unit["key"]), body

    def blocks(self) -> Iterator[tuple[UUID, Entry]]:
        """Give each block as ``PUT /blocks/{id}`` takes it."""
        for block in self._read("blocks.yaml"):
            body = _without(block, "key", "sheet", "head", "deputy", "follows", "members")
            body["sheet_id"] = str(self.identity("sheet", block["sheet"]))
            body["member_unit_ids"] = [str(self.identity("unit", member)) for member in block["members"]]
            for name, sort, field in _NAMED:
                if block.get(name):
                    body[field] = str(self.identity(sort, block[name]))
            yield self.identity("block", block["key"]), body

    def campaign(self) -> tuple[UUID, Entry]:
        """Give the campaign as ``PUT /campaigns/{id}`` takes it."""
        campaign = self._read("campaign.yaml")
        periods = [
            {**_without(period, "key"), "period_id": str(self.identity("period", period["key"]))}
            for period in campaign["periods"]
        ]
        return self.identity("campaign", campaign["key"]), {**_without(campaign, "key"), "periods": periods}

    def targets(self) -> Iterator[tuple[UUID, Entry]]:
        """Give the targets of each unit."""
        for each in self._read("targets.yaml"):
            yield self.identity("unit", each["unit"]), {"targets": each["targets"]}

    def people(self) -> Iterator[tuple[UUID, Entry]]:
        """Give each person as ``PUT /people/{id}`` takes it."""
        for each in self._read("people.yaml"):
            body = {**_without(each, "key", "entries"), "unit_id": str(self.identity("unit", each["unit"]))}
            yield self.identity("person", each["key"]), _without(body, "unit")

    def entries(self) -> Iterator[tuple[UUID, Entry]]:
        """Give each entry of a person's file as ``PUT /entries/{id}`` takes it first."""
        for each in self._read("people.yaml"):
            for entry in each.get("entries", ()):
                body = {**_without(entry, "key"), "person_id": str(self.identity("person", each["key"])), "version": 0}
                yield self.identity("entry", entry["key"]), body

    def years(self) -> Iterator[tuple[UUID, int, Entry]]:
        """Give the year record of each unit, without its version."""
        for each in self._read("years.yaml"):
            yield self.identity("unit", each["unit"]), each["year"], _without(each, "unit", "year")

    def reports(self) -> Iterator[tuple[UUID, UUID, dict[str, str]]]:
        """Give unit, period and fields of each illustrative report."""
        for each in self._read("reports.yaml"):
            fields = {str(criterion): str(typed) for criterion, typed in each["fields"].items()}
            yield self.identity("unit", each["unit"]), self.identity("period", each["period"]), fields

    def accounts(self) -> list[Entry]:
        """Give the demo accounts with the ids of their scopes, without passwords."""
        return [
            {**each, "grants": [self._grant(grant) for grant in each["grants"]]} for each in self._read("accounts.yaml")
        ]

    def _grant(self, grant: Entry) -> dict[str, str]:
        sort = "block" if "block" in grant else "unit"
        return {"role": grant["role"], "scope": str(self.identity(sort, grant[sort]))}

    def _documents(self, folder: str) -> Iterator[tuple[str, Entry]]:
        for path in sorted((self._folder / folder).glob("*.yaml")):
            yield path.stem, self._read(f"{folder}/{path.name}")

    def _read(self, name: str) -> Any:
        try:
            return yaml.safe_load((self._folder / name).read_text())
        except (OSError, yaml.YAMLError) as error:
            raise Refusal(f"Không đọc được {self._folder / name}: {error}") from error


def _without(entry: Entry, *names: str) -> Entry:
    return {name: value for name, value in entry.items() if name not in names}
