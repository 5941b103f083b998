"""Servers for every test: one PostgreSQL a run, a bus and databases of its own for each house."""

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from house import House, Templates

from thidua.postgres import PostgresServer

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    with PostgresServer(tmp_path_factory.mktemp("postgres"), fsync=False) as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def templates(postgres: PostgresServer) -> Templates:
    made = Templates(postgres)
    await made.make()
    return made


@pytest_asyncio.fixture
async def house(templates: Templates, tmp_path: Path) -> AsyncIterator[House]:
    """A closed house: the test opens the services it needs."""
    built = House(templates, tmp_path, f"house{next(_numbers)}")
    yield built
    await built.close()
