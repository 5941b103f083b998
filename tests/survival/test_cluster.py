"""Does the replicated bus keep every acknowledged report, once, whichever server dies? (reliability.md D3: F25, F26)"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from house import EVENT_SERVICES, House, Templates
from survival import cluster_scenarios as scenarios
from test_crashes import each_event_once_and_in_the_chain

pytestmark = pytest.mark.fault


@pytest_asyncio.fixture
async def replicated(templates: Templates, tmp_path: Path) -> AsyncIterator[House]:
    built = House(templates, tmp_path, "replicated", replicas=3)
    yield built
    await built.close()


async def test_a_leader_that_dies_takes_nothing_with_it(replicated: House) -> None:
    await nothing_is_lost(replicated, await scenarios.leader_killed(replicated))


async def nothing_is_lost(house: House, result: scenarios.Result) -> None:
    print(result)
    assert (result.lost, result.duplicated) == (0, 0), result
    for service in EVENT_SERVICES:
        await each_event_once_and_in_the_chain(house, service)
