"""Does topology make what architecture.md promises, bring old settings up to date, and refuse what cannot change?"""

import contextlib
import json
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import nats
import pytest
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from contracts.catalog import LISTENERS, STREAM
from thidua.nats_server import NatsServer
from topology import streams


@pytest.fixture
async def js(open_bus: NatsServer) -> AsyncIterator[JetStreamContext]:
    client = await nats.connect(open_bus.url)
    context = client.jetstream()
    yield context
    with contextlib.suppress(NotFoundError):
        await context.delete_stream(STREAM)
    await client.close()


def varz(bus: NatsServer) -> dict[str, object]:
    with urllib.request.urlopen(f"{bus.monitor_url}/varz") as answer:
        found: dict[str, object] = json.load(answer)
    return found


def test_the_server_syncs_before_it_acknowledges(open_bus: NatsServer) -> None:
    config = varz(open_bus)["jetstream"]["config"]  # type: ignore[index]
    assert config["sync_always"] is True
    assert config["strict"] is True


async def test_the_stream_and_one_durable_per_listener_stand_as_wanted(js: JetStreamContext) -> None:
    assert await streams.check(js, protected=False) == [f"chưa có luồng {STREAM}"]
    await streams.apply(js, protected=False)
    assert await streams.check(js, protected=False) == []
    standing = (await js.stream_info(STREAM)).config
    assert (standing.discard, standing.storage, standing.duplicate_window) == ("new", "file", 1800.0)
    assert standing.allow_atomic is True
    assert not standing.allow_direct
    assert {each.name for each in await js.consumers_info(STREAM)} == set(LISTENERS)


async def test_applying_twice_changes_nothing(js: JetStreamContext) -> None:
    await streams.apply(js, protected=False)
    before = (await js.stream_info(STREAM)).created
    await streams.apply(js, protected=False)
    assert (await js.stream_info(STREAM)).created == before


async def test_settings_that_drifted_are_set_right_again(js: JetStreamContext) -> None:
    await streams.apply(js, protected=False)
    await js.update_stream(streams.stream(protected=False).evolve(max_age=3600.0, duplicate_window=120.0))
    await js.add_consumer(STREAM, streams.durable("scoring").evolve(ack_wait=10.0, max_ack_pending=7))
    found = await streams.check(js, protected=False)
    assert [each.split(" đang")[0] for each in found] == [
        "luồng EVENTS: max_age",
        "luồng EVENTS: duplicate_window",
        "bộ nhận scoring: ack_wait",
        "bộ nhận scoring: max_ack_pending",
    ]
    await streams.apply(js, protected=False)
    assert await streams.check(js, protected=False) == []


async def test_a_durable_that_listens_to_more_than_before_sees_the_older_events_too(js: JetStreamContext) -> None:
    await streams.apply(js, protected=False)
    narrow = streams.durable("scoring").evolve(filter_subjects=["registry.campaign_launched.v1.*"])
    await js.add_consumer(STREAM, narrow)
    await js.publish("registry.report_submitted.v1.one", b"{}")
    await js.publish("registry.campaign_launched.v1.one", b"{}")
    pull = await js.pull_subscribe_bind(durable="scoring", stream=STREAM)
    await (await pull.fetch(1, timeout=2))[0].ack_sync()

    await streams.apply(js, protected=False)
    again = await pull.fetch(2, timeout=2)
    assert [each.subject for each in again] == ["registry.report_submitted.v1.one", "registry.campaign_launched.v1.one"]


async def test_what_the_server_cannot_take_back_is_refused_in_words(js: JetStreamContext) -> None:
    wanted = streams.stream(protected=False).evolve(storage="memory")
    await js.add_stream(wanted)
    with pytest.raises(streams.TopologyError, match=r"storage đang là memory, cần file.*khôi phục cấu hình cũ"):
        await streams.apply(js, protected=False)


async def test_a_protected_stream_can_neither_be_purged_nor_lose_its_protection(tmp_path: Path) -> None:
    with NatsServer(tmp_path) as bus:
        client = await nats.connect(bus.url)
        js = client.jetstream()
        await streams.apply(js)
        await js.publish("registry.report_submitted.v1.one", b"{}")
        with pytest.raises(nats.js.errors.APIError):
            await js.purge_stream(STREAM)
        with pytest.raises(nats.js.errors.APIError):
            await js.delete_msg(STREAM, 1)
        with pytest.raises(streams.TopologyError, match="deny_delete"):
            await streams.apply(js, protected=False)
        await client.close()
