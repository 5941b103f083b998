"""Loopback ports that stay free until they are used."""

import os
import secrets
import socket
from collections import deque
from contextlib import suppress
from typing import Final

# Below the range from which Linux takes the source ports of outgoing connections (32768-60999, ip(7)): a port of that
# range can be taken by any client between the moment it is chosen, or its server dies, and the moment it is bound, and
# a client that calls a dead server there may even reach itself.
_LANE: Final = range(20_000, 32_000)
_given: Final[deque[int]] = deque(maxlen=1_000)
"""What this process was told lately and may not have bound yet: three servers once drew two ports."""
_MOST_CLAIMED: Final = 128
_claims: Final[deque[int]] = deque()
"""Descriptors that hold a name in Linux's abstract namespace for each of the last of them: other processes on this machine see
it, and it ends with this one. Two houses once drew one port, and one was asked in the place of the other.
"""


def free_port() -> int:
    """Give a loopback port that nobody listens on, was told of lately, or takes for an outgoing connection."""
    while True:
        # Not from ``random``: processes that were seeded alike would choose alike.
        port = secrets.choice(_LANE)
        if port in _given:
            continue
        claim = socket.socket(socket.AF_UNIX)
        with suppress(OSError), socket.socket() as probe:
            claim.bind(f"\0thidua-port-{port}")
            probe.bind(("127.0.0.1", port))
            _given.append(port)
            _claims.append(claim.detach())
            if len(_claims) > _MOST_CLAIMED:
                os.close(_claims.popleft())
            return port
        claim.close()
