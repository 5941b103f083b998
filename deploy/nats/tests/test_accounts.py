"""Does each right work, and is everything else refused? On a real server: a mock would agree with our mistakes."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import nats
import pytest
from nats.aio.client import Client
from nats.aio.subscription import Subscription
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from contracts.catalog import LISTENERS, SERVICES, STREAM
from thidua.nats_server import NatsServer
from topology import accounts, streams

PUBLISHERS = [service for service in SERVICES if service != accounts.READER]


@dataclass
class Member:
    """A connection under one name, and what the server refused it."""

    client: Client
    refusals: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    @property
    def unhindered(self) -> bool:
        return self.refusals.empty()

    async def is_refused(self, subject: str, body: bytes = b"") -> bool:
        """Ask for something forbidden and wait for the server's word about it; a silent server is a test that fails."""
        await self.client.publish(subject, body, reply=self.client.new_inbox())
        return await self._hears_no(f'publish to "{subject}"')

    async def is_refused_to_hear(self, subject: str) -> bool:
        await self.client.subscribe(subject)
        return await self._hears_no(f'subscription to "{subject}"')

    async def _hears_no(self, to: str) -> bool:
        async with asyncio.timeout(2):
            said = await self.refusals.get()
        return f"permissions violation for {to}".lower() in said.lower()


Join = Callable[[str], Awaitable[Member]]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Iterator[NatsServer]:
    with NatsServer(tmp_path_factory.mktemp("nats"), config_extra=accounts.authorization(keys)) as server:
        yield server


@pytest.fixture
async def join(bus: NatsServer, keys: Path) -> AsyncIterator[Join]:
    async with AsyncExitStack() as stack:

        async def connect(name: str) -> Member:
            refusals: asyncio.Queue[str] = asyncio.Queue()

            async def note(error: Exception) -> None:
                refusals.put_nowait(str(error))

            client = await nats.connect(
                bus.url,
                nkeys_seed=str(keys / f"{name}.seed"),
                inbox_prefix=accounts.inbox_prefix(name).encode(),
                error_cb=note,
            )
            stack.push_async_callback(client.close)
            return Member(client, refusals)

        admin = await connect(accounts.ADMIN)
        # Unprotected, so that a test which is wrong about a right shows a deletion and not another refusal.
        await streams.apply(admin.client.jetstream(), protected=False)
        yield connect


def subject(service: str) -> str:
    event_type = {
        "registry": "registry.report_submitted.v1",
        "scoring": "scoring.ranking_changed.v1",
        "awards": "awards.eligibility_changed.v1",
        "notify": "notify.message_posted.v1",
    }[service]
    return f"{event_type}.{uuid4()}"


def inbox_of(name: str) -> bytes:
    return f"{accounts.inbox_prefix(name)}.".encode()


async def publish_batch(member: Member, subjects: list[str]) -> dict[str, Any]:
    batch = uuid4().hex
    *first, last = enumerate(subjects, start=1)
    headers = {"Nats-Batch-Id": batch}
    for place, each in first:
        await member.client.publish(each, b"{}", headers={**headers, "Nats-Batch-Sequence": str(place)})
    headers |= {"Nats-Batch-Sequence": str(last[0]), "Nats-Batch-Commit": "1"}
    answer = await member.client.request(last[1], b"{}", timeout=2, headers=headers)
    found: dict[str, Any] = json.loads(answer.data)
    return found


@pytest.mark.parametrize("service", PUBLISHERS)
async def test_a_service_publishes_its_own_events_in_one_atomic_batch(join: Join, service: str) -> None:
    member = await join(service)
    answer = await publish_batch(member, [subject(service) for _ in range(3)])
    assert answer["count"] == 3
    assert member.unhindered


@pytest.mark.parametrize("service", LISTENERS)
async def test_a_service_takes_and_acknowledges_what_its_own_durable_delivers(join: Join, service: str) -> None:
    heard = LISTENERS[service][0].event_type
    publisher = await join(heard.split(".")[0])
    await publisher.client.jetstream().publish(f"{heard}.{uuid4()}", b"{}", stream=STREAM)

    member = await join(service)
    js = member.client.jetstream()
    own = await js.pull_subscribe_bind(durable=service, stream=STREAM, inbox_prefix=inbox_of(service))
    taken = (await own.fetch(1, timeout=2))[0]
    waiting = (await js.consumer_info(STREAM, service)).num_ack_pending or 0
    await taken.ack_sync(timeout=2)
    assert (await js.consumer_info(STREAM, service)).num_ack_pending == waiting - 1
    assert member.unhindered


async def follow(member: Member, start: ConsumerConfig) -> Subscription:
    """Follow the stream as the gateway may: an ephemeral push consumer with a name of its own."""
    pushed = await member.client.subscribe(member.client.new_inbox())
    config = start.evolve(
        name=f"live-{uuid4().hex}",
        deliver_subject=pushed.subject,
        ack_policy=AckPolicy.NONE,
        inactive_threshold=30.0,
        mem_storage=True,
    )
    await member.client.jetstream().add_consumer(STREAM, config)
    return pushed


