"""What anybody may call without signing in, and how much of it: per address and minute.

An IPv6 /64 is one address. Whoever owns a /48 has 65,536 of them, so all of a /48 together have a
bound too. No library's table: theirs remember every address that ever asks, so that a stranger with
many fills the memory. One that forgets above a bound counts all the others as one, and he shuts
them out. A sketch does neither.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from starlette.routing import BaseRoute

from contracts.envelope import Command
from gateway.endpoint import Endpoint
from gateway.problems import Problem
from gateway.settings import GatewaySettings
from gateway.sketch import Sketch
from infra.runtime.peers import site_of

WINDOW_SECONDS = 60
SITE_TIMES = 16  # as many calls come from an IPv6 /48 as from so many addresses
UNKNOWN = "unknown"  # callers without an address share one count
BODY_BYTES_MAX = 4 * 1024  # of a call that anybody may make; a log-in needs a tenth of it


class Throttle:
    """Counts the calls of each address, at most `calls_max` of them in a minute from the first."""

    def __init__(self, calls_max: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._calls_max = calls_max
        self._clock = clock
        self._begun_at = -math.inf
        self._calls = Sketch()

    def require(self, address: str | None) -> Problem | None:
        """None, or the problem that a caller with too many calls gets."""
        now = self._clock()
        if now - self._begun_at >= WINDOW_SECONDS:
            self._begun_at, self._calls = now, Sketch()
        for name, calls_max, whose in self._bounds(address or UNKNOWN):
            if self._calls.add(name) > calls_max:
                seconds = math.ceil(self._begun_at + WINDOW_SECONDS - now)
                return _too_many(calls_max, whose, seconds)
        return None

    def _bounds(self, peer: str) -> Iterator[tuple[str, int, str]]:
        """The narrow first: what it refuses is not counted for the neighbours."""
        yield peer, self._calls_max, "one address"
        if (site := site_of(peer)) is not None:
            yield site, self._calls_max * SITE_TIMES, "one IPv6 network (/48)"


def _too_many(calls_max: int, whose: str, seconds: int) -> Problem:
    detail = f"At most {calls_max} such calls a minute come from {whose}."
    return Problem(429, "too-many-requests", detail, headers={"Retry-After": str(seconds)})


@dataclass(frozen=True, slots=True)
class Public:
    """The bounds of a path that anybody may call."""

    throttle: Throttle
    body_bytes_max: int = BODY_BYTES_MAX


def public_paths(routes: Iterable[BaseRoute], settings: GatewaySettings) -> dict[str, Public]:
    """Every path that needs no signing in. What asks a service to do something, and so costs it a
    hash or a lock, is counted apart from what is only read."""
    done = Public(Throttle(settings.sign_ins_per_minute))
    read = Public(Throttle(settings.public_calls_per_minute))
    paths = {}
    for route in routes:
        endpoint = getattr(route, "endpoint", None)
        path = str(getattr(route, "path", ""))
        if endpoint is not None and not isinstance(endpoint, Endpoint):
            paths[path] = read
        elif isinstance(endpoint, Endpoint) and not endpoint.kind.roles:
            paths[path] = done if issubclass(endpoint.kind, Command) else read
    return paths
