"""Where the gateways tell one another which pages are open: core messages, no events, kept nowhere."""

from typing import Final

SUBJECT: Final = "presence.open"
"""Outside every stream; only the gateway may send and hear it (``topology/accounts.py``)."""
