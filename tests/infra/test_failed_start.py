"""A service whose consumers cannot start ends, so that its supervisor starts it again."""

import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path

import httpx
import pytest
from yarl import URL

from infra.deployment.definitions import load_services
from infra.deployment.local.child import Child
from infra.deployment.local.processes import http_process
from infra.deployment.migrations import ROOT
from tests.fixtures.ports import free_port
from tests.fixtures.processes import SECRET
from tests.fixtures.proxy import MUTE, proxy_to
from tests.fixtures.servers import Database, Databases, Vhosts
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

END_SECONDS = 60.0
HEALTHY_SECONDS = 180.0


@pytest.mark.parametrize(
    "lives",
    [
        pytest.param(range(14), id="each cut off one answer later than the one before"),
        pytest.param([MUTE, MUTE], id="two that are taken and never answered"),
    ],
)
async def test_after_bad_connections_to_its_broker_a_service_is_healthy_or_ends_and_starts_anew(
    databases: Databases, vhosts: Vhosts, tmp_path: Path, lives: Iterable[int]
) -> None:
    async with (
        databases.fresh(["loan"]) as database,
        vhosts.fresh(load_services(["loan"])) as vhost,
    ):
        address = URL(vhost.url("loan"))
        async with proxy_to(str(address.host), address.port or 0) as proxy:
            proxy.lives = [*lives]
            port = free_port()
            child = _loan(port, database, str(address.with_port(proxy.port)), tmp_path)
            try:
                await until(lambda: _is_healthy(child, port), HEALTHY_SECONDS)
            finally:
                await child.stop(1)

    assert proxy.lives == []


async def _is_healthy(child: Child, port: int) -> bool:
    """Start it whenever it has ended, as the supervisor does, and ask it otherwise."""
    if not child.is_running:
        await child.start()
    try:
        async with httpx.AsyncClient(timeout=2) as http:
            return (await http.get(f"http://127.0.0.1:{port}/health")).is_success
    except httpx.HTTPError:
        return False


async def test_a_service_without_its_queues_ends_and_says_why(
    database: Database, vhosts: Vhosts, tmp_path: Path
) -> None:
    port = free_port()
    async with vhosts.fresh(load_services(["account"])) as vhost:
        child = _loan(port, database, vhost.url("loan"), tmp_path)
        await child.start()
        try:
            status = await asyncio.wait_for(child.wait(), END_SECONDS)
        finally:
            await child.stop(1)

    assert status == 70
    assert "process_ends" in child.log.read_text()


def _loan(port: int, database: Database, amqp_url: str, folder: Path) -> Child:
    environment = {
        "BANK_POSTGRES_URL": database.url("loan"),
        "BANK_AMQP_URL": amqp_url,
        "BANK_SECRET": SECRET,
        "BANK_DATA": str(folder),
    }
    command = [sys.executable, "-m", *http_process("loan", port)]
    return Child("loan", command, environment, folder / "log", folder=ROOT)
