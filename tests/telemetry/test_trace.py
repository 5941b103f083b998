"""Does one trace run from the POST to the last message, as docs/telemetry.md promises?"""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import city
import pytest
from city import QUYET_THANG, TAN_PHONG, submit
from house import House
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from chassis.testing import eventually

PROMISES = (Path(__file__).parents[2] / "docs" / "telemetry.md").read_text()
EDGES = re.findall(r"^\| (\w+) `([^`]+)` \| (\w+) `([^`]+)` \|$", PROMISES, re.MULTILINE)


class Collector:
    """Receives OTLP over HTTP and keeps every span with the service it came from."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, Any]] = []
        collector = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    names = {each.key: each.value.string_value for each in resource.resource.attributes}
                    for scope in resource.scope_spans:
                        collector.spans.extend((names["service.name"], span) for span in scope.spans)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def edges(self) -> list[set[tuple[str, str, str, str]]]:
        """Give, for each trace, (parent's service, its name, child's service, its name) of all that was received."""
        received = list(self.spans)
        known = {span.span_id: (service, span.name) for service, span in received}
        traces: dict[bytes, set[tuple[str, str, str, str]]] = {}
        for service, span in received:
            if span.parent_span_id in known:
                edge = (*known[span.parent_span_id], service, span.name)
                traces.setdefault(span.trace_id, set()).add(edge)
        return list(traces.values())


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


async def test_a_trace_tells_of_a_failure_without_the_values_it_failed_on(house: House, collector: Collector) -> None:
    await house.open(["registry", "scoring"], OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, REDELIVERY_ATTEMPTS="1")
    await city.found(house)
    await house.run("scoring", "ALTER TABLE scores ADD CONSTRAINT broken CHECK (points < 0)")
    assert (await submit(house, TAN_PHONG, "98765,25")).status_code == 201

    async def failed() -> bool:
        return any(attribute.key == "error.type" for _, span in collector.spans for attribute in span.attributes)

    await eventually(failed)
    for _, span in collector.spans:
        for value in (b"98765", b"officer-", "Tân Phong".encode()):
            assert value not in span.SerializeToString(), span
    assert "[parameters: " not in house.said("scoring")


async def test_every_promised_edge_is_in_one_trace(house: House, collector: Collector) -> None:
    assert len(EDGES) > 5, "the table of edges could not be read"
    await house.open(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    await city.found(house)
    await submit(house, QUYET_THANG, "900")
    await house.quiet()
    assert (await submit(house, TAN_PHONG, "1000")).status_code == 201
    await house.quiet()

    async def one_holds_all() -> bool:
        least = min(([edge for edge in EDGES if edge not in trace] for trace in collector.edges()), key=len)
        assert not least, least
        return True

    await eventually(one_holds_all, within=15)
    typed = {"1000", "900"}
    for _, span in collector.spans:
        assert not typed & {attribute.value.string_value for attribute in span.attributes}, span.name
        assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", span.name), span.name
