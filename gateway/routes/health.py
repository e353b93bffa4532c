"""Whether the bank is well: every service asked at once, and the broker."""

import asyncio
import time
from typing import Any
from urllib.parse import urlsplit

import orjson
from fastapi import APIRouter, Depends, Request, Response

from contracts.topology import SERVICES
from gateway.asker import Asker
from gateway.edge import Edge, edge_of
from gateway.facts import facts_of
from gateway.metrics import METRICS_TYPE, exposition
from gateway.openapi import problem_response
from gateway.problems import not_found
from gateway.query_strings import require_none
from gateway.schemas import Answer, example
from infra.runtime.peers import peer_of

ASK_SECONDS = 2.0
FRESH_SECONDS = 1.0  # anybody may ask, so the services are asked once a second at most
ANSWER_BYTES_MAX = 64 * 1024

LOOPBACK = ("127.0.0.1", peer_of("::1"))
FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-real-ip")

OK = "ok"
UNAVAILABLE = "unavailable"
BLOCKED = "blocked"  # the broker is there and takes no messages: its disk or memory is full

ASKS_NOTHING = [Depends(require_none)]

router = APIRouter(tags=["health"])


class PartAnswer(Answer):
    """One service, as it speaks of itself."""

    status: str
    faults: tuple[str, ...]


class HealthAnswer(Answer):
    """`status` is "ok" only when every part is."""

    model_config = example(
        status="ok", services={"account": {"status": OK, "faults": []}}, broker=OK, sessions=OK
    )

    status: str
    services: dict[str, PartAnswer]
    broker: str  # "blocked": there, but its disk or memory is full
    sessions: str  # whether the gateway knows which sessions have ended


class LiveAnswer(Answer):
    """This process answers."""

    model_config = example(status=OK)

    status: str


class Checkup:
    """The last report on all services, made anew when it is older than a second."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._report: HealthAnswer | None = None
        self._made_at = 0.0
        self._making = asyncio.Lock()

    async def report(self) -> HealthAnswer:
        async with self._making:
            if self._report is None or time.monotonic() - self._made_at > FRESH_SECONDS:
                self._report = await self._examine()
                self._made_at = time.monotonic()
        return self._report

    async def _examine(self) -> HealthAnswer:
        urls = [self._edge.settings.health_url(service) for service in SERVICES]
        reports = await asyncio.gather(*(_ask(url) for url in urls))
        broker = _state_of(self._edge.asker)
        sessions = OK if self._edge.authenticator.is_current else UNAVAILABLE
        parts = [broker, sessions, *(report.status for report in reports)]
        return HealthAnswer(
            status=OK if all(part == OK for part in parts) else UNAVAILABLE,
            services=dict(zip(SERVICES, reports, strict=True)),
            broker=broker,
            sessions=sessions,
        )


@router.get(
    "/health",
    summary="Whether every part is well",
    response_model=HealthAnswer,
    dependencies=ASKS_NOTHING,
    responses={
        400: problem_response(400),
        422: problem_response(422),
        503: {"model": HealthAnswer, "description": "Some part is not"},
    },
)
async def health(request: Request) -> Response:
    """200 when all is well, else 503; the body says which part is not."""
    checkup = request.app.state.checkup
    assert isinstance(checkup, Checkup)
    report = await checkup.report()
    return report.response(200 if report.status == OK else 503)


@router.get(
    "/health/live",
    summary="Whether this process answers",
    response_model=LiveAnswer,
    dependencies=ASKS_NOTHING,
    responses={400: problem_response(400), 422: problem_response(422)},
)
async def live() -> Response:
    """200 as long as this process runs, whatever the rest of the bank does."""
    return LiveAnswer(status=OK).response(200)


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """For whoever is on this machine, or at an address that the operator named; a call that a proxy
    passed on comes from outside."""
    facts = facts_of(request.scope)
    is_passed_on = any(name in facts.headers for name in FORWARDED)
    edge = edge_of(request)
    if is_passed_on or facts.source not in (*LOOPBACK, *edge.settings.metrics_from):
        raise not_found()
    return Response(exposition(), media_type=METRICS_TYPE)


def _state_of(broker: Asker) -> str:
    if not broker.is_connected:
        return UNAVAILABLE
    return OK if broker.is_taking else BLOCKED


async def _ask(url: str) -> PartAnswer:
    """What a service says of itself; its words are shown only as far as we know them."""
    try:
        async with asyncio.timeout(ASK_SECONDS):
            status, body = await _get(url)
    except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
        return PartAnswer(status=UNAVAILABLE, faults=("no answer",))
    faults = tuple(str(fault)[:200] for fault in body.get("faults", []))
    return PartAnswer(status=OK if status == 200 else UNAVAILABLE, faults=faults)


async def _get(url: str) -> tuple[int, dict[str, Any]]:
    """One HTTP/1.0 GET on the standard library: a client library would be for this alone."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    try:
        writer.write(f"GET {parts.path} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.read(ANSWER_BYTES_MAX)
    finally:
        writer.close()
    parsed = orjson.loads(body)
    return int(head.split(b" ", 2)[1]), parsed if isinstance(parsed, dict) else {}
