"""Named places where a test may kill the process: ``FAILPOINTS=relay.after_ack`` or ``name@3`` for the third passage.

Nothing happens unless the variable is set. The process ends as with SIGKILL: no handler, no flush, no goodbye.
"""

import os
import signal
from collections import Counter
from functools import cache
from typing import Final

_KNOWN: Final = frozenset(
    {
        "edge.before_commit",
        "events.before_log",
        "edge.after_commit",
        "bus.before_commit",
        "bus.after_commit",
        "relay.before_publish",
        "relay.after_ack",
    }
)
_passed: Counter[str] = Counter()


@cache
def _armed() -> dict[str, int]:
    armed = {}
    for entry in os.environ.get("FAILPOINTS", "").split(","):
        name, _, passage = entry.strip().partition("@")
        if name and name not in _KNOWN:
            raise ValueError(f"unknown failpoint {name}; known: {', '.join(sorted(_KNOWN))}")
        if name:
            armed[name] = int(passage or 1)
    return armed


def failpoint(name: str) -> None:
    """Die here if a test asked for it."""
    armed = _armed()
    if name not in armed:
        return
    _passed[name] += 1
    if _passed[name] == armed[name]:
        os.kill(os.getpid(), signal.SIGKILL)
