"""The gateway in the test's own process, before a fake bank."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from contracts.envelope import Role
from gateway.app import create_app
from gateway.edge import Edge
from gateway.routes.health import Checkup
from gateway.settings import GatewaySettings
from tests.fixtures.waiting import until
from tests.gateway.bank import FakeBank

SECRET = "5e" * 32
# One app serves all tests; what differs between them is the edge it is given.
UNBOUNDED: dict[str, Any] = {"sign_ins_per_minute": 1_000_000, "public_calls_per_minute": 1_000_000}
APP = create_app(GatewaySettings(secret=SECRET, **UNBOUNDED))
# Settings that the app itself reads, and not its edge.
OF_THE_APP = frozenset({"cors_origins", *UNBOUNDED})


@asynccontextmanager
async def serving(bank: FakeBank, **settings: Any) -> AsyncIterator[FastAPI]:
    """The app before this bank, once it knows which sessions have ended."""
    chosen = GatewaySettings(secret=SECRET, **settings)
    app = create_app(chosen) if settings.keys() & OF_THE_APP else APP
    async with Edge(chosen, bank).running(None) as edge:
        await until(lambda: edge.authenticator.is_current)
        app.state.edge, app.state.checkup = edge, Checkup(edge)
        yield app


def client_of(app: FastAPI, token: str | None = None) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://bank", headers=headers)


@pytest.fixture
def bank() -> FakeBank:
    return FakeBank()


@pytest.fixture
async def app(bank: FakeBank) -> AsyncIterator[FastAPI]:
    async with serving(bank) as app:
        yield app


@pytest.fixture
async def teller(app: FastAPI, bank: FakeBank) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app, bank.token(Role.TELLER)) as client:
        yield client


@pytest.fixture
async def anybody(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client
