"""A service whose consumers cannot start ends, so that its supervisor starts it again."""

import asyncio
import sys
from pathlib import Path

import pytest

from infra.definitions import load_services
from infra.local.child import Child
from infra.local.processes import http_process
from infra.migrations import ROOT
from tests.fixtures.ports import free_port
from tests.fixtures.processes import SECRET
from tests.fixtures.servers import Database, Vhosts

pytestmark = pytest.mark.integration

END_SECONDS = 60.0


async def test_a_service_without_its_queues_ends_and_says_why(
    database: Database, vhosts: Vhosts, tmp_path: Path
) -> None:
    port = free_port()
    async with vhosts.fresh(load_services(["account"])) as vhost:
        environment = {
            "BANK_POSTGRES_URL": database.url("loan"),
            "BANK_AMQP_URL": vhost.url("loan"),
            "BANK_SECRET": SECRET,
            "BANK_DATA": str(tmp_path),
        }
        command = [sys.executable, "-m", *http_process("loan", port)]
        child = Child("loan", command, environment, tmp_path / "log", folder=ROOT)
        await child.start()
        try:
            status = await asyncio.wait_for(child.wait(), END_SECONDS)
        finally:
            await child.stop(1)

    assert status == 70
    assert "process_ends" in child.log.read_text()
