"""What holds for every call, before and after its route: bounds, trace, headers, one last net.

A plain ASGI wrapper, because Starlette's BaseHTTPMiddleware runs each call as a second task.
"""

import re
from collections.abc import Mapping
from time import perf_counter

import structlog
from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.envelope import BODY_BYTES_MAX
from gateway import problems
from gateway.exact_json import too_large
from gateway.facts import RequestFacts, keep
from gateway.metrics import count
from gateway.problems import Problem
from gateway.throttle import Public
from infra.peers import peer_of
from infra.telemetry import child_of, new_traceparent

log = structlog.get_logger()

LEFT = 499  # nginx's number for a caller who left before he was answered

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_SECURITY = (
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)


class Perimeter:
    """The outermost layer of the app that is ours."""

    def __init__(self, app: ASGIApp, public: Mapping[str, Public]) -> None:
        self._app = app
        self._public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        public = self._public.get(scope["path"])
        facts = _facts(scope, public.body_bytes_max if public else BODY_BYTES_MAX)
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
            bound = bound or _out_of_bounds(facts, scope["query_string"])
            if bound is None:
                await self._app(scope, receive, send_with_headers)
            else:
                await _give(bound, scope, receive, send_with_headers)
        except ClientDisconnect:
            log.info("caller_left", path=scope["path"], status=LEFT, trace_id=facts.trace_id)
        except Exception:
            log.exception("call_failed", path=scope["path"], trace_id=facts.trace_id)
            if not status:
                await _give(_unexpected(), scope, receive, send_with_headers)
        finally:
            count(scope, status or LEFT, perf_counter() - started)


def _facts(scope: Scope, body_bytes_max: int) -> RequestFacts:
    headers = dict(scope["headers"])
    parent = headers.get(b"traceparent")
    traceparent = child_of(parent.decode("latin-1")) if parent else new_traceparent()
    given = headers.get(b"x-request-id")
    is_kept = given is not None and _REQUEST_ID.fullmatch(given)
    request_id = given if given and is_kept else traceparent[3:35].encode()
    return RequestFacts(headers, request_id, traceparent, _source(scope), body_bytes_max)


def _source(scope: Scope) -> str | None:
    client = scope.get("client")
    return peer_of(client[0]) if client else None


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
    headers += _SECURITY
    headers.append((b"x-request-id", facts.request_id))
    if not any(name == b"content-security-policy" for name, _ in headers):
        headers.append(_POLICY)


def _unexpected() -> Problem:
    return Problem(500, "internal-error", "Something went wrong here; it was noted.")


async def _give(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    await problems.answer(problem, Request(scope))(scope, receive, send)
