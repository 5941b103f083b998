"""Does a house under load lose or double anything when a few faults of a seed hit it? (`make faults` plays all of them)"""

from pathlib import Path

import pytest
from house import Templates
from survival.__main__ import play
from survival.checker import Verdict
from survival.scenarios import CATALOGUE, Scenario, of_seed

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]

SHORT = (CATALOGUE["F4"], CATALOGUE["F25-leader"], CATALOGUE["F29"], of_seed(7))


@pytest.mark.parametrize("scene", SHORT, ids=lambda scene: scene.name)
async def test_nothing_acknowledged_is_lost_or_doubled(templates: Templates, tmp_path: Path, scene: Scenario) -> None:
    run = await play(templates, tmp_path, scene, seed=7, rate=12, scale=0.15, least=30)
    assert run.verdict == Verdict(acknowledged=run.verdict.acknowledged)
    assert run.verdict.acknowledged >= 30
