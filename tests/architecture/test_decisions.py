"""Do decisions hold that neither an import contract nor a shape can say? Each is named by its record in docs/adr."""

import re
from collections.abc import Iterator
from pathlib import Path

import shape

from contracts.catalog import LISTENERS, SERVICES
from topology import streams

ROOT = Path(__file__).parents[2]
KINDS = {*shape.EVERY_SERVICE, "consumers"}
GATEWAY_KINDS = {*shape.EVERY_SERVICE, "services", "live", "presence", "heads", "pages"}


def said(pattern: str) -> Iterator[str]:
    """Name each source line that matches."""
    for path in shape.sources(ROOT):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if re.search(pattern, line):
                yield f"{path.relative_to(ROOT)}:{number} {line.strip()}"


def test_nobody_uses_the_orm() -> None:
    """0001."""
    assert (
        list(said(r"sqlalchemy\.orm|sqlalchemy\.ext\.(declarative|automap)|\bAsyncSession\b|\bDeclarativeBase\b")) == []
    )
    assert list(said(r"from sqlalchemy import Table|^from sqlalchemy import|create_async_engine")), "the search works"


def test_the_server_never_gives_up_on_an_event_before_it_is_parked() -> None:
    """0003."""
    for service in LISTENERS:
        assert streams.durable(service).max_deliver == -1


def test_spans_are_our_own() -> None:
    """0003."""
    assert list(said(r"faststream\.(nats\.)?opentelemetry|TelemetryMiddleware")) == []


def test_no_service_has_another_kind_of_file() -> None:
    """0004."""
    for package in shape.services(ROOT):
        there = {path.stem for path in package.iterdir() if not path.name.startswith("_") and path.name != "py.typed"}
        assert there <= (GATEWAY_KINDS if package.name == "gateway" else KINDS), package.name


def test_every_service_makes_the_chassis_tables_first() -> None:
    """0005."""
    for service in SERVICES:
        first = ROOT / "services" / service / "migrations" / "versions" / "0001_first_tables.py"
        body = first.read_text().partition("def upgrade() -> None:\n")[2]
        assert body.splitlines()[0].strip() == "revisions.first()"


def test_every_service_calls_every_revision_of_the_chassis() -> None:
    """0005."""
    wanted = set(
        re.findall(r"^def ([a-z]\w*)\(", (ROOT / "libs/chassis/chassis/revisions.py").read_text(), re.MULTILINE)
    )
    for service in SERVICES:
        versions = (ROOT / "services" / service / "migrations" / "versions").glob("*.py")
        called = set(re.findall(r"revisions\.(\w+)\(\)", "".join(path.read_text() for path in versions)))
        assert called == wanted, service


def test_what_requests_depend_on_runs_in_the_loop() -> None:
    """FastAPI gives a plain function to a thread: a third of a millisecond for each, before anything has happened."""
    asked = {name for path in shape.sources(ROOT) for name in re.findall(r"Depends\((?:\w+\.)?(\w+)", path.read_text())}
    assert {"command", "upstreams"} <= asked
    assert list(said(rf"^def ({'|'.join(asked)})\(")) == []
