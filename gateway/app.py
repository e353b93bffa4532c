"""The gateway as an ASGI application: `uvicorn gateway.app:app`."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route

from gateway import docs_page, openapi, problem_pages, problems, queues
from gateway.edge import HEARD, ApprovalAwaited, Edge, OutcomeUnknown
from gateway.heads import HeadAsGet
from gateway.middleware import Perimeter
from gateway.routes import (
    accounts,
    approvals,
    audit,
    auth,
    beneficiaries,
    breaks,
    bulk,
    customers,
    day,
    health,
    holds,
    incoming,
    incoming_recalls,
    jobs,
    loan_benchmarks,
    loan_control,
    loan_cooling_off,
    loan_histories,
    loan_products,
    loan_provisioning,
    loan_quotes,
    loan_servicing,
    loan_top_ups,
    loans,
    notifications,
    operations,
    partners,
    payees,
    payments,
    products,
    rails,
    recalls,
    receipts,
    reconciliation,
    reports,
    resolutions,
    returns,
    sagas,
    screening,
    settlements,
    standing_orders,
    statements,
    transactions,
    turnaround,
)
from gateway.settings import GatewaySettings
from gateway.throttle import public_paths
from infra.bus.ask import AskClient
from infra.bus.tap import EventTap
from infra.runtime.memory import collect_garbage_rarely
from infra.runtime.saturation import lag_measured
from infra.runtime.telemetry import configure_logging

# In order of use: a call is matched against the routers from the top.
RESOURCES = (
    standing_orders,
    bulk,
    transactions,
    receipts,
    accounts,
    settlements,  # before payments, which would take its addresses for those of payments
    reconciliation,
    statements,
    incoming_recalls,
    incoming,
    breaks,
    returns,
    recalls,
    payments,
    payees,
    beneficiaries,
    resolutions,
    rails,
    turnaround,
    screening,
    customers,
    auth,
    holds,
    operations,
    approvals,
    products,
    loan_products,
    loan_benchmarks,
    loan_provisioning,
    loan_quotes,
    loan_servicing,
    loan_top_ups,
    loan_cooling_off,
    loan_histories,
    loans,
    notifications,
    reports,
    loan_control,
    sagas,
    day,
    jobs,
    audit,
    partners,
    health,
    problem_pages,
    docs_page,
)
ROUTERS = tuple(resource.router for resource in RESOURCES)
DESCRIPTION = "A core bank over HTTP. Money is decimal text, errors are RFC 9457 problems."


def create_app(settings: GatewaySettings | None = None, edge: Edge | None = None) -> FastAPI:
    """The app; `edge` is for tests, which bring their own bus."""
    settings = settings or GatewaySettings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with edge.running(None) if edge else _on_the_bus(settings) as started:
            app.state.edge = started
            app.state.checkup = health.Checkup(started)
            yield

    app = FastAPI(
        title="Core bank", version="1", description=DESCRIPTION, lifespan=lifespan,
        docs_url=None, redoc_url=None, redirect_slashes=False, openapi_tags=list(_tags()),
        license_info={"name": "Proprietary", "identifier": "LicenseRef-Proprietary"},
    )  # fmt: skip
    for router in ROUTERS:
        app.include_router(router)
    problems.install(app)
    app.add_exception_handler(OutcomeUnknown, operations.accept)
    app.add_exception_handler(ApprovalAwaited, operations.await_approval)
    openapi.describe(app)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=settings.cors_origins, allow_methods=["*"],
            allow_headers=["*"], expose_headers=["*"],
        )  # fmt: skip
    routes = list(_routes(app))
    app.add_middleware(Perimeter, routes=routes, public=public_paths(routes, settings))
    app.add_middleware(HeadAsGet)
    return app


def _tags() -> Iterator[dict[str, str]]:
    """What each group of calls is about: the first line of its module."""
    known: set[str] = set()
    for resource in RESOURCES:
        for tag in {str(tag) for tag in resource.router.tags} - known:
            known.add(tag)
            yield {"name": tag, "description": (resource.__doc__ or "").partition("\n")[0]}


def _routes(app: FastAPI) -> Iterator[BaseRoute]:
    """All of them; the app itself shows an included router as one."""
    yield from (route for route in app.routes if isinstance(route, Route))
    for router in ROUTERS:
        yield from router.routes


@asynccontextmanager
async def _on_the_bus(settings: GatewaySettings) -> AsyncIterator[Edge]:
    configure_logging("gateway", settings.log_level)
    collect_garbage_rarely()
    edge = Edge(settings, AskClient(settings.amqp_url, "gateway"))
    tap = EventTap(settings.amqp_url, "gateway-tap", HEARD, edge.on_event)
    async with edge.running(tap), queues.watched(settings.monitor_url), lag_measured():
        yield edge


app = create_app()
