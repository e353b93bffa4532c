"""Every answer that is not the wished one, as RFC 9457 `application/problem+json`.

Problem           raised anywhere at the edge; a refusal of a service becomes one by `refused`
├─ status, title  from the one table below
├─ code           the refusal's class name in kebab-case, or one of the edge's own
└─ errors         faults of the request, each with its place
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, NoReturn

import orjson
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Match

from contracts.envelope import DomainError, FieldError, Kind, Refused
from gateway.facts import facts_of
from gateway.problem_codes import pointer_of

STATUS: Mapping[Kind, int] = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.REFUSED: 422,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}
ERRORS_MAX = 20  # faults named in one answer
RETRY_SECONDS = {429: 5, 503: 1}  # when the service named no other time
RATE_LIMIT = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MEDIA_TYPE = "application/problem+json"
PAGES = "/problems"  # each code has a page there
INVALID_AMOUNT = "invalid_amount"  # type of the fault that gateway.money finds


class ProblemBody(BaseModel):
    """An answer that says why not; `code` is stable, the wording is not."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: tuple[FieldError, ...] = ()
    trace_id: str


class Problem(HTTPException):
    """Ends a call with this status and code."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.code = code
        self.errors = tuple(errors) or tuple(_faults_of(code, detail))
        if status in RETRY_SECONDS and self.headers is not None:
            self.headers = {"Retry-After": str(RETRY_SECONDS[status]), **self.headers}
            if status == 429:
                # Whoever is slowed has one attempt after each wait.
                limits = ("1", "0", self.headers["Retry-After"])
                self.headers |= dict(zip(RATE_LIMIT, limits, strict=True))

    def body(self, *, instance: str, trace_id: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": f"{PAGES}/{self.code}",
            "title": self.code.replace("-", " ").capitalize(),
            "status": self.status_code,
            "detail": self.detail,
            "instance": instance,
            "code": self.code,
            "trace_id": trace_id,
        }
        if self.errors:
            body["errors"] = [error.model_dump() for error in self.errors]
        return body


def refused(refusal: Refused, headers: Mapping[str, str] | None = None) -> Problem:
    """A service's refusal as its asker hears it."""
    status = STATUS[refusal.kind]
    waiting = (
        {"Retry-After": str(refusal.retry_after_seconds)} if refusal.retry_after_seconds else {}
    )
    signed_out = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return Problem(
        status,
        refusal.code,
        refusal.detail,
        errors=refusal.errors,
        headers={**waiting, **signed_out, **(headers or {})},
    )


def unavailable() -> Problem:
    return Problem(503, "unavailable", "The bank cannot take this call now; nothing was done.")


def not_found(faults: Iterable[Mapping[str, Any]] = ()) -> Problem:
    """`faults` are of an address that nothing can have."""
    return Problem(404, "not-found", "It does not exist, or not for you.", errors=_errors(faults))


def invalid(faults: Iterable[Mapping[str, Any]]) -> Problem:
    """What pydantic found wrong with a request."""
    found = list(faults)[:ERRORS_MAX]
    in_path = [fault for fault in found if fault["loc"][:1] == ("path",)]
    if in_path:
        # An id that cannot be one names nothing that exists.
        return not_found(in_path)
    if any(tuple(fault["loc"]) == ("body",) for fault in found):
        return Problem(400, "malformed", "The body is missing or is not a JSON object.")
    errors = _errors(found)
    if all(fault["type"] == INVALID_AMOUNT for fault in found):
        return Problem(422, "invalid-amount", errors[0].detail, errors=errors)
    return Problem(422, "invalid-request", "The request does not fit this call.", errors=errors)


def missing(*names: str) -> Problem:
    """A body with none of these fields, or with several, of which it needs one."""
    words = f"Send one of {', '.join(names)}; null is none."
    return invalid({"type": "missing", "loc": ("body", name), "msg": words} for name in names)


def answer(problem: Problem, request: Request) -> Response:
    facts = facts_of(request.scope)
    facts.code = problem.code
    body = problem.body(instance=request.url.path, trace_id=facts.trace.id)
    return Response(
        orjson.dumps(body), problem.status_code, headers=problem.headers, media_type=MEDIA_TYPE
    )


def install(app: FastAPI) -> None:
    """Make every exception of a route an answer; what nobody expected is the middleware's."""
    app.add_exception_handler(StarletteHTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(DomainError, _on_domain_error)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    if isinstance(error, Problem):
        return answer(error, request)
    assert isinstance(error, StarletteHTTPException)
    status = HTTPStatus(error.status_code)
    if status == HTTPStatus.NOT_FOUND:
        return answer(not_found(), request)
    headers = error.headers
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"Allow": ", ".join(_methods_of(request))}
    code = status.phrase.lower().replace(" ", "-")
    return answer(Problem(status, code, f"{status.description}.", headers=headers), request)


def _methods_of(request: Request) -> list[str]:
    """What this address can be called with; a route of its own knows only its own method."""
    return [
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    ]


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return answer(invalid(error.errors()), request)


async def _on_domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    return answer(refused(error.refusal()), request)


def unfit(error: ValidationError, where: str = "body") -> NoReturn:
    """A message that its contract refuses, although the HTTP schema let the call through."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    raise invalid(
        {**fault, "loc": (where, *map(_sent, fault["loc"]))} for fault in faults
    ) from error


def _sent(part: int | str) -> int | str:
    """A message's `principal_minor` is the caller's `principal`."""
    return part.removesuffix("_minor") if isinstance(part, str) else part


def _errors(faults: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    return [FieldError(pointer=_place(fault["loc"]), detail=fault["msg"]) for fault in faults]


def _faults_of(code: str, detail: str) -> Iterator[FieldError]:
    pointer = pointer_of(code)
    if pointer is not None:
        yield FieldError(pointer=pointer, detail=detail)


def _place(location: Sequence[int | str]) -> str:
    """A JSON pointer into the body (`/beneficiary/ifsc`), or `query:limit`, `header:If-Match`,
    `path:customer_id`: where a parameter stands, and its name in the OpenAPI document."""
    where, *path = (str(part) for part in location)
    if where != "body":
        return f"{where}:{'/'.join(path)}"
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)
