"""Does a house under load lose or double anything when a few faults of a seed hit it? (`make faults` plays all of them)"""

from pathlib import Path

import pytest
from house import Templates
from survival.__main__ import play
from survival.checker import Verdict
from survival.scenarios import CATALOGUE, Play, at_random

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]

SHORT = {"F4": CATALOGUE["F4"].play, "F29": CATALOGUE["F29"].play, "seed7": at_random}


@pytest.mark.parametrize(("name", "scene"), SHORT.items(), ids=SHORT)
async def test_nothing_acknowledged_is_lost_or_doubled(
    templates: Templates, tmp_path: Path, name: str, scene: Play
) -> None:
    run = await play(templates, tmp_path, name, scene, seed=7, rate=12, scale=0.15, least=30)
    assert run.verdict == Verdict(acknowledged=run.verdict.acknowledged)
    assert run.verdict.acknowledged >= 30
