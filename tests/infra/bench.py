"""The toy service at work on a real database and a real broker, and eyes on both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import asyncpg

from contracts.envelope import Command, Message, Query, Role, Subject
from infra.bus.ask import AskClient
from infra.deployment.provisioning import provision
from infra.handling.service import Service
from infra.runtime.tracing import Trace
from tests.fixtures.servers import PASSWORD, Database, Databases, Vhost, Vhosts
from tests.fixtures.waiting import until
from tests.infra import toy

TELLER = Subject(id="teller-1", role=Role.TELLER)
WAIT_SECONDS = 30.0


@dataclass
class Toy:
    """The toy service at work, and eyes on its database and queues."""

    database: Database
    vhost: Vhost
    client: AskClient
    admin: "asyncpg.Connection[asyncpg.Record]"

    async def ask(
        self,
        message: Command | Query,
        *,
        id: UUID | None = None,
        subject: Subject = TELLER,
        trace: Trace | None = None,
        owner: str | None = None,
    ) -> Message:
        reply = await self.client.ask(
            message,
            subject=subject,
            message_id=id,
            wait_seconds=WAIT_SECONDS,
            trace=trace,
            owner=owner,
        )
        return reply.message

    async def value(self, name: str) -> int:
        found = await self.admin.fetchval("select value from toy.counters where name = $1", name)
        return int(found or 0)

    async def publish(
        self,
        body: bytes,
        *,
        user: str = "gateway",
        exchange: str = "bank.commands",
        key: str = "toy.add.v1",
        **properties: Any,
    ) -> None:
        """Straight to the broker, as somebody else's program would."""
        connection = await aio_pika.connect(self.vhost.url(user))
        async with connection:
            channel = await connection.channel()
            target = await channel.get_exchange(exchange, ensure=False)
            values = {"type": key, "message_id": str(uuid4()), "user_id": user}
            message = aio_pika.Message(body, **{**values, **properties})
            await target.publish(message, key)

    async def dead_reasons(self, count: int) -> list[str]:
        """The reasons in the dead queue, once there are `count` of them."""
        connection = await aio_pika.connect(self.vhost.admin_url)
        reasons: list[str] = []
        async with connection:
            channel = await connection.channel()
            queue = await channel.get_queue("toy.commands.dead", ensure=False)
            while len(reasons) < count:
                found = await until(lambda: queue.get(fail=False, no_ack=True), what="a reason")
                reasons.append(str(found.headers["reason"]))
        return reasons


@asynccontextmanager
async def toy_at_rest(
    databases: Databases,
    vhosts: Vhosts,
    service: Service[Any] = toy.service,
    ddl: str = toy.DDL,
) -> AsyncIterator[tuple[Database, Vhost, "asyncpg.Connection[asyncpg.Record]"]]:
    """Tables, rights and queues of the toy service, and a superuser; nothing runs yet."""
    async with databases.fresh(()) as database, vhosts.fresh([service]) as vhost:
        name = database.admin_url.rpartition("/")[2]
        await provision(databases.server_url, {"toy": PASSWORD}, name)
        admin = await asyncpg.connect(database.admin_url)
        async with admin.transaction():
            await admin.execute(ddl)
        yield database, vhost, admin
        await admin.close()
