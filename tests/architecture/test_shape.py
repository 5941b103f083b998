"""Does the house keep its own rules, and does each rule go red when it is broken?"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shape

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).parent / "lint-imports"
PARTS = ("libs", "services", "deploy", ".importlinter")

# What to do to which file, and the sentence that must appear.
IMPORTS = {
    "Services never import one another": ("services/scoring/scoring/queries/boards.py", "import registry.rules"),
    "Services stand on the chassis": ("libs/chassis/chassis/clock.py", "import registry.rules"),
    "Inside the registry imports point inwards": (
        "services/registry/registry/rules/days.py",
        "import registry.tables",
    ),
    "Inside scoring imports point inwards": ("services/scoring/scoring/queries/boards.py", "import scoring.api"),
    "Inside awards imports point inwards": ("services/awards/awards/tables.py", "import awards.actions"),
    "Inside notify imports point inwards": ("services/notify/notify/actions.py", "import notify.consumers"),
    "Inside the gateway imports point inwards": ("services/gateway/gateway/api.py", "import gateway.pages.words"),
    "Rules are pure": ("services/awards/awards/rules/packs.py", "import sqlalchemy"),
    "Only the chassis and the deployment speak to the broker": ("services/notify/notify/api.py", "import nats"),
}
SHAPES: dict[str, tuple[str, str]] = {
    "same_files": ("services/notify/notify/queries.py", ""),
    "short_roots": ("services/awards/awards/app.py", "# a line\n" * 40),
    "short_files": ("services/awards/awards/rules/packs.py", "# a line\n" * 400),
    "nobody_commits_below_the_edge": (
        "services/registry/registry/queries/years.py",
        "async def f(db): await db.commit()\n",
    ),
    "no_sql_at_the_doors": ("services/scoring/scoring/consumers.py", "import sqlalchemy\n"),
    "only_relay_publishes": ("services/notify/notify/actions.py", "async def f(js): await js.publish('a', b'')\n"),
    "bodies_are_read_strictly": (
        "services/notify/notify/api.py",
        '@router.put("/")\nasync def f(body: ReadBody): ...\n',
    ),
}


@pytest.mark.parametrize("rule", shape.RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rules(rule: Callable[[Path], Iterator[str]]) -> None:
    assert list(rule(ROOT)) == []


def test_the_import_contracts_hold() -> None:
    answer = subprocess.run([LINT, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout
    assert set(SHAPES) == {rule.__name__ for rule in shape.RULES}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "tests", "*.woff2"))
        else:
            shutil.copy(source, tmp_path / part)
    return tmp_path


@pytest.mark.parametrize("contract", IMPORTS)
def test_each_import_contract_goes_red(copy: Path, contract: str) -> None:
    name, line = IMPORTS[contract]
    path = copy / name
    path.write_text(path.read_text() + f"\n{line}\n")
    answer = subprocess.run(
        [LINT, "--no-cache"],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": shape.import_path(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert any(contract in text and "BROKEN" in text for text in answer.stdout.splitlines()), answer.stdout


@pytest.mark.parametrize("rule", shape.RULES, ids=lambda rule: rule.__name__)
def test_each_shape_rule_goes_red(copy: Path, rule: Callable[[Path], Iterator[str]]) -> None:
    name, more = SHAPES[rule.__name__]
    path = copy / name
    if more:
        path.write_text(path.read_text() + more)
    else:
        path.unlink()
    assert [found for found in rule(copy) if str(Path(name).parts[1]) in found]
