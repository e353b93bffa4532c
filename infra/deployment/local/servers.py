"""The two servers of one bank, ours or given, made ready for the services.

The database has its roles, schemas and newest tables; the broker has its users, rights, exchanges
and queues. `BANK_POSTGRES_URL` and `BANK_AMQP_URL` name servers that are there already; nothing is
started in their place.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from contracts.topology import MONITOR, VHOST
from infra.bus import management
from infra.deployment.definitions import definitions, load_services
from infra.deployment.local import LocalError, Say
from infra.deployment.local.child import STOP_SECONDS, Child
from infra.deployment.local.docker import DockerRabbit, has_docker
from infra.deployment.local.erlang import ADVICE, caution, find_erlang
from infra.deployment.local.home import Home, LocalSettings
from infra.deployment.local.ports import Ports
from infra.deployment.local.postgres import Postgres
from infra.deployment.local.progress import telling
from infra.deployment.local.rabbit import Rabbit
from infra.deployment.local.secrets import Secrets
from infra.deployment.migrations import MigrationFailed, migrate
from infra.deployment.provisioning import (
    DATABASE,
    as_user,
    close_other_databases,
    on_database,
    provision,
)

MANAGEMENT_PORT = 15672


class Broker(Protocol):
    """A RabbitMQ that is ours to start and stop."""

    children: list[Child]

    async def start(self, definitions: Mapping[str, Any]) -> None: ...
    async def stop(self, seconds: float) -> None: ...


@dataclass
class Servers:
    """`start_database` and `start_broker` need nothing of each other; `stop` stops both."""

    home: Home
    settings: LocalSettings
    secrets: Secrets
    ports: Ports
    say: Say
    postgres: Postgres | None = None
    broker: Broker | None = None
    migrated: list[str] = field(default_factory=list)

    def bank_url(self) -> str:
        """The bank's database, as its administrator."""
        return on_database(self._admin_url(), DATABASE)

    def database_url(self, service: str) -> str:
        return as_user(self._admin_url(), service, self.secrets.roles[service], DATABASE)

    def amqp_url(self, user: str, vhost: str = VHOST) -> str:
        given = self.settings.amqp_url or f"amqp://127.0.0.1:{self.ports.rabbit.amqp}"
        return as_user(given, user, self.secrets.users[user], vhost)

    def monitor_url(self) -> str | None:
        """Where the depths of queues are told; None: the broker was started without it."""
        return self.management_url(MONITOR)

    def management_url(self, user: str) -> str | None:
        """The broker's management API as one of its users; None: it was started without it."""
        if self.settings.amqp_url is not None:
            given = self._management_url()
        elif (port := self.ports.rabbit.management) is not None:
            given = f"http://127.0.0.1:{port}"
        else:
            return None
        return as_user(given, user, self.secrets.users[user], "")

    async def start_database(self) -> None:
        """A PostgreSQL that answers, with every service's role, schema and newest tables."""
        if self.settings.postgres_url is None:
            folder = self.home.folder / "postgres"
            self.postgres = Postgres(folder, self.ports.postgres, self.secrets.postgres)
            async with telling(self.say, lambda: "PostgreSQL starts; it may have to recover"):
                await self.postgres.start()
            self.say(f"PostgreSQL listens on 127.0.0.1:{self.ports.postgres}")
        await self.migrate()

    async def migrate(self) -> None:
        """Roles and schemas, then whatever revisions are missing."""
        url = self._admin_url()
        try:
            await provision(url, self.secrets.roles)
            if self.settings.postgres_url is None:
                await close_other_databases(url)
            self.migrated = await migrate(self.bank_url())
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, MigrationFailed) as error:
            raise LocalError(f"the database is not ready: {error}") from error
        self.say(f"migrated {', '.join(self.migrated)}" if self.migrated else "nothing to migrate")

    async def start_broker(self) -> None:
        """A RabbitMQ that answers, with all users, rights and queues."""
        document = await asyncio.to_thread(self.definitions)
        if self.settings.amqp_url is not None:
            await self.upload(document)
            return
        self.broker = await self._find_broker()
        async with telling(self.say, lambda: "RabbitMQ starts"):
            await self.broker.start(document)
        self.say(f"RabbitMQ listens on 127.0.0.1:{self.ports.rabbit.amqp}")

    def definitions(self) -> dict[str, Any]:
        return definitions(load_services(), self.secrets.users)

    async def upload(self, document: Mapping[str, Any]) -> None:
        """Give the document to a broker that is there, over its management API."""
        url = self._management_url()
        try:
            await asyncio.to_thread(management.upload, url, document)
        except management.ManagementFailed as error:
            raise LocalError(f"the broker took no definitions: {error}") from error
        self.say("the broker has all exchanges, queues and users")

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Both at once, the fast way of each that loses nothing."""
        running = [server for server in (self.postgres, self.broker) if server is not None]
        await asyncio.gather(*(server.stop(seconds) for server in running))

    async def _find_broker(self) -> Broker:
        """An installed one, else Debian's packages, else a container."""
        folder, lacking = self.home.folder / "rabbitmq", ""
        try:
            erlang = await find_erlang(self.home.cache, self.say)
        except LocalError as error:
            erlang, lacking = None, f"{error}; "
        if erlang is not None:
            warning = erlang.rabbit and caution(erlang.rabbit)
            if warning:
                self.say(warning)
            return Rabbit(folder, self.ports.rabbit, erlang)
        if await has_docker():
            self.say("RabbitMQ runs in a Docker container; its image may have to be fetched")
            return DockerRabbit(folder, self.ports.rabbit)
        raise LocalError(f"no RabbitMQ: {lacking}{ADVICE}")

    def _admin_url(self) -> str:
        if self.settings.postgres_url is not None:
            return self.settings.postgres_url
        host = f"127.0.0.1:{self.ports.postgres}"
        return as_user(f"postgresql://{host}", "postgres", self.secrets.postgres, "postgres")

    def _management_url(self) -> str:
        """By default where a broker's management plugin is, with the same administrator."""
        if self.settings.amqp_management_url is not None:
            return self.settings.amqp_management_url
        parts = urlsplit(self.settings.amqp_url or "")
        name, _, _ = parts.netloc.rpartition("@")
        host = f"{name}@{parts.hostname}:{MANAGEMENT_PORT}"
        return urlunsplit(("http", host, "", "", ""))
