"""Can an outgoing connection take the port that a server is about to bind?"""

from pathlib import Path

from chassis.ports import free_port


def test_a_free_port_lies_outside_the_range_of_outgoing_connections() -> None:
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    assert not {free_port() for _ in range(50)} & set(range(first, last + 1))


def test_a_port_is_not_given_twice_before_it_is_bound() -> None:
    given = [free_port() for _ in range(900)]
    assert len(set(given)) == len(given)