async def test_the_gateway_follows_the_stream_with_a_consumer_of_its_own(join: Join) -> None:
    gateway = await join("gateway")
    following = await follow(gateway, ConsumerConfig(deliver_policy=DeliverPolicy.NEW))
    scoring = (await join("scoring")).client.jetstream()
    published = [(await scoring.publish(subject("scoring"), b"{}", stream=STREAM)).seq for _ in range(20)]
    seen = [await following.next_msg(2) for _ in published]
    assert [each.metadata.sequence.stream for each in seen] == published
    assert [each.metadata.sequence.consumer for each in seen] == list(range(1, 21)), "a gap would show here"

    from_the_16th = ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=published[15])
    following = await follow(gateway, from_the_16th)
    again = [await following.next_msg(2) for _ in published[15:]]
    assert [each.metadata.sequence.stream for each in again] == published[15:]
    assert gateway.unhindered


EVENT = {service: subject(service) for service in PUBLISHERS}
CONSUMER = ["INFO", "CREATE", "DURABLE.CREATE", "DELETE", "MSG.NEXT", "PAUSE", "RESET", "UNPIN", "LEADER.STEPDOWN"]
ACKNOWLEDGED = "1.1.1.1700000000000000000.0"
WHOLE = [
    "INFO",
    "CREATE",
    "UPDATE",
    "DELETE",
    "PURGE",
    "MSG.GET",
    "MSG.DELETE",
    "SNAPSHOT",
    "RESTORE",
    "PEER.REMOVE",
    "LEADER.STEPDOWN",
]

SENDING = {
    *EVENT.values(),
    "registry.invented.v1.x",
    "anything.else",
    "presence.open",
    "presence.other",
    "$KV.some.key",
    *(f"{accounts.inbox_prefix(name)}.answer" for name in accounts.NAMES),
    "_INBOX.answer",
    *(f"$JS.API.CONSUMER.{action}.{STREAM}.{durable}" for action in CONSUMER for durable in (*LISTENERS, "live")),
    *(f"$JS.API.CONSUMER.CREATE.{STREAM}.{durable}.registry.>" for durable in (*LISTENERS, "live")),
    *(f"$JS.API.CONSUMER.{action}.{STREAM}" for action in ("CREATE", "NAMES", "LIST")),
    *(f"$JS.{kind}.{STREAM}.{durable}.{ACKNOWLEDGED}" for kind in ("ACK", "ACK._.hash", "FC") for durable in LISTENERS),
    *(f"$JS.API.STREAM.{action}.{stream}" for action in WHOLE for stream in (STREAM, "ANOTHER")),
    *(
        f"$JS.API.{action}"
        for action in ("INFO", "STREAM.NAMES", "STREAM.LIST", "ACCOUNT.PURGE.$G", "META.LEADER.STEPDOWN")
    ),
    *(f"$JS.API.DIRECT.GET.{STREAM}{last}" for last in ("", ".registry.report_submitted.v1.x")),
    *(f"$JS.SNAPSHOT.{action}.{STREAM}.x" for action in ("RESTORE", "ACK")),
    *(f"$SYS.REQ.{asked}" for asked in ("SERVER.PING", "SERVER.PING.JSZ", "ACCOUNT.$G.INFO", "USER.INFO")),
}
HEARING = {
    *(">", "*.>", "_INBOX.>", "$SYS.>", "$JS.>", "$JS.API.>", "$JS.ACK.>", "$JS.EVENT.ADVISORY.>"),
    *(f"{service}.>" for service in PUBLISHERS),
    *EVENT.values(),
    *("presence.open", "presence.>"),
    *(f"{accounts.inbox_prefix(name)}.>" for name in accounts.NAMES),
    *(f"$JS.ACK.{STREAM}.{durable}.>" for durable in LISTENERS),
}


def may_send(name: str) -> set[str]:
    """Say once more, word for word, what each name may do: a right that grew by mistake differs from this."""
    if name == accounts.ADMIN:
        return {each for each in SENDING if each.startswith("$JS.API.")}
    info = f"$JS.API.STREAM.INFO.{STREAM}"
    if name == accounts.READER:
        looks = {f"$JS.API.CONSUMER.INFO.{STREAM}.{durable}" for durable in (*LISTENERS, "live")}
        return {info, *looks, f"$JS.API.CONSUMER.CREATE.{STREAM}.live", "presence.open"}
    own = {f"$JS.API.CONSUMER.{action}.{STREAM}.{name}" for action in ("INFO", "MSG.NEXT")}
    acknowledges = {f"$JS.{kind}.{STREAM}.{name}.{ACKNOWLEDGED}" for kind in ("ACK", "ACK._.hash")}
    return {info, *own, *acknowledges, *(each for each in SENDING if each.startswith(f"{name}."))}


def may_hear(name: str) -> set[str]:
    more = {accounts.ADMIN: {"$JS.EVENT.ADVISORY.>"}, accounts.READER: {"presence.open"}}
    return {f"{accounts.inbox_prefix(name)}.>", *more.get(name, ())}


