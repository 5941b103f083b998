"""The statutory statistics forms: how they look, what was typed, what was handed in, and what can be counted."""

import json
from datetime import date
from typing import Final

from sqlalchemy import select

from chassis.db import Read
from chassis.errors import NotFound
from registry import rules
from registry.queries.paging import Row
from registry.rules.statistics import FormLayout, Place
from registry.tables import campaigns, statistic_cells, statistic_closings, statistic_forms
from registry.tables.statistics import newest_cells, newest_form

_HEADS: Final = [column for column in statistic_closings.c if column.name not in ("snapshot", "form", "year")]
_SAID: Final = ("version", "value", "beside", "note", "recorded_by", "recorded_at")


async def forms(db: Read, year: int) -> Row:
    """List the forms of a year, each with when it was handed in last."""
    rows = (await db.execute(newest_form())).mappings()
    layouts = [FormLayout.model_validate(row["document"]) for row in rows]
    closed = {
        row["form"]: dict(row)
        for row in (
            await db.execute(
                select(statistic_closings.c.form, *_HEADS)
                .distinct(statistic_closings.c.form)
                .where(statistic_closings.c.year == year)
                .order_by(statistic_closings.c.form, statistic_closings.c.number.desc())
            )
        ).mappings()
    }
    shown = ("form", "title", "circular", "due", "mark", "first_year", "last_year")
    return {
        "items": [
            {**{name: getattr(each, name) for name in shown}, "closed": closed.get(each.form)}
            for each in layouts
            if each.serves(year)
        ],
        "first_year": min((each.first_year for each in layouts), default=None),
    }


async def form(db: Read, name: str) -> Row:
    """Give a form as it stands and what people changed in it, newest first; raises ``NotFound``."""
    row = (await db.execute(newest_form(name))).mappings().one_or_none()
    if row is None:
        raise NotFound("Không có biểu thống kê này.")
    said = [statistic_forms.c[each] for each in ("revision", "change", "recorded_by", "recorded_at")]
    changed = (statistic_forms.c.form == name) & statistic_forms.c.change.is_not(None)
    rows = await db.execute(select(*said).where(changed).order_by(statistic_forms.c.revision.desc()).limit(100))
    layout = FormLayout.model_validate(row["document"])
    return {
        "layout": layout.model_dump(mode="json"),
        "revision": row["revision"],
        "changes": [dict(each) for each in rows.mappings()],
    }


async def form_of_year(db: Read, name: str, year: int) -> Row:
    """Give a form of a year: what each cell is made of, what must agree, what was typed, and how often it was handed in."""
    found = await form(db, name)
    layout = FormLayout.model_validate(found["layout"])
    if not layout.serves(year):
        raise NotFound("Không có biểu thống kê này cho năm đó.")
    typed = (await db.execute(newest_cells(name, year))).mappings()
    own = (statistic_closings.c.form == name) & (statistic_closings.c.year == year)
    closed = await db.execute(select(*_HEADS).where(own).order_by(statistic_closings.c.number.desc()))
    return {
        **found,
        "year": year,
        "cells": [{**_at(each.place), **_made_of(each)} for each in rules.statistics.cells(layout).values()],
        "checks": [
            {**_at(each.place), "parts": [_at(part) for part in each.parts]} for each in rules.statistics.checks(layout)
        ],
        "typed": [{**_at(Place(row["line"], row["place"])), **{said: row[said] for said in _SAID}} for row in typed],
        "closings": [dict(row) for row in closed.mappings()],
    }


def _at(place: Place) -> Row:
    return {"row": place.row, "column": place.column}


def _made_of(cell: rules.statistics.FormCell) -> Row:
    return {"kind": cell.kind, "parts": [_at(part) for part in cell.parts], "when": cell.when}


async def closing(db: Read, name: str, year: int, number: int) -> Row:
    """Give a form as it was handed in the ``number``-th time, and whether its text still has its fingerprint."""
    table = statistic_closings.c
    found = await db.execute(
        select(statistic_closings).where(table.form == name, table.year == year, table.number == number)
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("Biểu này chưa nộp lần đó.")
    intact = rules.statistics.fingerprint(row["snapshot"]) == row["fingerprint"]
    heads = {column.name: row[column.name] for column in _HEADS}
    return {**heads, "intact": intact, "snapshot": json.loads(row["snapshot"])}


async def cell_history(db: Read, name: str, year: int, place: Place) -> Row:
    """Give all that was typed into a cell, newest first."""
    table = statistic_cells.c
    own = (table.form == name, table.year == year, table.line == place.row, table.place == place.column)
    rows = await db.execute(select(*[table[said] for said in _SAID]).where(*own).order_by(table.version.desc()))
    return {"items": [dict(row) for row in rows.mappings()]}


async def countable_campaigns(db: Read, year: int) -> Row:
    """Give the launched campaigns that go on in a year, each with what a form can count it by."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    shown = [campaigns.c[name] for name in ("campaign_id", "name", "starts_on", "ends_on", "kind", "scope")]
    going_on = (campaigns.c.starts_on <= last) & (campaigns.c.ends_on >= first)
    rows = (
        await db.execute(select(*shown).where(going_on).order_by(campaigns.c.starts_on, campaigns.c.name))
    ).mappings()
    return {
        "items": [
            {"id": row["campaign_id"], "name": row["name"], "facts": rules.statistics.campaign_facts(dict(row), year)}
            for row in rows
        ]
    }
