"""Every command that there is leaves a row when somebody asks for it, whatever becomes of it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import asyncpg
import pytest

from contracts import catalogue
from contracts.envelope import GATEWAY, OPERATOR, Command, Message, Refused, Role, Subject
from contracts.topology import SERVICES, routing_key
from infra.bus.ask import AskClient
from infra.deployment.definitions import load_services
from infra.runtime.clock import new_id
from tests.builders import an
from tests.fixtures.processes import all_running, asking
from tests.fixtures.servers import Databases, Vhosts

pytestmark = pytest.mark.integration

COMMANDS = [kind for kind in catalogue.commands() if kind.owner in SERVICES]


@dataclass
class Bank:
    """All services at work, who may ask them, and a look into their trails."""

    clients: dict[str, AskClient]
    admin: "asyncpg.Connection[asyncpg.Record]"

    async def ask(self, kind: type[Command], subject: Subject) -> Message:
        sender = GATEWAY if GATEWAY in kind.senders else min(kind.senders)
        asked = self.clients[sender].ask(
            an(kind), subject=subject, message_id=new_id(), wait_seconds=20
        )
        return (await asked).message

    async def rows(self, kind: type[Command]) -> list[asyncpg.Record]:
        # The names of schemas cannot be parameters.
        return await self.admin.fetch(
            f"select * from {kind.owner}.audit where command = $1",  # noqa: S608
            routing_key(kind),
        )


@pytest.fixture(scope="module")
async def bank(databases: Databases, vhosts: Vhosts) -> AsyncIterator[Bank]:
    senders = {GATEWAY, OPERATOR, *(each for kind in COMMANDS for each in kind.senders)}
    async with (
        databases.fresh() as database,
        vhosts.fresh() as vhost,
        all_running(load_services(), database, vhost),
        AsyncExitStack() as stack,
    ):
        clients = {
            each: await stack.enter_async_context(asking(vhost, each)) for each in sorted(senders)
        }
        admin = await asyncpg.connect(database.admin_url)
        yield Bank(clients, admin)
        await admin.close()


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
async def test_every_command_of_a_person_leaves_one_row(bank: Bank, kind: type[Command]) -> None:
    role = min(kind.roles or {Role.ADMIN})
    person = Subject(id="01941f29-7c00-7000-8000-0000000000ff", role=role, customer_id=7)

    reply = await bank.ask(kind, person)

    [row] = await bank.rows(kind)
    assert (row["actor"], row["role"], row["customer_id"]) == (person.id, role, 7)
    assert row["code"] == (reply.code if isinstance(reply, Refused) else None)
    assert row["object"] is not None
    assert (row["digest"] is None) == (not kind.remembered)
    assert row["reason"] == getattr(an(kind), "reason", None)
