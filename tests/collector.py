"""A collector that keeps what it is sent: OTLP over HTTP, traces only."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan


@dataclass(frozen=True, slots=True)
class Span:
    """One span, as far as the tests ask."""

    trace: bytes
    id: bytes
    parent: bytes
    service: str
    name: str
    kind: str
    attributes: dict[str, Any]
    failed: bool


class Collector:
    """Holds all spans that came; ``url`` is what ``OTEL_EXPORTER_OTLP_ENDPOINT`` wants."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.bodies: list[bytes] = []
        self.url = ""

    def trace_of(self, name: str, **attributes: str) -> list[Span]:
        """Give the whole trace that the one span with this name and these attributes stands in."""
        wanted = {key.replace("_", "."): value for key, value in attributes.items()}
        (trace,) = {
            span.trace for span in self.spans if span.name == name and wanted.items() <= span.attributes.items()
        }
        return [span for span in self.spans if span.trace == trace]

    def take(self, body: bytes) -> None:
        self.bodies.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = str(_plain(resource.resource.attributes)["service.name"])
            self.spans += [_span(service, span) for scope in resource.scope_spans for span in scope.spans]


def _span(service: str, span: ProtoSpan) -> Span:
    return Span(
        trace=span.trace_id,
        id=span.span_id,
        parent=span.parent_span_id,
        service=service,
        name=span.name,
        kind=ProtoSpan.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        attributes=_plain(span.attributes),
        failed=bool(span.status.code),
    )


def _plain(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


@contextmanager
def listening() -> Iterator[Collector]:
    """Listen on a free port while the block runs."""
    collector = Collector()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.take(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        collector.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
