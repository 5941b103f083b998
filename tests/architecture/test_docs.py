"""Do the documents say what the code says: every setting, every path, every target, every decision?"""

import importlib
import re
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from chassis.settings import ServiceSettings
from contracts.catalog import SERVICES

ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
GUIDES = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/operations.md")
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
SCREEN = 60


def row_of(variable: str) -> list[str]:
    """Give the cells of the table row that explains a variable."""
    for line in OPERATIONS.splitlines():
        if line.startswith("|") and f"`{variable}`" in line.split("|")[1]:
            return [cell.strip() for cell in line.strip("|").split("|")]
    raise AssertionError(f"docs/operations.md does not explain {variable}")


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_is_explained_with_its_default(service: str) -> None:
    settings: type[ServiceSettings] = importlib.import_module(f"{service}.settings").Settings
    for name, field in settings.model_fields.items():
        _, default, meaning = row_of(name.upper())
        assert meaning
        if field.default in (None, PydanticUndefined):
            assert default == "–", f"{name.upper()} has no default"
        else:
            assert default == f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


@pytest.mark.parametrize("guide", GUIDES)
def test_every_link_leads_somewhere(guide: str) -> None:
    folder = (ROOT / guide).parent
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / guide).read_text()):
        if not target.startswith("http"):
            assert (folder / target).exists(), f"{guide}: {target}"


def known_paths() -> set[str]:
    """Give every path below a folder of sources, as a document may shorten it: ``chassis/bus.py``, ``test_ripple.py``."""
    known = set()
    for top in ("libs", "services", "deploy", "tests", "docs", "data", ".ci"):
        for path in (ROOT / top).rglob("*"):
            parts = path.relative_to(ROOT).parts
            if "__pycache__" not in parts:
                known |= {"/".join(parts[start:]) for start in range(len(parts))}
    return known | {path.name for path in ROOT.iterdir()}


@pytest.mark.parametrize("guide", [*GUIDES, *(str(path.relative_to(ROOT)) for path in DECISIONS)])
def test_every_file_a_document_names_exists(guide: str) -> None:
    known = known_paths()
    words = re.findall(
        r"`([\w./-]+\.(?:py|md|toml|yml|yaml|html|conf|lock|svg|mako))(?:::(\w+))?`", (ROOT / guide).read_text()
    )
    for path, inside in words:
        # What is made at run time, and what stands for any name.
        if path.startswith((".thidua/", "nats/", "NNNN")) or "NNNN" in path:
            continue
        assert path in known, f"{guide} names {path}"
        if inside:
            found = [each for each in ROOT.glob(f"**/{path}") if ".venv" not in each.parts]
            assert any(f"def {inside}" in each.read_text() for each in found), f"{path} has no {inside}"


@pytest.mark.parametrize("guide", GUIDES)
def test_every_make_target_a_document_names_exists(guide: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = (ROOT / guide).read_text()
    named = re.findall(r"`make ([a-z]+)`", text) + re.findall(r"^make ([a-z]+)$", text, re.MULTILINE)
    assert set(named) <= targets


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_fits_on_a_screen_and_says_what_enforces_it(decision: Path) -> None:
    text = decision.read_text()
    assert text.startswith(f"# {decision.name[:4]}. ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences", "Enforced by"]
    assert text.count("\n") <= SCREEN


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_the_overview_stays_an_overview() -> None:
    assert (ROOT / "ARCHITECTURE.md").read_text().count("\n") <= 200


def test_what_runs_elsewhere_runs_the_same_test_command() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().splitlines()[-1] == "make test"
