"""A PostgreSQL server of a benchmark's own, with the tables of some services."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from infra.deployment.local.postgres import Postgres
from tests.fixtures.ports import free_port
from tests.fixtures.servers import PASSWORD, Database, Databases, open_folder


@asynccontextmanager
async def own_server() -> AsyncIterator[Databases]:
    """Nothing of it is left afterwards."""
    folder = open_folder(Path(tempfile.mkdtemp(prefix="bench-")).name)
    folder.chmod(0o711)
    server = Postgres(folder / "server", free_port(), PASSWORD)
    try:
        await server.start()
        yield Databases(server.url(), "bench")
    finally:
        await server.stop()
        shutil.rmtree(folder)


@asynccontextmanager
async def own_database(services: Sequence[str]) -> AsyncIterator[Database]:
    async with own_server() as databases, databases.fresh(services) as database:
        yield database
