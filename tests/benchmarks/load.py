"""HTTP load from a process of its own: `python -m tests.benchmarks.load <plan file>`.

It shares the machine with what it measures, so it does next to nothing: requests are bytes made
beforehand, each connection is kept alive and sends its next request when the answer is there.
The latencies go to standard output as JSON.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from itertools import count, cycle
from pathlib import Path
from typing import cast

import uvloop

WARM_UP_SECONDS = 1.0
GRACE_SECONDS = 30.0  # for the last answers
KEY = "{key}"  # in a request: another value each time, always of the same length
END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length: "


def request(path: str, token: str, body: object = None, **headers: str) -> str:
    """A POST as it goes over the wire, `{key}` in place of its Idempotency-Key."""
    content = json.dumps(body)
    lines = [
        f"POST {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}",
        "Content-Type: application/json", f"Content-Length: {len(content)}",
        f"Idempotency-Key: {KEY}", *(f"{name}: {value}" for name, value in headers.items()),
    ]  # fmt: skip
    return "\r\n".join(lines) + END_OF_HEAD.decode() + content


def get(path: str, token: str) -> str:
    """A GET as it goes over the wire."""
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}"]
    return "\r\n".join(lines) + END_OF_HEAD.decode()


@dataclass(frozen=True)
class LoadPlan:
    """What to send, over how many connections, for how long."""

    port: int
    connections: int
    seconds: float
    requests: list[str]  # taken in turn
    status: int  # of a success
    run: str  # begins every key


@dataclass
class Outcome:
    """What came back. Throughput is of the answers that arrived within the time."""

    seconds: float
    succeeded: int = 0
    failed: int = 0
    answered: int = 0  # all successes, with those of the warm-up and those after the time
    latencies: list[float] = field(default_factory=list)  # seconds, sorted
    failure: str = ""  # the first, in full

    @property
    def per_second(self) -> float:
        return self.succeeded / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        return self.latencies[int(len(self.latencies) * share)] * 1000 if self.latencies else 0.0


class Requests:
    """The requests one after the other, each with its own key."""

    def __init__(self, plan: LoadPlan) -> None:
        parts = [text.encode().split(KEY.encode()) for text in plan.requests]
        self._parts = cycle(parts)
        self._keys = (f"{plan.run}{number:012d}".encode() for number in count())

    def next(self) -> bytes:
        return next(self._keys).join(next(self._parts))


class Connection(asyncio.Protocol):
    """One keep-alive connection that always has one request on its way."""

    def __init__(self, requests: Requests, outcome: Outcome, status: int, until: float) -> None:
        self._requests, self._outcome, self._until = requests, outcome, until
        self._expected = f"HTTP/1.1 {status} ".encode()
        self._buffer = b""
        self._sent_at = 0.0
        self.is_over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class is none
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.is_over.done():
            self.is_over.set_exception(error or ConnectionError("the connection was closed"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(END_OF_HEAD)
        if end < 0:
            return
        if len(self._buffer) < end + len(END_OF_HEAD) + _length(self._buffer[:end]):
            return
        answer, self._buffer = self._buffer, b""
        self._answered(answer)

    def _answered(self, answer: bytes) -> None:
        now = time.perf_counter()
        if not answer.startswith(self._expected):
            self._outcome.failed += 1
            self._outcome.failure = self._outcome.failure or answer.decode(errors="replace")
        else:
            self._outcome.answered += 1
            if now <= self._until:
                self._outcome.succeeded += 1
                self._outcome.latencies.append(now - self._sent_at)
        self._go_on(now)

    def _go_on(self, now: float) -> None:
        if now <= self._until:
            self._send()
        else:
            self._transport.close()
            self.is_over.set_result(None)

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._requests.next())


async def load(plan: LoadPlan) -> Outcome:
    """Warm up, then measure."""
    requests, warm = Requests(plan), Outcome(WARM_UP_SECONDS)
    if plan.seconds > WARM_UP_SECONDS:
        warm = await _run(plan, requests, WARM_UP_SECONDS)
    outcome = await _run(plan, requests, plan.seconds)
    outcome.answered += warm.answered
    return outcome


async def _run(plan: LoadPlan, requests: Requests, seconds: float) -> Outcome:
    loop, outcome = asyncio.get_running_loop(), Outcome(seconds)
    until = time.perf_counter() + seconds
    made = [
        await loop.create_connection(
            lambda: Connection(requests, outcome, plan.status, until), "127.0.0.1", plan.port
        )
        for _ in range(plan.connections)
    ]
    async with asyncio.timeout(seconds + GRACE_SECONDS):
        await asyncio.gather(*(connection.is_over for _, connection in made))
    outcome.latencies.sort()
    return outcome


def _length(head: bytes) -> int:
    at = head.lower().find(LENGTH)
    return int(head[at + len(LENGTH) :].split(b"\r", 1)[0]) if at >= 0 else 0


def main() -> None:
    plan = LoadPlan(**json.loads(Path(sys.argv[1]).read_text()))
    outcome = uvloop.run(load(plan))
    json.dump(asdict(outcome), sys.stdout)


if __name__ == "__main__":
    main()
