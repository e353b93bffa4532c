"""HTTP yardsticks beside the bank: each under the gateway's own command line, so that all its
settings are the same."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import jwt

from contracts.envelope import GATEWAY
from infra.deployment.local.child import Child
from infra.deployment.local.ports import http_status
from infra.deployment.migrations import ROOT
from tests.benchmarks.original import tables
from tests.fixtures.bank import Bank
from tests.fixtures.ports import free_port

READY_SECONDS = 30.0
STOP_SECONDS = 5.0


@dataclass(frozen=True)
class App:
    """A running process."""

    port: int
    pid: int


@dataclass(frozen=True)
class Original:
    """The client's original architecture: its two processes, and a token for it."""

    gateway: App
    service: App
    token: str

    @property
    def pids(self) -> dict[str, int]:
        return {"original gateway": self.gateway.pid, "original service": self.service.pid}


@asynccontextmanager
async def bare_route(bank: Bank, keys: str) -> AsyncIterator[App]:
    """The bare app, which knows these keys."""
    async with _running(bank, "tests.benchmarks.bare", {"BENCHMARK_JWKS": keys}) as app:
        yield app


@asynccontextmanager
async def original(bank: Bank, database_url: str, accounts: list[str]) -> AsyncIterator[Original]:
    """Both its processes, in a database with these accounts."""
    url = database_url.replace("postgresql:", "postgresql+asyncpg:")
    await tables.create(url, accounts)
    secret = token_hex(32)
    token = jwt.encode({"sub": "teller"}, secret, algorithm="HS256")
    secrets = {"ORIGINAL_DATABASE_URL": url, "ORIGINAL_SECRET": secret}
    async with _running(bank, "tests.benchmarks.original.service", secrets) as service:
        place = {"ORIGINAL_SERVICE_URL": f"http://127.0.0.1:{service.port}"}
        async with _running(bank, "tests.benchmarks.original.gateway", place) as gateway:
            yield Original(gateway, service, token)


@asynccontextmanager
async def _running(bank: Bank, module: str, environment: dict[str, str]) -> AsyncIterator[App]:
    port = free_port()
    changed = {"gateway.app:app": f"{module}:app", str(bank.ports.http[GATEWAY]): str(port)}
    command = [changed.get(word, word) for word in _command_of(bank.pid(GATEWAY))]
    log = bank.home.with_name(f"{module}.log")
    child = Child(module, command, {**os.environ, **environment}, log, folder=ROOT)
    await child.start()
    try:
        await child.ready(lambda: _answers(port), READY_SECONDS)
        assert child.pid is not None
        yield App(port, child.pid)
    finally:
        await child.stop(STOP_SECONDS)


def _command_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")


async def _answers(port: int) -> bool:
    return await http_status(port, "/openapi.json") == 200
