"""A real nats-server without rights, for what is not about rights."""

from collections.abc import Iterator

import pytest

from thidua.nats_server import NatsServer


@pytest.fixture(scope="module")
def open_bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    with NatsServer(tmp_path_factory.mktemp("nats")) as server:
        yield server
