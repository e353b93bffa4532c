"""What holds for every call, before and after its route: bounds, trace, headers, one last net.

A plain ASGI wrapper, because Starlette's BaseHTTPMiddleware runs each call as a second task.
"""

from collections.abc import Mapping, Sequence
from time import perf_counter

import structlog
from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.envelope import BODY_BYTES_MAX, FieldError
from gateway import problems
from gateway.endpoint import EdgeRoute, Endpoint
from gateway.exact_json import too_large
from gateway.facts import RequestFacts, keep
from gateway.metrics import count, method_of, route_of
from gateway.problems import Problem
from gateway.throttle import Public
from infra.runtime.lines import Line, LinesOfATurn
from infra.runtime.peers import peer_of
from infra.runtime.tracing import trace_of

log = structlog.get_logger()

LEFT = 499  # nginx's number for a caller who left before he was answered

ONE_OF_A_KIND = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "Prefer")

_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_KEY_MISSED = (b"idempotency-key-missing", b"true")
_SECURITY = (
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)


class Perimeter:
    """The outermost layer of the app that is ours."""

    def __init__(
        self, app: ASGIApp, routes: Sequence[BaseRoute], public: Mapping[str, Public]
    ) -> None:
        self._app = app
        self._bytes_max = {
            str(route.path): route.endpoint.takes.bytes_max
            for route in routes
            if isinstance(route, EdgeRoute)
            and isinstance(route.endpoint, Endpoint)
            and route.endpoint.takes.is_file
        }
        self._routes = routes
        self._public = public
        self._lines = LinesOfATurn("call")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        public = self._public.get(scope["path"])
        bytes_max = self._bytes_max.get(scope["path"], BODY_BYTES_MAX)
        facts = _facts(scope, public.body_bytes_max if public else bytes_max)
        keep(facts, scope)
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message["headers"], facts)
            await send(message)

        try:
            bound = public.throttle.require(facts.source) if public else None
            bound = bound or _repeated(scope["headers"], facts)
            bound = bound or _out_of_bounds(facts, scope["query_string"])
            if bound is None:
                await self._app(scope, receive, send_with_headers)
            else:
                scope["route"] = self._route_of(scope)
                await _give(bound, scope, receive, send_with_headers)
        except ClientDisconnect:
            facts.code = facts.code or "caller-left"
        except Exception:
            log.exception("call_failed", route=route_of(scope), trace_id=facts.trace.id)
            if not status:
                await _give(_unexpected(), scope, receive, send_with_headers)
        finally:
            seconds = perf_counter() - started
            count(scope, status or LEFT, seconds)
            self._lines.add([_line(scope, facts, status or LEFT, seconds)])

    def _route_of(self, scope: Scope) -> BaseRoute | None:
        """The route of a call that never comes to it."""
        return next((r for r in self._routes if r.matches(scope)[0] is Match.FULL), None)


def _facts(scope: Scope, body_bytes_max: int) -> RequestFacts:
    headers = dict(scope["headers"])
    parent = headers.get(b"traceparent", b"").decode("latin-1")
    given_id = headers.get(b"x-request-id", b"").decode("latin-1")
    trace = trace_of(parent, given_id).child()
    return RequestFacts(headers, trace, _source(scope), body_bytes_max)


def _line(scope: Scope, facts: RequestFacts, status: int, seconds: float) -> Line:
    """What is logged of a call, whatever became of it; an address itself may name people."""
    return {
        "method": method_of(scope),
        "route": route_of(scope),
        "status": status,
        "code": facts.code,
        "ms": round(seconds * 1_000, 2),
        "subject": facts.subject_id,
        "trace_id": facts.trace.id,
        "request_id": facts.trace.request_id,
    }


def _source(scope: Scope) -> str | None:
    client = scope.get("client")
    return peer_of(client[0]) if client else None


def _repeated(headers: Sequence[tuple[bytes, bytes]], facts: RequestFacts) -> Problem | None:
    """A header of which one counts; readers would disagree about which."""
    if len(headers) == len(facts.headers):
        return None
    given = [name for name, _ in headers]
    twice = [name for name in ONE_OF_A_KIND if given.count(name.lower().encode()) > 1]
    if not twice:
        return None
    errors = [FieldError(pointer=f"header:{name}", detail="Send it once.") for name in twice]
    return Problem(400, "repeated-header", "A header was sent more than once.", errors=errors)


def _out_of_bounds(facts: RequestFacts, query: bytes) -> Problem | None:
    """Judged by the head alone; a body that lies about its length is cut off while read."""
    length = facts.headers.get(b"content-length", b"0")
    if length.isdigit() and int(length[:20]) > facts.body_bytes_max:
        return too_large(facts.body_bytes_max)
    if facts.headers.get(b"content-encoding", b"identity").lower() != b"identity":
        return Problem(415, "unsupported-encoding", "Send the body as it is, not compressed.")
    if b"%00" in query:
        return Problem(400, "malformed", "The address has a zero byte.")
    return None


def _add_headers(headers: list[tuple[bytes, bytes]], facts: RequestFacts) -> None:
    given = {name for name, _ in headers}
    headers += [(name, value) for name, value in (*_SECURITY, _POLICY) if name not in given]
    if facts.is_key_missed:
        headers.append(_KEY_MISSED)
    headers.append((b"x-request-id", facts.trace.request_id.encode()))


def _unexpected() -> Problem:
    return Problem(500, "internal-error", "Something went wrong here; it was noted.")


async def _give(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    await problems.answer(problem, Request(scope))(scope, receive, send)
