"""Is a server that runs and does nothing started again?"""

import os
import signal
from pathlib import Path

from thidua import processes
from thidua.keeping import Keeper
from thidua.nats_server import NatsServer


def test_a_server_that_hangs_is_ended_and_started_at_its_address(tmp_path: Path) -> None:
    said: list[str] = []
    with NatsServer(tmp_path) as bus:
        keeper = Keeper(bus, said.append, patience=0.5)
        assert not keeper.look()
        first, url = bus.pid, bus.url
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        assert processes.until(keeper.look, 20)
        assert (bus.url, bus.well, bus.pid == first) == (url, True, False)
    assert [line for line in said if "không làm việc" in line]
