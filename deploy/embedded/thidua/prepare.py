"""What must stand before the first service starts: keys, streams, databases, tables, the clock, the demo accounts."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Final

import nats
from nats.errors import Error as NatsError

from chassis import identity, migrations
from chassis.settings import nats_servers
from contracts.catalog import SERVICES
from thidua import databases, people
from thidua.errors import Refusal
from thidua.folder import DataFolder
from thidua.home import Home
from thidua.nats_server import refuse_old
from topology import accounts, streams

VIETNAM_TIME: Final = timezone(timedelta(hours=7))
_DAY_BEGINS: Final = time(8, 0, tzinfo=VIETNAM_TIME)


Environments = dict[str, dict[str, str]]


def run(
    *, home: Home, data: Path, database_url: str, nats_url: str, nats_keys: Path | None, demo_date: date | None
) -> tuple[Environments, timedelta]:
    """Prepare; every step leaves alone what stands already. Raises ``Refusal``.

    ``nats_keys`` holds a seed per service and ``admin.seed``; without it everybody connects anonymously. Gives the
    services' environments and how far business time runs ahead of real time (negative while the demo plays in 2023).
    Without ``demo_date`` business time is real time, unless an earlier start decided otherwise.
    """
    private, public = identity_keys(home)
    people.ensure_accounts(home, DataFolder(data).accounts())
    made, ahead = asyncio.run(_prepare_servers(home, database_url, nats_url, nats_keys, demo_date))
    environments = {
        service: {
            "DATABASE_URL": made[service].url,
            "NATS_URL": nats_url,
            "NATS_NKEY_SEED": str(nats_keys / f"{service}.seed") if nats_keys else "",
            "IDENTITY_KEY": str(private if service == "gateway" else public),
        }
        for service in SERVICES
    }
    return environments, ahead


async def _prepare_servers(
    home: Home, database_url: str, nats_url: str, nats_keys: Path | None, demo_date: date | None
) -> tuple[dict[str, databases.Database], timedelta]:
    await _apply_topology(nats_url, nats_keys)
    made = await databases.ensure(database_url, home)
    ahead = datetime.combine(demo_date, _DAY_BEGINS) - datetime.now(UTC) if demo_date else timedelta()
    for database in made.values():
        await migrations.upgrade(database.service, database.admin_url, database.role)
        # The first database that has a clock decides for all, also when an earlier start was killed between two.
        ahead = await migrations.ensure_clock(database.admin_url, ahead)
    return made, ahead


async def _apply_topology(url: str, keys: Path | None) -> None:
    try:
        client = await nats.connect(
            nats_servers(url),
            inbox_prefix=accounts.inbox_prefix(accounts.ADMIN).encode(),
            allow_reconnect=False,
            connect_timeout=5,
            nkeys_seed=str(keys / f"{accounts.ADMIN}.seed") if keys else None,
        )
    except (NatsError, OSError, TimeoutError) as error:
        raise Refusal(
            f"Không nối được NATS ở {url} ({error or type(error).__name__}). "
            "Hãy kiểm tra địa chỉ NATS_URL và khóa trong THIDUA_NATS_KEYS."
        ) from error
    try:
        refuse_old(str(client.connected_server_version), where=f"ở {url}")
        await streams.apply(client.jetstream())
    except streams.TopologyError as error:
        raise Refusal(str(error)) from error
    finally:
        await client.close()


def identity_keys(home: Home) -> tuple[Path, Path]:
    """Make the key pair that the gateway signs identities with, once."""
    private, public = home.keys / "identity.private.json", home.keys / "identity.public.json"
    if not private.exists():
        identity.write_key(identity.make_key(), private, private=True)
    identity.write_key(identity.load_key(private), public, private=False)
    return private, public
