"""Does the launcher keep one real nats-server through starts, crashes and second looks, and say plainly what is wrong?"""

import socket
from pathlib import Path

import nats
import pytest

from thidua import nats_server
from thidua.errors import Refusal
from thidua.nats_server import NatsServer


async def stored(server: NatsServer) -> int:
    client = await nats.connect(server.url)
    js = client.jetstream()
    await js.add_stream(name="KEPT", subjects=["kept.>"])
    await js.publish("kept.one", b"1")
    messages = (await js.stream_info("KEPT")).state.messages
    await client.close()
    return messages


async def test_what_was_acknowledged_survives_a_kill_at_the_same_address(tmp_path: Path) -> None:
    with NatsServer(tmp_path) as server:
        url, pid = server.url, server.pid
        assert await stored(server) == 1
        server.kill()
        assert not server.alive
        server.start()
        assert (server.url, server.adopted) == (url, False)
        assert server.pid != pid
        assert await stored(server) == 2
    assert server.pid is None


def test_a_second_launcher_adopts_the_running_one(tmp_path: Path) -> None:
    with NatsServer(tmp_path) as first:
        second = NatsServer(tmp_path)
        second.start()
        assert (second.adopted, second.pid, second.url) == (True, first.pid, first.url)


def test_a_running_one_with_other_rights_is_replaced(tmp_path: Path) -> None:
    with NatsServer(tmp_path) as first:
        before = first.pid
        with NatsServer(tmp_path, config_extra="max_connections: 7\n") as second:
            assert second.adopted is False
            assert second.pid != before


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Refusal, match=rf"Không dùng được cổng {port}: một chương trình khác.*NATS_URL"):
            NatsServer(tmp_path, port=port).start()


def test_a_configuration_that_the_server_refuses_is_told_with_its_reason(tmp_path: Path) -> None:
    server = NatsServer(tmp_path, config_extra="no_such_setting: 1\n")
    with pytest.raises(Refusal, match="no_such_setting"):
        server.start()
    assert not server.alive


@pytest.mark.parametrize("version", ["nats-server: v2.9.10", "2.14.5", "2.15.0", "nonsense"])
def test_a_server_that_could_lose_events_is_refused(version: str) -> None:
    with pytest.raises(Refusal, match=r"cũ quá: cần từ 2\.15\.1"):
        nats_server.refuse_old(version, where="/usr/bin/nats-server")


@pytest.mark.parametrize("version", ["nats-server: v2.15.1", "2.15.2", "2.16.0-RC.1", "3.0.0"])
def test_a_server_that_keeps_its_word_is_taken(version: str) -> None:
    nats_server.refuse_old(version, where="/usr/bin/nats-server")
