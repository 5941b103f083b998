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


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_a_node_that_lost_everything_catches_up_before_it_is_needed(replicated: House) -> None:
    await nothing_is_lost(replicated, await scenarios.all_in_turn(replicated))


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("leader_survives", [True, False])
async def test_writes_resume_when_two_of_three_come_back(replicated: House, leader_survives: bool) -> None:
    result = await scenarios.most_restarted(replicated, leader_survives=leader_survives)
    await nothing_is_lost(replicated, result)
    assert result.recovery_seconds < 30, result
    assert result.idle_cpu < 0.3, result


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("killed", [True, False])
async def test_a_bit_that_turned_on_one_node_costs_nothing(replicated: House, killed: bool) -> None:
    await nothing_is_lost(replicated, await scenarios.bit_flipped(replicated, killed=killed))


async def nothing_is_lost(house: House, result: scenarios.Result) -> None:
    print(result)
    assert (result.lost, result.duplicated) == (0, 0), result
    for service in EVENT_SERVICES:
        await each_event_once_and_in_the_chain(house, service)
