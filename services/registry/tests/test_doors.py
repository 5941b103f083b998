"""Is a number that no column holds, or an instant at the end of the calendar, refused at its field?"""

from typing import Any

import pytest
from city import CAMPAIGN, CAMPAIGN_DOCUMENT, TAN_PHONG
from house import House

LARGE = 3_000_000_000
EARLY = "0001-01-01T00:00:00+14:00"


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("GET", f"/units/{TAN_PHONG}/reads?before={EARLY.replace('+', '%2B')}", None, "before"),
        (
            "PUT",
            f"/campaigns/{CAMPAIGN}",
            {**CAMPAIGN_DOCUMENT, "periods": [{**CAMPAIGN_DOCUMENT["periods"][0], "opens_at": EARLY}]},
            "periods.0.opens_at",
        ),
        (
            "PUT",
            f"/campaigns/{CAMPAIGN}",
            {**CAMPAIGN_DOCUMENT, "periods": [{**CAMPAIGN_DOCUMENT["periods"][0], "number": 40_000}]},
            "periods.0.number",
        ),
        ("PUT", f"/campaigns/{CAMPAIGN}", {**CAMPAIGN_DOCUMENT, "version": LARGE}, "version"),
        (
            "PUT",
            f"/units/{TAN_PHONG}/years/2023",
            {
                "version": 0,
                **dict.fromkeys(("completed_tasks", "advanced_workers", "grassroots_fighters", "disciplined"), 1),
                "headcount": 10**30,
            },
            "headcount",
        ),
    ],
    ids=["reads", "period opens", "period number", "campaign version", "head count"],
)
async def test_what_no_column_holds_is_refused_at_the_door(
    house: House, method: str, path: str, body: Any, field: str
) -> None:
    await house.open(["registry"])
    async with house.office("registry") as office:
        answer = await office.request(method, path, json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field
