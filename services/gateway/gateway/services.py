"""The way to the services behind the gateway: signed identity, trace, and their refusals as they are."""

from collections.abc import Mapping
from typing import Any

import httpx2
from opentelemetry import propagate, trace

from chassis.errors import Problem, Unavailable
from chassis.identity import HEADER, Identity, Signer

tracer = trace.get_tracer("gateway.services")

_PATIENCE = httpx2.Timeout(10.0, connect=2.0)


class Upstreams:
    """One pooled client for all services; each call carries a token that only the called service accepts."""

    def __init__(self, addresses: Mapping[str, str], signer: Signer) -> None:
        self.addresses = addresses
        self._signer = signer
        self._client = httpx2.AsyncClient(timeout=_PATIENCE, limits=httpx2.Limits(max_connections=100))

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def ask(
        self,
        who: Identity,
        service: str,
        method: str,
        path: str,
        *,
        query: str = "",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Call a service; raises ``Unavailable`` when it does not answer, and repeats nothing."""
        with tracer.start_as_current_span(
            f"{method} {service}",
            kind=trace.SpanKind.CLIENT,
            attributes={"http.request.method": method, "server.address": service, "url.path": "/" + path},
        ) as span:
            carried = {HEADER: self._signer.sign(who, service), **(headers or {})}
            propagate.inject(carried)
            address = f"{self.addresses[service]}/{path}" + (f"?{query}" if query else "")
            try:
                response = await self._client.request(method, address, content=body, headers=carried)
            except httpx2.TransportError as error:
                span.record_exception(error)
                raise Unavailable(
                    "Phần này của hệ thống chưa trả lời. Những gì đã gửi vẫn an toàn; hãy thử lại sau ít giây."
                ) from error
            span.set_attribute("http.response.status_code", response.status_code)
            return response


def refusal(response: httpx2.Response) -> Problem:
    """Turn a service's problem document into the same refusal on this side."""
    document: dict[str, Any] = response.json() if "json" in response.headers.get("content-type", "") else {}
    problem = Problem(document.get("detail", "Yêu cầu chưa thực hiện được."))
    problem.status = response.status_code
    problem.title = document.get("title", problem.title)
    problem.members = {
        key: value for key, value in document.items() if key not in ("type", "title", "status", "detail")
    }
    return problem
