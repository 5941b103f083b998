"""Does the house agree with a plain model of it, whatever is sent, repeated, delayed or killed, and in which order?

``EXAMPLES=100`` tries new stories, as many; without it a few that are always the same.
"""

import asyncio
import os
from collections.abc import Coroutine
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, TypeVar
from uuid import UUID, uuid4

import city
import httpx2
import pytest
from house import EVENT_SERVICES, House
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from survival import oracle
from survival.oracle import Sent

from contracts.catalog import STREAM

T = TypeVar("T")

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
PERIOD = city.CAMPAIGN_DOCUMENT["periods"][0]
LATE = {"code": "TRU.1", "name": "Nộp muộn", "measure": "lần", "maximum": "2", "role": "penalty"}
SHEET = {**city.SHEET_DOCUMENT, "extras": [{**LATE, "rule": {"kind": "late"}}]}

units = st.sampled_from(list(city.UNITS))
amounts = st.sampled_from(["0", "699,9", "700", "978", "1000"]) | st.integers(7000, 10500).map(
    lambda tenths: f"{tenths // 10},{tenths % 10}"
)
# 90 points are 1000 without a pledge or 888,9 with one; 98 are 978 in time or 1000 late.
rivals = st.permutations([("1000", False), ("888,9", True), ("978", True), ("1000", True)])


