"""Errors that a person can act on, and how they leave the house: RFC 9457 problem details, in Vietnamese."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from chassis.db import is_away, is_unfit

log = structlog.get_logger()


class FieldError(BaseModel):
    """What is wrong with one field, in the words that stand beside it, and what mends it.

    ``suggestion`` is what the field would hold if the likelier reading were confirmed.
    """

    model_config = ConfigDict(frozen=True)

    field: str
    message: str
    remedy: str | None = None
    suggestion: str | None = None


class Problem(Exception):  # noqa: N818 - RFC 9457's own word
    """A refusal that the caller can act on. Subclasses fix the status and the title."""

    status = 400
    title = "Yêu cầu chưa hợp lệ"

    def __init__(self, detail: str, *, errors: Sequence[FieldError] = (), **members: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.members = members


class Invalid(Problem):
    """Some fields are wrong: all of them at once."""

    status = 422
    title = "Còn chỗ cần sửa"


class NotFound(Problem):
    status = 404
    title = "Không tìm thấy"


class Forbidden(Problem):
    status = 403
    title = "Không có quyền"


class Unauthenticated(Problem):
    status = 401
    title = "Cần đăng nhập"


class Conflict(Problem):
    """The thing has moved on since the caller looked; ``members`` show how it stands now."""

    status = 409
    title = "Dữ liệu đã thay đổi"


class Unavailable(Problem):
    status = 503
    title = "Tạm thời chưa phục vụ được"


class Unexpected(Problem):
    """Our own mistake: the caller can only repeat it or tell somebody."""

    status = 500
    title = "Hệ thống gặp lỗi"


class ProblemDocument(BaseModel):
    """A refusal on the wire; some carry further members that say how things stand now."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()


_OTHERWISE = "không đúng kiểu"
_WORDS = {
    "missing": "còn thiếu",
    "extra_forbidden": "không có trong biểu mẫu này",
    **dict.fromkeys(("uuid_type", "uuid_parsing"), "không phải mã định danh hợp lệ"),
    **dict.fromkeys(("decimal_type", "decimal_parsing"), "không phải là số"),
    **dict.fromkeys(("decimal_max_digits", "decimal_max_places", "decimal_whole_digits"), "quá nhiều chữ số"),
    **dict.fromkeys(("int_type", "int_parsing"), "không phải là số nguyên"),
    "bool_type": "không phải true hoặc false",
    **dict.fromkeys(("date_type", "date_parsing"), "không phải ngày, viết như 2023-11-30"),
    **dict.fromkeys(("datetime_type", "datetime_parsing"), "không phải thời điểm, viết như 2023-11-30T17:00:00+07:00"),
    "timezone_aware": "thiếu múi giờ, viết như 2023-11-30T17:00:00+07:00",
    "model_type": "không phải một đối tượng JSON",
    "json_invalid": "không đọc được: nội dung gửi lên không phải JSON",
    "greater_than_equal": "nhỏ hơn mức cho phép",
    "less_than_equal": "lớn hơn mức cho phép",
    "string_too_short": "để trống hoặc quá ngắn",
    "string_too_long": "quá dài",
    "too_short": "còn thiếu mục",
    "too_long": "quá nhiều mục",
    "enum": "không thuộc danh sách cho phép",
    "literal_error": "không thuộc danh sách cho phép",
}


_HTTP_WORDS = {
    400: "Nội dung gửi lên không đọc được: cần JSON viết bằng UTF-8.",
    404: "Địa chỉ này không có.",
    405: "Địa chỉ này không nhận cách gọi này.",
}


def problem_response(problem: Problem) -> JSONResponse:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        **problem.members,
    }
    if problem.errors:
        body["errors"] = [error.model_dump(exclude_none=True) for error in problem.errors]
    headers = {"Retry-After": "2"} if problem.status == Unavailable.status else None
    return JSONResponse(body, problem.status, headers, media_type="application/problem+json")


def validation_errors(problems: Sequence[Any]) -> list[FieldError]:
    """Turn FastAPI's findings into fields with words; a place begins with the part of the request it is in."""
    return [
        FieldError(
            # At the place of broken JSON stands an offset, which names no field.
            field=".".join(str(part) for part in each["loc"][1:] if each["type"] != "json_invalid"),
            message=_words(each),
        )
        for each in problems
    ]


