"""The table in docs/api.md lists every route, with those who may call it."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import gateway.routes
from contracts.envelope import EVERYONE, READERS, STAFF, Role
from gateway.endpoint import Endpoint
from gateway.idempotency import Key
from gateway.routing import EdgeRouter
from tests.architecture.house import ROOT

ROW = re.compile(
    r"^\| `((?:GET|POST|PUT|PATCH|DELETE) [^`]+)` \| ([^|]+) \| ([^|]*) \|$", re.MULTILINE
)
GROUPS = {
    frozenset(): "anybody",
    EVERYONE: "everyone signed in",
    EVERYONE | {Role.SYSTEM}: "everyone signed in, SYSTEM",
    EVERYONE - {Role.AUDITOR}: "all but AUDITOR",
    READERS: "staff, AUDITOR",
    STAFF: "staff",
}


def test_the_table_shows_every_route_and_who_may_call_it() -> None:
    text = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    shown = {row[0]: (row[1].strip(), row[2].strip()) for row in ROW.findall(text)}

    assert shown == dict(_routes())


def _routes() -> Iterator[tuple[str, tuple[str, str]]]:
    for info in pkgutil.iter_modules(gateway.routes.__path__):
        router = getattr(importlib.import_module(f"gateway.routes.{info.name}"), "router", None)
        if isinstance(router, EdgeRouter):
            for route in router.routes:
                endpoint = getattr(route, "endpoint", None)
                assert isinstance(endpoint, Endpoint)
                key = "" if endpoint.key is Key.NONE else endpoint.key.value
                method = min(getattr(route, "methods", ()))
                yield f"{method} {getattr(route, 'path', '')}", (_who(endpoint.kind.roles), key)


def _who(roles: frozenset[Role]) -> str:
    return GROUPS.get(roles) or ", ".join(role.value for role in Role if role in roles)
