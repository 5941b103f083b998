"""Who may do what on the bus: one NKey per service, made at the first start, and rights as narrow as they can be.

A service publishes its own subjects, reads its own durable and acknowledges nothing else. The gateway only reads, but for one
subject outside the stream on which its replicas say who is writing where.
``admin`` makes streams and durables and cannot publish an event. Found out on nats-server 2.15.1: acknowledgements
travel on the old subject ``$JS.ACK.<stream>.…`` or, with the domain and account in it, on ``$JS.ACK.*.*.<stream>.…``.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import nkeys

from chassis.files import write_private
from contracts.catalog import LISTENERS, SERVICES, STREAM
from contracts.presence import SUBJECT

ADMIN: Final = "admin"
NAMES: Final = (*SERVICES, ADMIN)
READER: Final = "gateway"
"""The service that publishes no event and follows the stream with ephemeral consumers of its own; its replicas tell one another
which pages are open."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Subjects; whatever is not named is refused."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    never: tuple[str, ...] = ()
    """What ``publish`` would allow and must not."""


def inbox_prefix(name: str) -> str:
    """Give the private inbox of a service: ``nats.connect(inbox_prefix=…)`` takes it without a dot at its end."""
    return f"_INBOX_{name}"


def rights(name: str) -> Rights:
    """Give the rights of a service or of ``admin``."""
    inbox = (f"{inbox_prefix(name)}.>",)
    if name == ADMIN:
        return Rights(("$JS.API.>",), (*inbox, "$JS.EVENT.ADVISORY.>"))
    info = f"$JS.API.STREAM.INFO.{STREAM}"
    if name == READER:
        return Rights((info, SUBJECT, *_reading_along()), (*inbox, SUBJECT), tuple(_of_others()))
    listening = _own_durable(name) if name in LISTENERS else ()
    return Rights((f"{name}.>", info, *listening), inbox)


def _own_durable(durable: str) -> tuple[str, ...]:
    return (
        f"$JS.API.CONSUMER.INFO.{STREAM}.{durable}",
        f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{durable}",
        f"$JS.ACK.{STREAM}.{durable}.>",
        f"$JS.ACK.*.*.{STREAM}.{durable}.>",
    )


def _reading_along() -> tuple[str, ...]:
    """Ephemeral push consumers of its own, named by itself; they end by themselves, so there is nothing to delete."""
    return tuple(f"$JS.API.CONSUMER.{action}.{STREAM}.*" for action in ("CREATE", "INFO"))


def _of_others() -> Iterator[str]:
    """Creating a consumer under the name of a durable changes that durable.

    A name in the subject decides, whatever the body says. On the older subject without a name the body decides, so
    that one is not allowed at all. That shuts out nats-py's ``ordered_consumer=True``: it has no name to begin with,
    and with a name it cannot find its place again. A consumer with a new name after each loss can.
    """
    for durable in LISTENERS:
        yield f"$JS.API.CONSUMER.CREATE.{STREAM}.{durable}"


def ensure_keys(folder: Path) -> dict[str, Path]:
    """Make the seeds that are missing (mode 0600) and give the seed file of every name. Never commit the folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    seeds = {name: folder / f"{name}.seed" for name in NAMES}
    for path in seeds.values():
        if not path.exists():
            write_private(path, nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER))
    return seeds


def authorization(folder: Path) -> str:
    """Write the ``authorization`` block of nats-server's configuration for the seeds in this folder."""
    users = "\n".join(_user(name, path) for name, path in ensure_keys(folder).items())
    return f"authorization {{\n  users = [\n{users}\n  ]\n}}\n"


def _user(name: str, seed: Path) -> str:
    allowed = rights(name)
    public = nkeys.from_seed(bytearray(seed.read_bytes().strip())).public_key.decode()
    publish = f"{{ allow: {_listed(allowed.publish)}, deny: {_listed(allowed.never)} }}"
    return (
        f"    {{ nkey: {public}  # {name}\n"
        f"      permissions: {{ publish: {publish}, subscribe: {_listed(allowed.subscribe)} }} }}"
    )


def _listed(subjects: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{subject}"' for subject in subjects) + "]"
