"""What anybody may call without signing in, and how much of it: per address and minute.

A table of our own and not a library's: theirs remember every address that ever asks, so a stranger
with many addresses fills their memory. Here those beyond a bound share one count.
"""

import math
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from starlette.routing import BaseRoute

from contracts.envelope import Command
from gateway.endpoint import Endpoint
from gateway.problems import Problem
from gateway.settings import GatewaySettings

WINDOW_SECONDS = 60
ADDRESSES_MAX = 50_000  # counted apart within one minute: some 8 MB
OTHERS = "others"
BODY_BYTES_MAX = 4 * 1024  # of a call that anybody may make; a log-in needs a tenth of it


class Throttle:
    """Counts the calls of each address, at most `calls_max` of them in a minute from the first."""

    def __init__(self, calls_max: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._calls_max = calls_max
        self._clock = clock
        self._begun_at = -math.inf
        self._calls: Counter[str] = Counter()

    def require(self, address: str | None) -> Problem | None:
        """None, or the problem that a caller with too many calls gets."""
        now = self._clock()
        if now - self._begun_at >= WINDOW_SECONDS:
            self._begun_at, self._calls = now, Counter()
        name = address or OTHERS
        if name not in self._calls and len(self._calls) >= ADDRESSES_MAX:
            name = OTHERS
        self._calls[name] += 1
        if self._calls[name] <= self._calls_max:
            return None
        detail = f"At most {self._calls_max} such calls a minute come from one address."
        headers = {"Retry-After": str(math.ceil(self._begun_at + WINDOW_SECONDS - now))}
        return Problem(429, "too-many-requests", detail, headers=headers)


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
