"""Is a year that no column holds refused at its field?"""

import pytest
from city import TAN_PHONG
from house import House


@pytest.mark.parametrize("year", ["40000", "-1", "3000000000"])
async def test_a_year_that_no_column_holds_is_refused_at_the_door(house: House, year: str) -> None:
    await house.open(["awards"])
    async with house.office("awards") as office:
        answer = await office.get(f"/units/{TAN_PHONG}/titles?year={year}")
        assert (await office.get(f"/units/{TAN_PHONG}/titles?year=2023")).status_code in (200, 404)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == ["year"]
