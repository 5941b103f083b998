"""The gateway's public API as one account uses it: what the loader and ``thidua ripple`` speak through."""

from types import TracebackType
from typing import Any, Final, Self

import httpx2

from thidua.errors import Refusal
from thidua.people import Account

_FIRST_REFUSAL: Final = 400
_PATIENCE_SECONDS: Final = 20.0


class Problem(Exception):  # noqa: N818 - RFC 9457's own word
    """The API declined: its status, and its words with the fields they are about."""

    def __init__(self, asked: str, status: int, document: dict[str, Any]) -> None:
        fields = "; ".join(f"{each.get('field')}: {each.get('message')}" for each in document.get("errors", ())[:5])
        words = f"{document.get('detail', 'không rõ lý do')}{f' ({fields})' if fields else ''}"
        super().__init__(f"{asked}: {status} {words}")
        self.status = status
        self.document = document


class Session:
    """A signed-in account; leaving it signs out."""

    def __init__(self, url: str, account: Account) -> None:
        self._account = account
        self._client = httpx2.Client(base_url=url, timeout=_PATIENCE_SECONDS)

    def __enter__(self) -> Self:
        try:
            self.ask("POST", "/api/sessions", {"account": self._account.account, "password": self._account.password})
        except (Problem, httpx2.TransportError) as error:
            self._client.close()
            raise Refusal(f"Không đăng nhập được bằng tài khoản {self._account.account}: {error}") from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._client.delete("/api/sessions")
        except httpx2.TransportError:
            pass
        finally:
            self._client.close()

    def ask(self, method: str, path: str, body: Any = None, *, key: str | None = None, **query: str) -> Any:
        """Call the API and give the parsed answer; raises ``Problem``. ``key`` is the ``Idempotency-Key``."""
        answer = self._client.request(
            method, path, json=body, params=query or None, headers={"Idempotency-Key": key} if key else None
        )
        if answer.status_code >= _FIRST_REFUSAL:
            document = answer.json() if "json" in answer.headers.get("content-type", "") else {}
            raise Problem(f"{method} {path}", answer.status_code, document)
        return answer.json() if answer.content else None
