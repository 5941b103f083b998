"""Has each service its own database, and no way into another's?"""

import stat
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from contracts.catalog import SERVICES
from thidua import databases
from thidua.errors import Refusal
from thidua.home import Home
from thidua.postgres import PostgresServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    with PostgresServer(tmp_path_factory.mktemp("postgres"), fsync=False) as running:
        yield running


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("home"))


async def test_a_second_time_changes_nothing_and_the_roles_still_come_in(server: PostgresServer, home: Home) -> None:
    first = await databases.ensure(server.url, home)
    assert await databases.ensure(server.url, home) == first
    for service in SERVICES:
        connection = await asyncpg.connect(first[service].url)
        assert await connection.fetchval("SELECT current_user || '@' || current_database()") == (
            f"thidua_{service}@thidua_{service}"
        )
        assert await connection.fetchval("SHOW statement_timeout") == "5s"
        assert await connection.fetchval("SHOW transaction_timeout") == "15s"
        await connection.close()
    assert stat.S_IMODE((home.keys / "databases.json").stat().st_mode) == 0o600


async def test_no_role_enters_the_database_of_another_service(server: PostgresServer, home: Home) -> None:
    made = await databases.ensure(server.url, home)
    for service in SERVICES:
        for other in (each for each in SERVICES if each != service):
            foreign = made[service].url.replace(f"/thidua_{service}?", f"/thidua_{other}?")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(foreign)


async def test_a_lost_password_file_is_made_good(server: PostgresServer, home: Home, tmp_path: Path) -> None:
    await databases.ensure(server.url, home)
    again = await databases.ensure(server.url, Home(tmp_path))
    await (await asyncpg.connect(again["registry"].url)).close()
    await databases.ensure(server.url, home)


async def test_an_account_that_may_not_make_databases_is_told_what_it_needs(
    server: PostgresServer, home: Home, tmp_path: Path
) -> None:
    weak = (await databases.ensure(server.url, home))["registry"].url
    with pytest.raises(Refusal, match=r"không đủ quyền.*CREATEDB và CREATEROLE"):
        await databases.ensure(weak, Home(tmp_path))


async def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="Không nối được PostgreSQL ở DATABASE_URL"):
        await databases.ensure(f"postgresql://nobody@/postgres?host={tmp_path}", Home(tmp_path))
