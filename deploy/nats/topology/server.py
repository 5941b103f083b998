"""The configuration of nats-server, as text. The same rules hold embedded, in a container and on a server."""

import json
from pathlib import Path
from typing import Final

MIN_VERSION: Final = (2, 15, 1)
"""2.14.0 to 2.14.5 could lose acknowledged messages with ``sync_interval: always`` (#8475); 2.9 ignores new fields."""


def render(
    *,
    store: Path,
    runtime: Path,
    host: str = "127.0.0.1",
    port: int = -1,
    monitor_port: int = -1,
    max_file_store: str = "4GB",
    sync_interval: str = "always",
    name: str = "thidua",
    extra: str = "",
) -> str:
    """Write the configuration; port -1 takes a free one and tells it in a ports file under ``runtime``.

    Each server of a cluster needs a ``name`` of its own. ``extra`` is appended as it is: the authorization block, the
    routes of a cluster, or what a test wants. Another ``sync_interval`` than the given one is for the test that shows
    what it would lose.
    """
    return f"""\
server_name: {name}
host: {host}
port: {port}
# Loopback only: /healthz is the alarm for a stream frozen by a full disk.
http: "127.0.0.1:{monitor_port}"
pid_file: {_quoted(runtime / "nats.pid")}
ports_file_dir: {_quoted(runtime)}

jetstream {{
  store_dir: {_quoted(store)}
  # Before the acknowledgement, not up to two minutes after it: the default loses acknowledged events in a power cut.
  sync_interval: {sync_interval}
  max_file_store: {max_file_store}
  strict: true
}}
{extra}"""


def _quoted(path: Path) -> str:
    return json.dumps(str(path), ensure_ascii=False)
