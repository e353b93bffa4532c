"""A bank with a door for partners."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, TypeVar

import asyncpg

from contracts.account.accounts import AccountOpened, Balance, GetBalance, OpenAccount
from contracts.account.products import BranchCreated, CreateBranch, CreateProduct, ProductCreated
from contracts.auth.partners import CreatePartner, PartnerCreated
from contracts.customer import CreateCustomer, CustomerCreated
from contracts.envelope import Command, Message, Query, Role
from contracts.ingress import ListQuarantine, Offer, Quarantine, QuarantinedMessage
from contracts.lanes import PartnerLane
from infra.bus import management
from infra.bus.ask import AskClient
from infra.deployment.definitions import load_services
from infra.deployment.provisioning import as_user
from services.auth.lanes.keeping import Keeper
from tests.builders import a_phone, an, inr, staff
from tests.fixtures.partners import Key, Partner
from tests.fixtures.processes import all_running, asking
from tests.fixtures.servers import PASSWORD, Database, Vhost

M = TypeVar("M", bound=Message)
Json = dict[str, Any]

SERVICES = ["auth", "customer", "account", "ingress"]


@dataclass
class World:
    """The bank's own side."""

    client: AskClient
    database: Database
    vhost: Vhost
    partners: list[str] = field(default_factory=list)
    alice: str = ""
    bob: str = ""

    async def ask(self, message: Command | Query, kind: type[M], role: Role = Role.ADMIN) -> M:
        reply = await self.client.ask(message, subject=staff(role), wait_seconds=10)
        assert isinstance(reply.message, kind), reply.message
        return reply.message

    async def open_account(self, name: str, deposit: str) -> str:
        person = an(
            CreateCustomer, first_name=name, email=f"{token_hex(4)}@example.com", phone=a_phone()
        )
        customer = await self.ask(person, CustomerCreated)
        opening = OpenAccount(
            customer_id=customer.customer.id,
            account_type="SAVINGS",
            branch_code="BR001",
            initial_deposit_minor=inr(deposit).minor,
        )
        return (await self.ask(opening, AccountOpened)).account.account_number

    async def partner(self, **terms: Any) -> Partner:
        """A new partner who may debit Alice's account, with an open lane."""
        name, key = f"acme-{token_hex(4)}", Key()
        usual: Json = {
            "name": name, "allowed_types": list(Offer), "accounts": [self.alice],
            "command_limit": inr("500"), "daily_limit": inr("1000"), "per_minute": 600,
            "keys": [key.public],
        }  # fmt: skip
        command = CreatePartner(**{**usual, **terms})
        created = await self.ask(command, PartnerCreated)
        self.partners.append(name)
        partner = Partner(name, created.password, key, self.vhost)
        await partner.until_open()
        return partner

    async def balance(self, account: str) -> int:
        found = await self.ask(GetBalance(account_number=account), Balance, Role.TELLER)
        return found.balance_minor

    async def quarantined(self, partner: Partner) -> list[QuarantinedMessage]:
        query = ListQuarantine(name=partner.name, limit=200)
        return list((await self.ask(query, Quarantine)).items)

    async def count_quarantined(self, partner: Partner) -> int:
        db = await asyncpg.connect(self.database.admin_url)
        sql = "select count(*) from ingress.quarantine where partner = $1"
        found = await db.fetchval(sql, partner.name)
        await db.close()
        return int(found)

    async def heard_version(self, partner: Partner) -> int:
        """Of the partner, as the ingress goes by it."""
        db = await asyncpg.connect(self.database.admin_url)
        sql = "select version from ingress.partners where name = $1"
        found = await db.fetchval(sql, partner.name)
        await db.close()
        return int(found)

    async def audited(self, partner: Partner) -> list[tuple[str, str, str | None]]:
        """Command, outcome and code of the rows under this partner's name, of all services."""
        rows: list[tuple[str, str, str | None]] = []
        db = await asyncpg.connect(self.database.admin_url)
        for schema in ("ingress", "account"):
            await db.execute("select set_config('search_path', $1, false)", schema)
            found = await db.fetch(
                "select command, outcome, code from audit where actor = $1 order by id",
                partner.lane.user,
            )
            rows += [tuple(row) for row in found]
        await db.close()
        return rows

    async def reason(self, partner: Partner) -> str:
        """Of the last row of the ingress's trail about it."""
        db = await asyncpg.connect(self.database.admin_url)
        sql = "select reason from ingress.audit where actor = $1 order by id desc limit 1"
        found = await db.fetchval(sql, partner.lane.user)
        await db.close()
        return str(found)

    async def close(self) -> None:
        """The broker is shared, and users and vhosts of lanes are not of the test's own vhost."""
        users = await asyncio.to_thread(management.user_hashes, self.vhost.management_url)
        vhosts = await asyncio.to_thread(management.vhosts, self.vhost.management_url)
        for lane in map(PartnerLane, self.partners):
            if lane.user in users:
                await asyncio.to_thread(management.drop_user, self.vhost.management_url, lane.user)
            if (vhost := lane.vhost(self.vhost.name)) in vhosts:
                await asyncio.to_thread(management.drop_vhost, self.vhost.management_url, vhost)


@asynccontextmanager
async def a_world(
    database: Database, vhost: Vhost, services: list[str] | None = None
) -> AsyncIterator[World]:
    """These services in this process, and the keeper of lanes as its own user."""
    async with (
        all_running(load_services(services or SERVICES), database, vhost),
        asking(vhost) as client,
        asking(vhost, "lanes") as lanes,
    ):
        world = World(client, database, vhost)
        url = as_user(vhost.management_url, "lanes", PASSWORD, "")
        keeping = asyncio.create_task(Keeper(lanes, url, vhost.name).run())
        try:
            await world.ask(an(CreateBranch, code="BR001"), BranchCreated)
            savings = CreateProduct(code="SAVINGS", name="Savings", account_type="SAVINGS")
            await world.ask(savings, ProductCreated)
            world.alice = await world.open_account("Alice", "1000")
            world.bob = await world.open_account("Bob", "500")
            yield world
        finally:
            keeping.cancel()
            [end] = await asyncio.gather(keeping, return_exceptions=True)
            await world.close()
            assert isinstance(end, asyncio.CancelledError), f"the keeper of lanes ended: {end!r}"
