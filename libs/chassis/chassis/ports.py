"""Loopback ports that stay free until they are used."""

import secrets
import socket
from collections import deque
from typing import Final

# Below the range from which Linux takes the source ports of outgoing connections (32768-60999, ip(7)): a port of that
# range can be taken by any client between the moment it is chosen, or its server dies, and the moment it is bound, and
# a client that calls a dead server there may even reach itself.
_LANE: Final = range(20_000, 32_000)
_given: Final[deque[int]] = deque(maxlen=1_000)
"""What this process was told lately and may not have bound yet: three servers once drew two ports."""


def free_port() -> int:
    """Give a loopback port that nobody listens on and no outgoing connection will take."""
    while True:
        # Not from ``random``: processes that were seeded alike would choose alike.
        port = secrets.choice(_LANE)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port in _given:
            continue
        _given.append(port)
        return port
