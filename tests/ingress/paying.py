"""Payments of partners: a world with the payment service, and the other banks behind IMPS."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from contracts.topology import IMPS
from infra.deployment.definitions import load_services
from infra.deployment.local.child import Child
from infra.deployment.migrations import ROOT
from tests.fixtures.servers import Databases, Vhost, Vhosts
from tests.ingress.world import SERVICES, World, a_world

PAYING = [*SERVICES, "payment"]
ACCEPTS, REFUSES = "50100234567890", "50100234560001"
LATE = "50100234560002"  # accepts, and says so after eight seconds


def payment(from_account: str, amount: str = "10.00", payee: str = ACCEPTS) -> dict[str, Any]:
    return {
        "from_account": from_account, "amount": amount, "rail": "IMPS", "description": "invoice 12",
        "beneficiary": {"name": "Asha Rao", "account_number": payee, "ifsc": "OTHR0000001"},
    }  # fmt: skip


async def value(world: World, sql: str, *arguments: object) -> object:
    """What is in the database of the world's services."""
    db = await asyncpg.connect(world.database.admin_url)
    found: object = await db.fetchval(sql, *arguments)
    await db.close()
    return found


@asynccontextmanager
async def a_paying_world(databases: Databases, vhosts: Vhosts, data: Path) -> AsyncIterator[World]:
    """With whom payments need; the other banks keep what they know in `data`."""
    async with (
        databases.fresh(PAYING) as database,
        vhosts.fresh(load_services(PAYING)) as vhost,
        other_banks(vhost, data),
        a_world(database, vhost, PAYING) as world,
    ):
        yield world


@asynccontextmanager
async def other_banks(vhost: Vhost, data: Path) -> AsyncIterator[None]:
    """As a process of their own."""
    own = {
        "BANK_AMQP_URL": vhost.beside(IMPS).url(IMPS.user), "BANK_DATA": str(data),
        "BANK_LOG_LEVEL": "ERROR",
    }  # fmt: skip
    command = [sys.executable, "-m", "demo.rails", IMPS.user]
    child = Child(IMPS.user, command, {**os.environ, **own}, data / "log", folder=ROOT)
    await child.start()
    try:
        yield
    finally:
        await child.stop(10)
