"""Counts and times of calls, by route; a path that no route knows is counted as `unknown`."""

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from starlette.types import Scope

from infra.runtime.telemetry import REGISTRY

CALLS = Counter(
    "bank_http_calls", "Answered calls", ["method", "route", "status"], registry=REGISTRY
)
SECONDS = Histogram(
    "bank_http_seconds", "Time from the first byte to the answer", ["method", "route"],
    registry=REGISTRY, buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30),
)  # fmt: skip
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
METRICS_TYPE = CONTENT_TYPE_LATEST

# Looking a labelled child up costs more than counting with it.
_calls: dict[tuple[str, str, int], Counter] = {}
_seconds: dict[tuple[str, str], Histogram] = {}


def route_of(scope: Scope) -> str:
    """The template of the address, `/api/accounts/{account_number}`."""
    return str(getattr(scope.get("route"), "path", "unknown"))


def method_of(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else "other"


def count(scope: Scope, status: int, seconds: float) -> None:
    route, method = route_of(scope), method_of(scope)
    if (method, route, status) not in _calls:
        _calls[method, route, status] = CALLS.labels(method, route, str(status))
        _seconds[method, route] = SECONDS.labels(method, route)
    _calls[method, route, status].inc()
    _seconds[method, route].observe(seconds)


def exposition() -> bytes:
    return generate_latest(REGISTRY)
