"""Is a number that no column holds, or an instant at the end of the calendar, refused as what it is, and not for an absent database?"""

from typing import Any
from uuid import uuid4

import pytest
from city import BLOCK, CAMPAIGN, PERIOD, SHEET, SHEET_DOCUMENT, TAN_PHONG
from house import CITY, House
from sqlalchemy import text

from chassis.db import Prepared, asyncpg_url, is_away, is_unfit, make_engine

LARGE = 3_000_000_000
OF_PERIOD = f"/campaigns/{CAMPAIGN}/periods/{PERIOD}"
OF_SHEET = {"period_id": str(PERIOD), "sheet_id": str(SHEET), "version": LARGE}
AT_THE_ENDS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")


async def test_what_no_column_holds_is_refused_at_the_door(house: House) -> None:
    await house.open(["scoring"])
    async with house.client("scoring", ("city_office", CITY)) as office:
        assert (await office.put(f"/sheets/{SHEET}", json=SHEET_DOCUMENT)).status_code == 200
        asked: list[tuple[str, str, Any]] = [
            ("GET", f"/sheets/{SHEET}?version={LARGE}", None),
            ("GET", f"/sheets/{SHEET}/differences?old={LARGE}&new=1", None),
            ("GET", f"/sheets/{SHEET}/differences?old=1&new={LARGE}", None),
            ("PUT", f"/sheet-drafts/{uuid4()}", {"made_from": str(SHEET), "version": LARGE}),
            ("PUT", f"/sheet-drafts/{uuid4()}", {"made_from": str(SHEET), "version": -LARGE}),
            ("POST", "/rehearsals", OF_SHEET),
            ("POST", f"/sheets/{SHEET}/rescorings", {"version": LARGE}),
            ("POST", f"{OF_PERIOD}/scores/{TAN_PHONG}/verdicts", {"column": "block", "report_version": LARGE}),
            *[
                ("GET", f"{OF_PERIOD}/{path}?as_of={instant.replace('+', '%2B')}", None)
                for path in ("city-board", "city-board/blocks", f"boards/{BLOCK}")
                for instant in AT_THE_ENDS
            ],
        ]
        for method, path, body in asked:
            answer = await office.request(method, path, json=body)
            assert answer.status_code == 422, (method, path, answer.text)
            named = {error["field"] for error in answer.json()["errors"]}
            assert named & {"version", "old", "new", "report_version", "as_of"}, answer.text


@pytest.mark.parametrize("value", [LARGE, -LARGE])
async def test_what_the_driver_cannot_write_is_no_absent_database(house: House, value: int) -> None:
    engine = make_engine(asyncpg_url(await house.templates.copy("scoring", house.database("scoring"))), name="test")
    statement = text("SELECT version FROM sheets WHERE version = CAST(:value AS integer)")
    for ask in (
        lambda db: db.execute(statement, {"value": value}),
        lambda db: Prepared(statement).rows(db, {"value": value}),
    ):
        with pytest.raises(Exception, match="invalid input") as refused:
            async with engine.connect() as db:
                await ask(db)
        assert (is_unfit(refused.value), is_away(refused.value)) == (True, False)
    await engine.dispose()
