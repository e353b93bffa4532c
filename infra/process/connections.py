"""HTTP connections within bounds: uvicorn's own protocol, with limits on what a stranger can hold.

A head is at most 32 KB (431 above it) and whole within ten seconds; one peer has at most 512
connections and all together 4,096; whoever does not read is cut off. What is refused is counted
and logged, at most one line a second for each reason.
"""

import resource
import time
from asyncio import BaseTransport, TimerHandle, Transport
from collections import Counter
from functools import cache
from typing import Any, cast

import orjson
import structlog
from prometheus_client import Counter as Counted
from prometheus_client import Gauge
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from infra.runtime.peers import peer_of
from infra.runtime.telemetry import REGISTRY
from infra.runtime.tracing import new_trace

log = structlog.get_logger()

HEAD_BYTES_MAX = 32 * 1024  # four times what browsers and proxies send at most
HEAD_SECONDS_MAX = 10.0  # from the opening, or from the first byte of a later head, to its end
UNREAD_SECONDS_MAX = 30.0  # for a peer to take what waits for it
PIPELINED_MAX = 32  # requests that wait behind one that runs; more come from no honest client
DESCRIPTORS_KEPT = 128  # for the broker, logs, modules and questions to other processes
LOG_SECONDS = 1.0
TOO_LARGE, NOT_HTTP = "head-too-large", "not-http"  # codes of calls that reach no app

OPEN = Gauge("bank_http_connections", "Open HTTP connections", registry=REGISTRY)
REFUSED = Counted(
    "bank_http_connections_refused", "Connections ended by a bound", ["reason"], registry=REGISTRY
)


class ConnectionSettings(BaseSettings):
    """How many connections one process holds; behind a proxy that is one peer, set both equal."""

    model_config = SettingsConfigDict(env_prefix="BANK_")

    connections_max: int = Field(default=4_096, gt=0)
    connections_per_peer_max: int = Field(default=512, gt=0)
    trusted_proxies: str = ""  # whose X-Forwarded-For names the caller; addresses with commas


class Door:
    """Counts the connections of this process and says which are too many."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self._settings = settings
        self._most = min(settings.connections_max, _raise_descriptors() - DESCRIPTORS_KEPT)
        self._by_peer: Counter[str] = Counter()
        self._open = 0
        self._unlogged: Counter[str] = Counter()
        self._logged_at: dict[str, float] = {}

    def enter(self, peer: str) -> str | None:
        """Count it; the reason when it must go, with `leave` to be called all the same."""
        self._open += 1
        self._by_peer[peer] += 1
        OPEN.set(self._open)
        if self._by_peer[peer] > self._settings.connections_per_peer_max:
            return "too_many_of_peer"
        return "too_many" if self._open > self._most else None

    def leave(self, peer: str) -> None:
        self._open -= 1
        OPEN.set(self._open)
        self._by_peer[peer] -= 1
        if not self._by_peer[peer]:
            del self._by_peer[peer]

    def note(self, reason: str, peer: str) -> None:
        """Count an ended connection; the log names the last peer and how many since its line."""
        REFUSED.labels(reason).inc()
        self._unlogged[reason] += 1
        now = time.monotonic()
        if now - self._logged_at.get(reason, -LOG_SECONDS) >= LOG_SECONDS:
            self._logged_at[reason] = now
            log.warning(
                "connections_refused", reason=reason, address=peer, of_address=self._by_peer[peer],
                open=self._open, refused=self._unlogged.pop(reason),
            )  # fmt: skip


def _raise_descriptors() -> int:
    """Let this process have as many descriptors as it may; how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else 1 << 20


@cache
def door() -> Door:
    """The one of this process, made with its first connection."""
    return Door(ConnectionSettings())


class BoundedProtocol(HttpToolsProtocol):
    """One connection: `uvicorn --http infra.process.connections:BoundedProtocol`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._peer = ""
        self._is_in_head = False
        self._head_bytes = 0
        self._fault = ""  # why the parser was stopped by us
        self._deadline: TimerHandle | None = None
        self._reading: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast(Transport, transport))
        self._peer = peer_of(self.client[0] if self.client else "")
        reason = door().enter(self._peer)
        if reason is None:
            self._end_after(HEAD_SECONDS_MAX, "head_too_late")
        else:
            self._end(reason)

    def connection_lost(self, exc: Exception | None) -> None:
        door().leave(self._peer)
        self._forget_deadline()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        # A later head may share its first bytes with a body, so those are not counted.
        if self._is_in_head or self.cycle is None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._is_in_head and self._head_bytes > HEAD_BYTES_MAX:
            self._fault = "head_too_large"
            self.send_400_response("")
        elif self._deadline is None and self._awaits_head:
            self._end_after(HEAD_SECONDS_MAX, "head_too_late")

    @property
    def _awaits_head(self) -> bool:
        return self._is_in_head or self.cycle is None or self.cycle.response_complete

    def on_message_begin(self) -> None:
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Raises to stop the parser, which then has uvicorn call `send_400_response`."""
        self._is_in_head, self._head_bytes = False, 0
        self._forget_deadline()
        if len(self.url) + sum(len(n) + len(v) + 4 for n, v in self.headers) > HEAD_BYTES_MAX:
            self._fault = "head_too_large"
        elif len(self.pipeline) >= PIPELINED_MAX:
            self._fault = "too_many_pipelined"
        if self._fault:
            raise ValueError(self._fault)
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Also the end of a head or pipeline beyond its bound."""
        if self._fault:
            door().note(self._fault, self._peer)
        is_answering = self.cycle is not None and not self.cycle.response_complete
        if is_answering:
            self.transport.close()  # whatever we wrote would be taken for that answer
        elif self._fault:
            trace_id = new_trace().id
            self.transport.write(_too_large(trace_id))
            self.transport.close()
            log.info("call", route="unknown", status=431, code=TOO_LARGE, trace_id=trace_id)
        else:
            super().send_400_response(msg)
            log.info("call", route="unknown", status=400, code=NOT_HTTP)
        self._end_after(UNREAD_SECONDS_MAX, "unread")

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._end_after(UNREAD_SECONDS_MAX, "unread")

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reading = self.loop.call_later(UNREAD_SECONDS_MAX, self._end, "unread")

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def timeout_keep_alive_handler(self) -> None:
        self.transport.abort()  # close() would wait for a peer who reads nothing

    def _end_after(self, seconds: float, reason: str) -> None:
        self._forget_deadline()
        self._deadline = self.loop.call_later(seconds, self._end, reason)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end(self, reason: str) -> None:
        door().note(reason, self._peer)
        self.transport.abort()


def _too_large(trace_id: str) -> bytes:
    """A problem as `gateway.problems` writes it, since no app has seen the call."""
    body = orjson.dumps(
        {
            "type": f"/problems/{TOO_LARGE}",
            "title": "Head too large",
            "status": 431,
            "detail": "The request line and headers are larger than 32 KB.",
            "code": TOO_LARGE,
            "trace_id": trace_id,
        }
    )
    head = (
        "HTTP/1.1 431 Request Header Fields Too Large\r\n"
        "content-type: application/problem+json\r\n"
        f"x-request-id: {trace_id}\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
