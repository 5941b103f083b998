"""One database and one login role per service; a role has no right anywhere else."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from chassis.files import write_private
from contracts.catalog import SERVICES
from thidua.errors import Refusal
from thidua.home import Home, read_json
from thidua.postgres import refuse_old

_LIMITS: Final = {
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
    "synchronous_commit": "on",
}
_LIMITS_FROM_17: Final = {"transaction_timeout": "15s"}
_SEVENTEEN: Final = 170_000


@dataclass(frozen=True, slots=True)
class Database:
    """A service's database: where its owner reaches it, and where the service itself does."""

    service: str
    admin_url: str
    url: str

    @property
    def role(self) -> str:
        return role_of(self.service)


def role_of(service: str) -> str:
    """Name the role of a service, and its database."""
    return f"thidua_{service}"


def address_of(admin_url: str, service: str) -> str:
    """Give the address of a service's database for the same login."""
    return _moved(admin_url, role_of(service))


async def ensure(admin_url: str, home: Home) -> dict[str, Database]:
    """Make the databases and roles that are missing on the server; gives them by service.

    ``admin_url`` is a role that may create roles and databases. Passwords are made once and kept under ``home``.
    """
    known = passwords(home)
    try:
        connection = await asyncpg.connect(admin_url, timeout=10)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        raise Refusal(
            f"Không nối được PostgreSQL ở DATABASE_URL ({_first_line(error)}). Hãy kiểm tra địa chỉ, tài khoản và máy chủ."
        ) from error
    try:
        number = int(await connection.fetchval("SHOW server_version_num"))
        refuse_old(number // 10_000, where="ở DATABASE_URL")
        for service in SERVICES:
            await _ensure_one(connection, service, known[service], number)
    except asyncpg.InsufficientPrivilegeError as error:
        raise Refusal(
            f"Tài khoản ở DATABASE_URL không đủ quyền ({_first_line(error)}). Cần quyền CREATEDB và CREATEROLE."
        ) from error
    finally:
        await connection.close()
    return {
        service: Database(
            service,
            address_of(admin_url, service),
            _moved(admin_url, role_of(service), login=(role_of(service), known[service])),
        )
        for service in SERVICES
    }


async def _ensure_one(connection: asyncpg.Connection, service: str, password: str, server: int) -> None:
    name = role_of(service)
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
        await connection.execute(f"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
    # A utility statement takes no parameters; the password is ours and has no quote in it.
    await connection.execute(f"ALTER ROLE {name} PASSWORD '{password}'")
    for setting, value in (_LIMITS | (_LIMITS_FROM_17 if server >= _SEVENTEEN else {})).items():
        await connection.execute(f"ALTER ROLE {name} SET {setting} = '{value}'")
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    await connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    await connection.execute(f"GRANT CONNECT ON DATABASE {name} TO {name}")


def passwords(home: Home) -> Mapping[str, str]:
    """Give the password of each service's role; those that are missing are made and kept."""
    file = home.keys / "databases.json"
    known = read_json(file)
    wanted = {service: known.get(service) or secrets.token_hex(16) for service in SERVICES}
    if wanted != known:
        write_private(file, json.dumps(wanted, indent=2))
    return wanted


def _moved(url: str, database: str, login: tuple[str, str] | None = None) -> str:
    """Give the same server's address with another database and, where given, another role."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    netloc = parts.netloc if login is None else f"{quote(login[0])}:{quote(login[1], safe='')}@{place}"
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{database}"))


def _first_line(error: Exception) -> str:
    """Give what went wrong without the server's DETAIL and HINT."""
    return next(iter(str(error).splitlines()), type(error).__name__)
