"""Do two authors of one report see each other, through whichever gateway, and is whoever leaves or falls silent forgotten?"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import httpx2
from city import PERIOD, TAN_PHONG
from desks import ACCOUNTS, at_the_pages, open_pages, sign_in
from house import House

from chassis.testing import eventually
from gateway.presence import FORGOTTEN_SECONDS, Presence, Sign

SINCE = datetime(2023, 11, 15, 7, 5, tzinfo=UTC)
FORM = f"/bao-cao/{PERIOD}"


def sign(page: str, account: str, *, place: str = "ky/don-vi", since: datetime = SINCE) -> Sign:
    return Sign(page=page, place=place, account=account, post=f"Cán bộ {account}, Phường Tân Phong", since=since)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_several_pages_of_one_account_are_one_author_and_silence_is_forgotten() -> None:
    clock = Clock()
    here = Presence(clock)
    later = SINCE + timedelta(minutes=9)
    async with here.at(sign("a", "01")) as changed:
        assert here.others("ky/don-vi", "01") == [], "one does not see oneself"
        changed.clear()
        here.take([sign("b", "02", since=later), sign("c", "02"), sign("d", "03", place="ky/khac")])
        assert changed.is_set()
        assert [(each.post, each.since) for each in here.others("ky/don-vi", "01")] == [
            ("Cán bộ 02, Phường Tân Phong", SINCE)
        ]
        clock.now += FORGOTTEN_SECONDS - 1
        changed.clear()
        here.take([sign("b", "02", since=later)])
        assert not changed.is_set(), "a heartbeat is no news"
        clock.now += 2
        assert [each.since for each in here.others("ky/don-vi", "01")] == [later]
        clock.now += FORGOTTEN_SECONDS
        assert here.others("ky/don-vi", "01") == []


async def test_gateways_agree_and_one_that_hears_rubbish_goes_on(house: House) -> None:
    await house.open([])
    one, other = Presence(), Presence()
    async with house.bus("gateway") as first, house.bus("gateway") as second, house.bus("gateway") as third:
        await one.follow(first)
        await other.follow(second)
        await first.flush()
        await second.flush()
        await third.publish("presence.open", b"[{]")
        await third.publish("presence.open", json.dumps([{"page": "x", "place": 7}]).encode())
        with suppress(ConnectionError):
            async with one.at(sign("a", "01")):
                await eventually(lambda: _count(other, 1), within=5)
                raise ConnectionError
        await eventually(lambda: _count(other, 0), within=5)
        await one.stop()
        await other.stop()


async def _count(there: Presence, wanted: int) -> bool:
    return len(there.others("ky/don-vi", "99")) == wanted


@asynccontextmanager
async def watching(client: httpx2.AsyncClient, query: str = "") -> AsyncIterator[AsyncIterator[str]]:
    """Open the stream of a form; each frame is what it says now."""
    async with client.stream("GET", f"/live/dang-sua/{PERIOD}{query}") as answer:
        assert answer.status_code == 200

        async def frames() -> AsyncIterator[str]:
            said: list[str] = []
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    said.append(line.removeprefix("data:"))
                elif not line and said:
                    yield " ".join(re.sub(r"<[^>]+>", " ", " ".join(said)).split())
                    said.clear()

        yield frames()


async def test_two_authors_of_a_report_see_each_other_while_both_are_there(house: House) -> None:
    second = {**ACCOUNTS, "tan-phong-2": ("unit_officer", TAN_PHONG)}
    await open_pages(house)
    gateway = house.services["gateway"]
    gateway.stop()
    gateway.start(ACCOUNTS_FILE=house.write_accounts(**second))
    await gateway.ready()
    async with at_the_pages(house, "tan-phong") as own, at_the_pages(house, "tan-phong-2") as colleague:
        page = (await own.get(FORM)).text
        stream = re.search(r'hx-sse:connect="([^"]+)"', page)
        assert stream, "the form is watched"
        assert "cũng đang sửa" not in page
        async with asyncio.timeout(20), watching(own, "?but=a") as mine:
            async with watching(colleague, "?but=b&tu=2023-11-15T00:00:00%2B07:00") as theirs:
                assert "Cán bộ tan-phong cũng đang sửa báo cáo này (từ " in await anext(theirs)
                said = await anext(mine)
                assert "Cán bộ tan-phong-2 cũng đang sửa báo cáo này (từ " in (said or await anext(mine))
                # Without JavaScript the page says it as it is drawn.
                assert "Cán bộ tan-phong-2 cũng đang sửa" in (await own.get(FORM)).text
                async with at_the_pages(house, "quyet-thang") as stranger:
                    assert "cũng đang sửa" not in (await stranger.get(FORM)).text
            assert await anext(mine) == "", "whoever leaves is gone at once"
        await sign_in(own, "noi-vu")
        assert (await own.get(f"/live/dang-sua/{PERIOD}")).status_code == 403
    kept = await house.rows("gateway", "SELECT count(*) AS n FROM pg_tables WHERE tablename LIKE '%presence%'")
    assert kept[0]["n"] == 0