@pytest.mark.parametrize("name", accounts.NAMES)
async def test_whatever_is_not_granted_is_refused(join: Join, name: str) -> None:
    member = await join(name)
    assert may_send(name) <= SENDING
    for each in sorted(SENDING - may_send(name)):
        assert await member.is_refused(each), each
    for each in sorted(HEARING - may_hear(name)):
        assert await member.is_refused_to_hear(each), each
    for each in may_hear(name):
        await member.client.subscribe(each)
    # What admin may send would take the stream away.
    for each in may_send(name) if name != accounts.ADMIN else ():
        await member.client.publish(each)
    await member.client.flush()
    assert member.unhindered


async def test_a_batch_with_a_forged_event_is_not_stored_at_all(join: Join) -> None:
    member = await join("scoring")
    before = (await member.client.jetstream().stream_info(STREAM)).state.messages
    answer = await publish_batch(member, [subject("scoring"), subject("registry"), subject("scoring")])
    assert answer["error"]["err_code"] == 10176
    assert (await member.client.jetstream().stream_info(STREAM)).state.messages == before


async def test_the_gateway_cannot_overwrite_a_durable_by_naming_it_in_the_body(join: Join) -> None:
    gateway = await join("gateway")
    for name in ({"durable_name": "scoring"}, {"name": "scoring"}, {"name": "scoring", "durable_name": "scoring"}):
        body = {"stream_name": STREAM, "config": {**name, "ack_policy": "explicit", "filter_subject": "notify.>"}}
        changing = json.dumps(body).encode()
        assert await gateway.is_refused(f"$JS.API.CONSUMER.CREATE.{STREAM}", changing)
        await gateway.client.request(f"$JS.API.CONSUMER.CREATE.{STREAM}.live", changing, timeout=2)
    admin = await join(accounts.ADMIN)
    assert await streams.check(admin.client.jetstream(), protected=False) == []


async def test_the_gateway_cannot_have_the_server_say_for_it_what_it_may_not_say(join: Join) -> None:
    """The server delivers where a consumer's maker wants; with no body, a delivery would be an acknowledgement."""
    registry = await join("registry")
    await registry.client.jetstream().publish(subject("registry"), b"{}", stream=STREAM)
    scoring = (await join("scoring")).client.jetstream()
    own = await scoring.pull_subscribe_bind(durable="scoring", stream=STREAM, inbox_prefix=inbox_of("scoring"))
    taken = (await own.fetch(1, timeout=2))[0]
    before = (await scoring.stream_info(STREAM)).state.messages
    waiting = (await scoring.consumer_info(STREAM, "scoring")).num_ack_pending

    gateway = await join("gateway")
    for to in (taken.reply, f"$JS.API.STREAM.PURGE.{STREAM}", f"$JS.API.STREAM.DELETE.{STREAM}", subject("scoring")):
        name = f"live-{uuid4().hex}"
        pushing = {"deliver_subject": to, "ack_policy": "none", "headers_only": True, "inactive_threshold": 30 * 10**9}
        body = {"stream_name": STREAM, "config": {"name": name, **pushing, "mem_storage": True}}
        await gateway.client.request(f"$JS.API.CONSUMER.CREATE.{STREAM}.{name}", json.dumps(body).encode(), timeout=2)
    # What a consumer of the same time really delivers has come; those above had their chance.
    following = await follow(gateway, ConsumerConfig(deliver_policy=DeliverPolicy.ALL))
    await following.next_msg(2)
    assert (await scoring.stream_info(STREAM)).state.messages == before
    assert (await scoring.consumer_info(STREAM, "scoring")).num_ack_pending == waiting
    await taken.ack_sync(timeout=2)


async def test_nobody_acknowledges_what_another_service_has_to_do(join: Join) -> None:
    registry = await join("registry")
    await registry.client.jetstream().publish(subject("registry"), b"{}", stream=STREAM)
    scoring = await join("scoring")
    js = scoring.client.jetstream()
    own = await js.pull_subscribe_bind(durable="scoring", stream=STREAM, inbox_prefix=inbox_of("scoring"))
    taken = (await own.fetch(1, timeout=2))[0]
    waiting = (await js.consumer_info(STREAM, "scoring")).num_ack_pending
    for name in (name for name in accounts.NAMES if name != "scoring"):
        thief = await join(name)
        assert await thief.is_refused(taken.reply, b"+TERM")
    assert (await js.consumer_info(STREAM, "scoring")).num_ack_pending == waiting
    await taken.ack_sync(timeout=2)


def test_seeds_are_private_and_are_made_once(tmp_path: Path) -> None:
    first = {name: path.read_bytes() for name, path in accounts.ensure_keys(tmp_path / "keys").items()}
    again = accounts.ensure_keys(tmp_path / "keys")
    assert first == {name: path.read_bytes() for name, path in again.items()}
    assert len(set(first.values())) == len(accounts.NAMES)
    assert {stat.S_IMODE(path.stat().st_mode) for path in again.values()} == {0o600}
