"""The pages of a service process: health, metrics, and its contract for people to read."""

import html
from collections.abc import Awaitable, Callable
from importlib import import_module

import orjson
from faststream.asgi import AsgiResponse, get
from faststream.asgi.types import ASGIApp, Scope
from prometheus_client import make_asgi_app

from contracts.envelope import Command, Message
from contracts.topology import routing_key
from infra.data.store import Store
from infra.handling.service import Service
from infra.runtime.telemetry import REGISTRY

Health = Callable[[], Awaitable[dict[str, object]]]


def routes(service: Service[Store], health: Health) -> list[tuple[str, ASGIApp]]:
    """`/health` (200 or 503), `/health/live`, `/metrics` and `/docs`."""

    @get(include_in_schema=False)
    async def healthy(_scope: Scope) -> AsgiResponse:
        report = await health()
        status = 200 if report["status"] == "ok" else 503
        return AsgiResponse(orjson.dumps(report), status, {"Content-Type": "application/json"})

    @get(include_in_schema=False)
    async def live(_scope: Scope) -> AsgiResponse:
        return AsgiResponse(b"ok", 200)

    page = _page(service).encode()

    @get(include_in_schema=False)
    async def docs(_scope: Scope) -> AsgiResponse:
        return AsgiResponse(page, 200, {"Content-Type": "text/html; charset=utf-8"})

    return [
        ("/health", healthy),
        ("/health/live", live),
        ("/docs", docs),
        ("/metrics", make_asgi_app(REGISTRY)),
    ]


def _page(service: Service[Store]) -> str:
    """The front page of the package and a table of the messages, with no script at all."""
    package = ".".join(service.store.__module__.split(".")[:2])
    about = import_module(package).__doc__ or ""
    tables = "".join(
        f"<h2>{title}</h2><table>{''.join(_row(kind) for kind in kinds)}</table>"
        for title, kinds in (
            ("Commands", service.commands),
            ("Queries", service.queries),
            ("Events heard", service.events),
        )
        if kinds
    )
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{service.name}</title>"
        "<style>body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto}"
        "td{padding:.2em 1em .2em 0;vertical-align:top}</style>"
        f"<h1>{service.name}</h1><pre>{html.escape(about)}</pre>{tables}"
        "<p>The schemas of all messages are in <code>contracts/schemas</code>.</p></html>"
    )


def _row(kind: type[Message]) -> str:
    reply = f" → {kind.reply.__name__}" if issubclass(kind, Command) else ""
    doc = html.escape((kind.__doc__ or "").strip())
    return f"<tr><td><code>{routing_key(kind)}</code>{reply}<td>{doc}"