class Story(RuleBasedStateMachine):
    """One campaign of its own in a house that stays; nobody waits for quiet before the board is asked for."""

    def __init__(self, house: House, runner: asyncio.Runner) -> None:
        super().__init__()
        self.house = house
        self.runner = runner
        self.model = oracle.City(tuple(city.UNITS))
        self.campaign, self.period = uuid4(), uuid4()
        self.state = "open"
        self.said_once = self.under_way = False
        self.sent: list[tuple[dict[str, Any], str, httpx2.Response]] = []
        self.first_event = self.run(self.launch())

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(doing)

    async def launch(self) -> int:
        await self.set_clock("2023-11-15T08:00:00+07:00")
        document = {**city.CAMPAIGN_DOCUMENT, "periods": [{**PERIOD, "period_id": str(self.period)}]}
        async with self.house.office("registry") as office, self.house.bus() as bus:
            launched = await office.put(f"/campaigns/{self.campaign}", json=document)
            assert launched.status_code == 200, launched.text
            return (await bus.jetstream().stream_info(STREAM)).state.last_seq + 1

    async def set_clock(self, now: str) -> None:
        for service in EVENT_SERVICES:
            await self.house.run(service, f"UPDATE business_clock SET ahead = timestamptz '{now}' - clock_timestamp()")

    def body(self, unit: UUID, amount: str, version: int, *, pledged: bool) -> dict[str, Any]:
        report = city.report(unit, amount, version=version, pledged="có" if pledged else "không")
        return {**report, "campaign_id": str(self.campaign), "period_id": str(self.period)}

    async def post(self, body: dict[str, Any], key: str) -> httpx2.Response:
        unit = UUID(body["unit_id"])
        async with self.house.client("registry", ("unit_officer", unit), account=f"officer-{unit}") as officer:
            return await officer.post("/reports", json=body, headers={"Idempotency-Key": key})

    def learn(self, body: dict[str, Any], key: str, answer: httpx2.Response) -> None:
        """Take an accepted report into the model, after looking at what its answer says."""
        unit = UUID(body["unit_id"])
        assert answer.status_code == 201, answer.text
        assert answer.json()["version"] == self.model.version(unit) + 1
        assert answer.json()["late"] is (self.state == "late")
        amount = Fraction(body["fields"]["1.1"].replace(",", "."))
        self.model.accept(unit, Sent(amount, body["fields"]["2.1"] == "có", self.state == "late"))
        self.sent.append((body, key, answer))
        self.said_once = self.under_way = True

    @initialize(reports=rivals)
    def everybody_submits(self, reports: list[tuple[str, bool]]) -> None:
        for unit, (amount, pledged) in zip(city.UNITS, reports, strict=False):
            self.submit(unit, amount, pledged)
        self.look()

    @rule(unit=units, amount=amounts, pledged=st.booleans())
    def submit(self, unit: UUID, amount: str, pledged: bool) -> None:
        body, key = self.body(unit, amount, self.model.version(unit), pledged=pledged), str(uuid4())
        answer = self.run(self.post(body, key))
        if self.state == "closed":
            assert answer.status_code == 409, answer.text
        else:
            self.learn(body, key, answer)

    @rule(unit=units, amount=amounts, off=st.sampled_from([-2, -1, 1, 2]))
    def submit_from_another_version(self, unit: UUID, amount: str, off: int) -> None:
        body = self.body(unit, amount, max(self.model.version(unit) + off, 0), pledged=True)
        if body["version"] != self.model.version(unit):
            answer = self.run(self.post(body, str(uuid4())))
            # A closed period is said first: no version would be taken.
            told = answer.json().get("version")
            assert (answer.status_code, told) == (
                409,
                None if self.state == "closed" else self.model.version(unit),
            ), answer.text

    @precondition(lambda self: self.state != "closed")
    @rule(unit=units, some=st.lists(amounts, min_size=2, max_size=4, unique=True))
    def submit_all_at_once(self, unit: UUID, some: list[str]) -> None:
        async def race() -> list[httpx2.Response]:
            return await asyncio.gather(*[self.post(*each) for each in offers])

        offers = [(self.body(unit, each, self.model.version(unit), pledged=True), str(uuid4())) for each in some]
        answers = self.run(race())
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * (len(offers) - 1)
        for offer, answer in zip(offers, answers, strict=True):
            if answer.status_code == 201:
                self.learn(*offer, answer)

    @precondition(lambda self: self.state != "closed")
    @rule(unit=units, amount=amounts, milliseconds=st.integers(0, 30))
    def submit_to_a_dying_registry(self, unit: UUID, amount: str, milliseconds: int) -> None:
        """Whether the first one was taken nobody knows; the second, with its key, must say the same either way."""
        body, key = self.body(unit, amount, self.model.version(unit), pledged=True), str(uuid4())

        async def interrupted() -> httpx2.Response:
            asked = asyncio.create_task(self.post(body, key))
            await asyncio.wait([asked], timeout=milliseconds / 1000)
            await asyncio.to_thread(self.house.services["registry"].kill)
            await asyncio.wait([asked])
            await self.start("registry")
            again = await self.post(body, key)
            assert asked.exception() or asked.result().content == again.content
            return again

        self.learn(body, key, self.run(interrupted()))

    @precondition(lambda self: self.sent)
    @rule(place=st.integers(0, 99))
    def repeat(self, place: int) -> None:
        body, key, first = self.sent[place % len(self.sent)]
        again = self.run(self.post(body, key))
        assert (again.status_code, again.content) == (first.status_code, first.content)
        other = self.run(self.post({**body, "version": body["version"] + 1}, key))
        assert other.status_code == 422, other.text

    @precondition(lambda self: self.state != "closed")
    @rule()
    def time_passes(self) -> None:
        self.state, boundary = {"open": ("late", "due_at"), "late": ("closed", "closes_at")}[self.state]
        self.run(self.set_clock((datetime.fromisoformat(PERIOD[boundary]) + timedelta(seconds=1)).isoformat()))

    @precondition(lambda self: self.said_once)
    @rule()
    def every_event_comes_again(self) -> None:
        self.run(self.house.publish_again(since=self.first_event))
        self.said_once = False
        self.under_way = True

    @precondition(lambda self: self.under_way)
    @rule(service=st.sampled_from(EVENT_SERVICES))
    def kill(self, service: str) -> None:
        self.house.services[service].kill()
        self.run(self.start(service))

    async def start(self, service: str) -> None:
        self.house.services[service].start()
        await self.house.services[service].ready()

    @precondition(lambda self: self.under_way)
    @rule()
    def look(self) -> None:
        self.run(self.house.quiet())
        self.run(self.compare())
        self.under_way = False

    def teardown(self) -> None:
        self.look()

    async def compare(self) -> None:
        assert await self.board() == self.model.board()
        assert await self.submissions() == {
            unit: list(range(1, self.model.version(unit) + 1)) for unit in city.UNITS if self.model.version(unit)
        }
        receipts = sorted(answer.json()["receipt_number"] for _, _, answer in self.sent)
        told = await self.house.rows(
            "notify",
            "SELECT link FROM messages WHERE post = 'unit_officer' AND link = ANY($1) ORDER BY link",
            [f"/bien-nhan/{receipt}" for receipt in receipts],
        )
        assert [row["link"].rpartition("/")[2] for row in told] == receipts
        assert not await self.house.rows(
            "notify", "SELECT post, scope_id, cause FROM messages GROUP BY 1, 2, 3 HAVING count(*) > 1"
        )
        for service in EVENT_SERVICES:
            assert not await self.house.rows(service, "SELECT error FROM dead_letter")

    async def board(self) -> dict[UUID, oracle.Row]:
        async with self.house.office("scoring") as office:
            answer = await office.get(f"/campaigns/{self.campaign}/periods/{self.period}/boards/{city.BLOCK}")
        assert answer.status_code == 200, answer.text
        return {
            UUID(row["unit_id"]): oracle.Row(
                row["rank"], row["points"] and Fraction(row["points"]), row["late"], row["decided_by"]
            )
            for row in answer.json()["rows"]
        }

    async def submissions(self) -> dict[UUID, list[int]]:
        rows = await self.house.rows(
            "registry",
            "SELECT unit_id, array_agg(s.version ORDER BY s.version) AS versions "
            "FROM submissions AS s JOIN reports USING (report_id) WHERE campaign_id = $1 GROUP BY unit_id",
            self.campaign,
        )
        return {row["unit_id"]: row["versions"] for row in rows}


@pytest.mark.fault
@pytest.mark.timeout(600 + 60 * EXAMPLES)
def test_the_house_agrees_with_its_model(house: House) -> None:
    with asyncio.Runner() as runner:
        runner.run(house.open())
        runner.run(city.found(house, sheet=SHEET))
        run_state_machine_as_test(
            lambda: Story(house, runner),
            settings=settings(
                max_examples=EXAMPLES or 4,
                stateful_step_count=15,
                derandomize=not EXAMPLES,
                deadline=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
