"""Servers for every test: one PostgreSQL a run, a bus and databases of its own for each house."""

import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from house import House, Templates
from hypothesis import HealthCheck, settings

from thidua.postgres import PostgresServer

_numbers = itertools.count(1)
# Whether a rule holds does not hang on how busy the machine is.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


_MEMORY = Path("/dev/shm")
_ENOUGH_BYTES = 4 << 30
_READ_ONCE = ("scoring.actions.sheets._read", "scoring.actions.sheets._ever", "awards.actions.assessing._read")
"""What a process keeps by id and version since it never changes: in the next house it is another thing."""


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """One server a run, in memory where there is room: copying a house's databases takes a second on a disk, none there."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("postgres")
        if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH_BYTES:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="thidua-tests-", dir=_MEMORY)))
        yield stack.enter_context(PostgresServer(folder, fsync=False))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def templates(postgres: PostgresServer) -> Templates:
    made = Templates(postgres)
    await made.make()
    return made


@pytest_asyncio.fixture
async def house(templates: Templates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """A closed house: the test opens the services it needs."""
    for kept in _READ_ONCE:
        monkeypatch.setattr(kept, {})
    built = House(templates, tmp_path, f"house{next(_numbers)}")
    yield built
    await built.close()
