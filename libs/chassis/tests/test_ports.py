"""Can anybody else take the port that a server is about to bind?"""

import subprocess
import sys
from pathlib import Path

from chassis.ports import free_port

DRAWN = "from chassis.ports import free_port; print(*[free_port() for _ in range(120)], flush=True); input()"


def test_a_free_port_lies_outside_the_range_of_outgoing_connections() -> None:
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    assert not {free_port() for _ in range(50)} & set(range(first, last + 1))


def test_a_port_is_not_given_twice_before_it_is_bound() -> None:
    given = [free_port() for _ in range(900)]
    assert len(set(given)) == len(given)


def test_another_process_is_not_given_it_either() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", DRAWN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin
        assert other.stdout
        theirs = set(map(int, other.stdout.readline().split()))
        ours = {free_port() for _ in range(900)}
        other.stdin.write("\n")
    assert (len(theirs), theirs & ours) == (120, set())
