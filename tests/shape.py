"""The house rules that no import contract can say, as functions that name what breaks them in a tree."""

import ast
import os
from collections.abc import Callable, Iterator
from pathlib import Path

EVERY_SERVICE = ("app", "settings", "api", "actions", "queries", "tables", "rules")
WITHOUT_EVENTS = frozenset({"gateway"})
LONGEST_APP = 40
LONGEST_FILE = 400


def services(root: Path) -> Iterator[Path]:
    for folder in sorted((root / "services").iterdir()):
        if folder.is_dir():
            yield folder / folder.name


def sources(root: Path) -> Iterator[Path]:
    for part in ("libs", "services", "deploy"):
        for path in sorted((root / part).rglob("*.py")):
            if not {"tests", "migrations"} & set(path.parts):
                yield path


def import_path(root: Path) -> str:
    """Give the PYTHONPATH under which a copy of the tree imports its own packages and not the installed ones."""
    return os.pathsep.join(str(folder) for part in ("libs", "services", "deploy") for folder in (root / part).iterdir())


def same_files(root: Path) -> Iterator[str]:
    """Every service has the same files; one that listens to events has a consumers.py."""
    for package in services(root):
        wanted = {*EVERY_SERVICE} | (set() if package.name in WITHOUT_EVENTS else {"consumers"})
        there = {path.stem for path in package.iterdir() if not path.name.startswith("_")}
        yield from (f"{package.name} lacks {name}.py" for name in sorted(wanted - there))


def short_roots(root: Path) -> Iterator[str]:
    """``app.py`` fits on a screen."""
    for package in services(root):
        lines = (package / "app.py").read_text().count("\n")
        if lines > LONGEST_APP:
            yield f"{package.name}/app.py has {lines} lines"


def short_files(root: Path) -> Iterator[str]:
    """A file that passes 400 lines wants to be a package."""
    for path in sources(root):
        lines = path.read_text().count("\n")
        if lines > LONGEST_FILE:
            yield f"{path.relative_to(root)} has {lines} lines"


def nobody_commits_below_the_edge(root: Path) -> Iterator[str]:
    """Only the chassis opens and commits transactions; the gateway has no outer edge but its own sessions."""
    for package in services(root):
        for path in sorted(package.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                named = isinstance(node, ast.Attribute) and node.attr in ("commit", "rollback")
                if named or (package.name != "gateway" and isinstance(node, ast.Attribute) and node.attr == "begin"):
                    yield f"{path.relative_to(root)}:{node.lineno} opens or ends a transaction"


def module(package: Path, name: str) -> Iterator[Path]:
    """Give the files of ``name.py``, or of the package that it has grown into."""
    alone = package / f"{name}.py"
    yield from [alone] if alone.exists() else sorted((package / name).rglob("*.py"))


def no_sql_at_the_doors(root: Path) -> Iterator[str]:
    """Doors parse and answer; SQL lives in actions and queries."""
    for package in services(root):
        for path in (*module(package, "api"), *module(package, "consumers")):
            if "sqlalchemy" in path.read_text():
                yield f"{path.relative_to(root)} speaks SQL"


_MAY_SPEAK = {"relay.py", "pull.py", "presence.py"}
"""The one publishes, the next asks the stream for what there is, the last says who is writing where, which is no event."""


def only_relay_publishes(root: Path) -> Iterator[str]:
    """Whoever else published would be outside the log, the order and the chain."""
    for path in sources(root):
        if path.name in _MAY_SPEAK or "topology" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "publish":
                yield f"{path.relative_to(root)}:{node.lineno} publishes"


def bodies_are_read_strictly(root: Path) -> Iterator[str]:
    """A body that is not ``Sent`` takes 0 for a day in 1970."""
    doors = [path for package in services(root) for path in module(package, "api")]
    for path in [*doors, root / "libs/chassis/chassis/standard_api.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.AsyncFunctionDef) and node.decorator_list:
                for argument in node.args.args:
                    written = ast.unparse(argument.annotation or ast.Constant(None))
                    if argument.arg == "body" and not written.startswith("Sent["):
                        yield f"{path.relative_to(root)}:{node.lineno} {node.name} takes a {written} as it comes"


RULES: tuple[Callable[[Path], Iterator[str]], ...] = (
    same_files,
    short_roots,
    short_files,
    nobody_commits_below_the_edge,
    no_sql_at_the_doors,
    only_relay_publishes,
    bodies_are_read_strictly,
)
