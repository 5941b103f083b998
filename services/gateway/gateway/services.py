"""The way to the services behind the gateway: signed identity, trace, and their refusals as they are."""

from collections.abc import AsyncIterable, Mapping
from typing import Any, Final

import httpx2
from fastapi.responses import Response, StreamingResponse
from opentelemetry import propagate, trace
from starlette.background import BackgroundTask

from chassis.errors import Problem, Unavailable
from chassis.identity import HEADER, Identity, Signer
from chassis.service import IDLE_LINE_SECONDS

tracer = trace.get_tracer("gateway.services")

_PATIENCE = httpx2.Timeout(10.0, connect=2.0)
_WITH_FILES = httpx2.Timeout(60.0, connect=2.0)
"""A file is looked through before its arrival is answered."""
_LINES = httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=IDLE_LINE_SECONDS / 2)
_WHOLE: Final = 200
_AWAY = "Phần này của hệ thống chưa trả lời. Những gì đã gửi vẫn an toàn; hãy thử lại sau ít giây."
_OF_A_FILE = ("content-type", "content-length", "content-disposition", "content-security-policy", "cache-control")


class Upstreams:
    """One pooled client for all services; each call carries a token that only the called service accepts."""

    def __init__(self, addresses: Mapping[str, str], signer: Signer) -> None:
        self.addresses = addresses
        self._signer = signer
        self._client = httpx2.AsyncClient(timeout=_PATIENCE, limits=_LINES)
        self.kept: dict[str, Any] = {}
        """Answers that stay what they are, whoever asks, by their addresses; what was asked for last comes last."""

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
        """Call a service and give its whole answer; raises ``Unavailable`` when it does not answer, and repeats nothing."""
        answer = await self.open(who, service, method, path, query=query, body=body, headers=headers)
        try:
            await answer.aread()
        except httpx2.TransportError as error:
            raise Unavailable(_AWAY) from error
        finally:
            await answer.aclose()
        return answer

    async def open(
        self,
        who: Identity,
        service: str,
        method: str,
        path: str,
        *,
        query: str = "",
        body: bytes | AsyncIterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        patience: httpx2.Timeout = _PATIENCE,
    ) -> httpx2.Response:
        """Call a service and give its answer as it begins: whoever reads it closes it; raises ``Unavailable``."""
        with tracer.start_as_current_span(
            f"{method} {service}",
            kind=trace.SpanKind.CLIENT,
            attributes={"http.request.method": method, "server.address": service, "url.path": "/" + path},
        ) as span:
            carried = {HEADER: self._signer.sign(who, service), **(headers or {})}
            propagate.inject(carried)
            address = f"{self.addresses[service]}/{path}" + (f"?{query}" if query else "")
            request = self._client.build_request(method, address, content=body, headers=carried, timeout=patience)
            try:
                response = await self._client.send(request, stream=True)
            except httpx2.TransportError as error:
                span.record_exception(error)
                raise Unavailable(_AWAY) from error
            span.set_attribute("http.response.status_code", response.status_code)
            return response

    async def hand_in(
        self, who: Identity, service: str, path: str, pieces: AsyncIterable[bytes], *, query: str
    ) -> httpx2.Response:
        """Pass a file on piece by piece, as it comes; raises ``Unavailable``."""
        headers = {"content-type": "application/octet-stream"}
        answer = await self.open(
            who, service, "POST", path, query=query, body=pieces, headers=headers, patience=_WITH_FILES
        )
        await answer.aread()
        await answer.aclose()
        return answer

    async def give_out(self, who: Identity, service: str, path: str) -> Response:
        """Give a file of a service piece by piece, with what the service says of it; raises its refusal."""
        answer = await self.open(who, service, "GET", path, patience=_WITH_FILES)
        if answer.status_code != _WHOLE:
            await answer.aread()
            await answer.aclose()
            raise refusal(answer)
        headers = {name: answer.headers[name] for name in _OF_A_FILE if name in answer.headers}
        return StreamingResponse(answer.aiter_bytes(), headers=headers, background=BackgroundTask(answer.aclose))


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
