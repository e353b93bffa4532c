"""TPC-B by `pgbench` on the bank's own PostgreSQL server, in a database beside the bank's."""

import asyncio
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from infra.deployment.local.child import run_once
from infra.deployment.provisioning import on_database

DATABASE = "pgbench"
SCALE = 16  # 1.6 million accounts: as much as the server's buffers hold
CLIENTS = (1, 8, 32)
THREADS = 2
_RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


async def create_database(server_url: str, name: str) -> str:
    """An empty database on the bank's own server, beside the bank's; its URL."""
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f"create database {name}")
    finally:
        await connection.close()
    return on_database(server_url, name)


class PgbenchFailed(Exception):
    """pgbench did not end well; with its words."""


@dataclass(frozen=True)
class Pgbench:
    server_url: str  # as an administrator
    program: Path

    async def create(self) -> None:
        """Its database and tables."""
        await create_database(self.server_url, DATABASE)
        await self._run("--initialize", f"--scale={SCALE}", "--quiet")

    async def best(self, seconds: float) -> tuple[float, dict[int, float]]:
        """Transactions per second at the best number of clients, and at each."""
        rates = {clients: await self._rate(clients, seconds) for clients in CLIENTS}
        return max(rates.values()), rates

    async def _rate(self, clients: int, seconds: float) -> float:
        said = await self._run(
            f"--client={clients}", f"--jobs={min(clients, THREADS)}", f"--time={seconds:.0f}",
            "--no-vacuum", "--protocol=prepared", "--builtin=tpcb-like",
        )  # fmt: skip
        found = _RATE.search(said)
        if found is None:
            raise PgbenchFailed(said)
        return float(found[1])

    async def _run(self, *arguments: str) -> str:
        parts = urlsplit(on_database(self.server_url, DATABASE))
        environment = {
            **os.environ, "PGHOST": parts.hostname or "", "PGPORT": str(parts.port),
            "PGUSER": parts.username or "", "PGPASSWORD": parts.password or "",
            "PGDATABASE": DATABASE,
        }  # fmt: skip
        status, said, errors = await asyncio.wait_for(
            run_once([str(self.program), *arguments], environment=environment), 300
        )
        if status:
            raise PgbenchFailed(errors)
        return said