def _words(problem: Any) -> str:
    """Our own validators speak for themselves; pydantic's English stays inside."""
    if problem["type"] == "value_error":
        return str(problem["msg"]).removeprefix("Value error, ")
    return _WORDS.get(problem["type"], _OTHERWISE)


class AlreadyAnswered(Exception):  # noqa: N818 - nothing went wrong
    """A command that was done before; what it was answered then is its answer now."""

    def __init__(self, status: int, response: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.response = response


Say = Callable[[Request, Problem], Awaitable[Response]]
"""How a refusal leaves the house."""


async def _to_programs(_request: Request, problem: Problem) -> Response:
    return problem_response(problem)


_SCHEMAS = "#/components/schemas/"
_REFUSAL = {"$ref": "#/components/responses/Refusal"}
_FASTAPIS_OWN = ("HTTPValidationError", "ValidationError")


def document(app: FastAPI) -> None:
    """Have the app's OpenAPI document say how a refusal looks: the same everywhere, and not as FastAPI would."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        written = plain()
        schema = ProblemDocument.model_json_schema(mode="serialization", ref_template=_SCHEMAS + "{model}")
        components = written["components"]
        components["schemas"] |= {**schema.pop("$defs"), "ProblemDocument": schema}
        for name in _FASTAPIS_OWN:
            components["schemas"].pop(name, None)
        components["responses"] = {
            "Refusal": {
                "description": "What stands in the way and what mends it, in Vietnamese (RFC 9457)",
                "content": {"application/problem+json": {"schema": {"$ref": _SCHEMAS + "ProblemDocument"}}},
            }
        }
        for operations in written["paths"].values():
            for operation in operations.values():
                operation["responses"].pop("422", None)
                operation["responses"] |= {"4XX": _REFUSAL, "503": _REFUSAL}
        return written

    app.openapi = openapi  # type: ignore[method-assign]


def install(app: FastAPI, say: Say = _to_programs) -> None:
    """Turn every refusal of this app into a ``Problem`` and ``say`` it; calling again changes how it is said."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> Response:
        return await say(request, problem)

    @app.exception_handler(AlreadyAnswered)
    async def _again(_request: Request, first: AlreadyAnswered) -> Response:
        return Response(first.response, first.status, media_type="application/json")

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        found = validation_errors(error.errors())
        return await say(request, Invalid(f"Có {len(found)} chỗ chưa đúng.", errors=found))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        problem = Problem(_HTTP_WORDS.get(error.status_code, str(error.detail)))
        problem.status = error.status_code
        problem.title = NotFound.title if error.status_code == NotFound.status else problem.title
        return await say(request, problem)

    @app.exception_handler(IntegrityError)
    async def _contradiction(request: Request, _error: Exception) -> Response:
        return await say(
            request,
            Conflict("Nội dung này trái với dữ liệu đang có: nó trùng, hoặc nhắc tới một mục chưa có. Chưa lưu gì cả."),
        )

    @app.exception_handler(Exception)
    async def _mistake(request: Request, error: Exception) -> Response:
        log.error("http.failed", method=request.method, path=request.url.path, exc_info=error)
        return await say(request, Unexpected("Lỗi này đã được ghi lại. Hãy thử lại; nếu vẫn gặp, báo cán bộ kỹ thuật."))

    @app.exception_handler(DBAPIError)
    @app.exception_handler(PoolTimeoutError)
    @app.exception_handler(OSError)
    async def _database(request: Request, error: Exception) -> Response:
        if is_unfit(error):
            return await say(request, Invalid("Có giá trị không lưu được: số quá lớn, hoặc có ký tự không in được."))
        if not is_away(error):
            raise error
        # The caller's request is safe to repeat with the same Idempotency-Key: nothing was committed, or all of it was.
        return await say(
            request, Unavailable("Cơ sở dữ liệu chưa trả lời. Chưa có gì bị mất, hãy thử lại sau ít giây.")
        )
