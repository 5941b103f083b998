"""Is a unit reminded of a report once a day at most, and is it kept who asked for it, and when?"""

from datetime import UTC, datetime
from uuid import UUID

from city import BLOCK, CAMPAIGN, PERIOD, QUYET_THANG, TAN_PHONG
from house import House, event_of

from contracts.envelope import Event
from contracts.notices import ReportsReminded
from contracts.notify import Post
from notify import actions, queries


def asked(by: Post, at: datetime, *units: UUID, late: bool = False) -> Event[ReportsReminded]:
    due, closes = datetime(2023, 11, 30, 10, tzinfo=UTC), datetime(2023, 12, 15, 10, tzinfo=UTC)
    place = {"campaign_id": CAMPAIGN, "period_id": PERIOD, "block_id": BLOCK}
    said = ReportsReminded(**place, by=by, due_at=due, closes_at=closes, late=late, unit_ids=units)
    return event_of(said).model_copy(update={"businesstime": at})


async def test_a_unit_is_reminded_of_a_report_once_a_day_whoever_asks(house: House) -> None:
    """A day begins at midnight in Vietnam, 17:00 the day before by world time."""
    first = asked(Post.BLOCK_HEAD, datetime(2023, 11, 28, 1, tzinfo=UTC), TAN_PHONG)
    again = asked(Post.CITY_OFFICE, datetime(2023, 11, 28, 16, 59, tzinfo=UTC), TAN_PHONG, QUYET_THANG)
    next_day = asked(Post.CITY_OFFICE, datetime(2023, 11, 28, 17, 1, tzinfo=UTC), TAN_PHONG)
    late = asked(Post.CITY_OFFICE, datetime(2023, 12, 1, 1, tzinfo=UTC), TAN_PHONG, late=True)
    for batch in ([first, again], [again, first], [next_day], [late]):
        async with house.at_work("notify") as tx:
            await actions.remind(tx, batch)
    rows = await house.rows("notify", "SELECT scope_id, cause, title, text, link FROM messages ORDER BY posted_at")
    assert [(row["scope_id"], row["cause"]) for row in rows] == [
        (TAN_PHONG, first.id),
        (QUYET_THANG, again.id),
        (TAN_PHONG, next_day.id),
        (TAN_PHONG, late.id),
    ]
    assert rows[0]["text"] == "Khối trưởng nhắc Đơn vị: hạn nộp 17:00 ngày 30/11/2023."
    assert rows[3]["title"].endswith("đã quá hạn mà chưa nộp")
    assert rows[3]["text"] == (
        "Phòng Nội vụ nhắc Đơn vị: đã quá hạn 17:00 ngày 30/11/2023. Vẫn nộp muộn được đến 17:00 ngày 15/12/2023."
    )
    assert {row["link"] for row in rows} == {f"/bao-cao/{PERIOD}"}
    async with house.at_work("notify") as tx:
        last = {row["unit_id"]: row for row in await queries.reminded(tx.db, PERIOD, BLOCK)}
    assert (last[TAN_PHONG]["by"], last[TAN_PHONG]["at"]) == ("city_office", datetime(2023, 12, 1, 1, tzinfo=UTC))
    assert last[QUYET_THANG]["by"] == "city_office"
    kept = await house.rows("notify", "SELECT DISTINCT actor FROM reminders")
    assert [row["actor"] for row in kept] == ["test"]
