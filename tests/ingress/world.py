"""A bank with a door for partners, and partners who send what they like."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_hex
from typing import Any, TypeVar
from uuid import uuid4

import aio_pika
import asyncpg
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import AMQPError
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contracts.account.accounts import AccountOpened, Balance, GetBalance, OpenAccount
from contracts.account.products import BranchCreated, CreateBranch, CreateProduct, ProductCreated
from contracts.auth.partners import CreatePartner, PartnerCreated, PartnerKey
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
from tests.fixtures.connecting import connected, is_refused
from tests.fixtures.processes import all_running, asking
from tests.fixtures.servers import PASSWORD, Database, Vhost
from tests.fixtures.waiting import until

M = TypeVar("M", bound=Message)
Json = dict[str, Any]

SERVICES = ["auth", "customer", "account", "ingress"]
TRANSFER, BALANCE, PAYMENT = Offer.TRANSFER.value, Offer.BALANCE.value, Offer.PAYMENT.value
STATEMENT = Offer.STATEMENT.value


@dataclass
class Key:
    """A partner's private key; a bank sees its public half alone."""

    key_id: str = "k1"
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public(self) -> PartnerKey:
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return PartnerKey(key_id=self.key_id, public_key=base64.b64encode(raw).decode())

    def sign(self, user: str, message_id: str, type_: str, timestamp: int, body: bytes) -> str:
        """Written out as a partner would, and not by the bank's own code."""
        digest = sha256(body).hexdigest()
        text = f"bank-partner-1\n{user}\n{message_id}\n{type_}\n{timestamp}\n{digest}"
        return base64.b64encode(self.private.sign(text.encode())).decode()


@dataclass
class Answer:
    """What a partner finds in its queue."""

    type: str
    body: Json
    correlation_id: str | None
    replayed: bool

    @property
    def code(self) -> str | None:
        return self.body.get("code")


@dataclass
class Partner:
    """One other bank's system, with all that it knows."""

    name: str
    password: str
    key: Key
    vhost: Vhost

    @property
    def lane(self) -> PartnerLane:
        return PartnerLane(self.name)

    def url(self, vhost: str | None = None) -> str:
        place = vhost or self.lane.vhost(self.vhost.name)
        return as_user(self.vhost.amqp_url, self.lane.user, self.password, place)

    @asynccontextmanager
    async def channel(self) -> AsyncIterator[AbstractChannel]:
        async with connected(self.url()) as connection:
            yield await connection.channel()

    def message(self, body: Json | bytes, type_: str = TRANSFER, **changes: Any) -> Json:
        """All of a good message, signed; `changes` are made after it was signed."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        message_id = changes.pop("id", None) or str(uuid4())
        timestamp = changes.pop("at", None) or int(time.time())
        user = self.lane.user
        signature = self.key.sign(user, message_id, type_, timestamp, raw)
        good = {
            "body": raw, "message_id": message_id, "type": type_, "timestamp": timestamp,
            "user_id": user, "content_type": "application/json",
            "headers": {"key-id": self.key.key_id, "signature": signature},
        }  # fmt: skip
        return good | changes

    async def send(self, *messages: Mapping[str, Any], exchange: str | None = None) -> None:
        """Publish them, each confirmed by the broker."""
        async with self.channel() as channel:
            target = await channel.get_exchange(exchange or self.lane.user, ensure=False)
            await asyncio.gather(
                *(target.publish(aio_pika.Message(**each), "", mandatory=True) for each in messages)
            )

    async def read(self, number: int = 1, seconds: float = 30.0) -> list[Answer]:
        """So many answers, as they come, and no more are there."""
        answers: list[Answer] = []

        async def all_there() -> bool:
            answers.extend(await self.drain())
            return len(answers) >= number

        await until(all_there, seconds, f"{number} answers")
        assert len(answers) == number, answers
        return answers

    async def drain(self) -> list[Answer]:
        """All answers that are there now."""
        answers: list[Answer] = []
        async with self.channel() as channel:
            queue = await channel.get_queue(self.lane.answers, ensure=False)
            while (found := await queue.get(no_ack=True, fail=False)) is not None:
                answers.append(_answer(found))
        return answers

    async def ask(self, message: Mapping[str, Any]) -> Answer:
        await self.send(message)
        [answer] = await self.read()
        assert answer.correlation_id == message["message_id"]
        return answer


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

        async def is_open() -> bool:
            if await is_refused(partner.url()):
                return False
            try:  # a queue that was made just now has no leader yet
                async with partner.channel() as channel:
                    queue = await channel.get_queue(partner.lane.answers, ensure=False)
                    await queue.get(fail=False)
            except AMQPError:
                return False
            return True

        await until(is_open, what="the lane is there")
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
            await asyncio.gather(keeping, return_exceptions=True)
            await world.close()


def _answer(message: aio_pika.abc.AbstractIncomingMessage) -> Answer:
    assert message.user_id == "ingress"
    return Answer(
        message.type or "",
        json.loads(message.body),
        message.correlation_id,
        bool(message.headers.get("replayed")),
    )
