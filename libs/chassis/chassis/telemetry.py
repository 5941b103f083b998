"""Logs and traces of one process. docs/telemetry.md says which spans must exist, and a test holds a real trace to it."""

import logging
import sys
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, TraceIdRatioBased


def configure(service: str, endpoint: str | None, share: float = 1.0) -> TracerProvider:
    """Set this process up once; spans leave it only when an endpoint is given, trace ids flow in any case.

    ``share`` of the traces that begin here are recorded.
    """
    _configure_logs(service)
    provider = TracerProvider(
        resource=Resource.create({"service.name": service, "service.namespace": "thidua"}),
        # What nobody will read is not recorded. Whoever began a trace has decided for all of it.
        sampler=ParentBased(TraceIdRatioBased(share)) if endpoint else ALWAYS_OFF,
    )
    if endpoint:
        exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + "/v1/traces", timeout=2)
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=500))
    trace.set_tracer_provider(provider)
    return provider


def _configure_logs(service: str) -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_trace(service),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries speak through logging: their warnings matter, their chatter does not.
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s", force=True
    )


def _with_trace(service: str) -> Any:
    def add(_logger: Any, _method: str, entry: dict[str, Any]) -> dict[str, Any]:
        entry["service"] = service
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            entry["trace"] = format(context.trace_id, "032x")
        return entry

    return add
