"""Keys for a house whose parts run apart: every service gets a folder of its own and never sees another's.

``<target>/<service>/`` holds ``identity.json``, ``nats.seed`` and ``pgpass`` (libpq's password file), the gateway's
also ``accounts.json``; ``postgres/`` the server's password, ``nats/`` the rights that nats-server's configuration
includes. Everything is made once under the home and copied from there, so that asking again changes nothing.
"""

import secrets
from pathlib import Path
from typing import Final

from chassis.files import write_private
from contracts.catalog import SERVICES
from thidua import databases, people, prepare
from thidua.folder import DataFolder
from thidua.home import Home
from topology import accounts

OWNER: Final = "postgres"
"""The role of the database server that makes all others."""


def hand_out(home: Home, data: Path, target: Path) -> None:
    """Make the keys that are missing and lay each where its owner finds it."""
    private, public = prepare.identity_keys(home)
    people.ensure_accounts(home, DataFolder(data).accounts())
    seeds = accounts.ensure_keys(home.nats_keys)
    passwords = databases.passwords(home)
    for service in SERVICES:
        own = target / service
        write_private(own / "identity.json", (private if service == "gateway" else public).read_text())
        write_private(own / "nats.seed", seeds[service].read_text())
        write_private(own / "pgpass", _entry(databases.role_of(service), passwords[service]))
    write_private(target / "gateway" / "accounts.json", home.accounts.read_text())
    _hand_out_server_password(home, target / "postgres")
    # Public keys and rights: nats-server reads it as a user of its own.
    rights = target / "nats" / "authorization.conf"
    rights.parent.mkdir(parents=True, exist_ok=True)
    rights.write_text(accounts.authorization(home.nats_keys))


def _hand_out_server_password(home: Home, folder: Path) -> None:
    known = home.keys / "postgres.password"
    if not known.exists():
        write_private(known, secrets.token_hex(16))
    password = known.read_text()
    write_private(folder / "password", password)
    write_private(folder / "pgpass", _entry(OWNER, password))


def _entry(role: str, password: str) -> str:
    """Write one line of a password file: any host, port and database, for this role."""
    return f"*:*:*:{role}:{password}\n"
