"""What tests of auth say in one word: a user is made, signs in, asks."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from ipaddress import IPv4Address
from itertools import count
from typing import TypeVar
from uuid import UUID

import asyncpg
import jwt
from pydantic import SecretStr

from contracts.auth import (
    AUDIENCE,
    ISSUER,
    ChangePassword,
    CreateUser,
    GetKeys,
    Keys,
    LoggedIn,
    LogIn,
    RefreshSession,
    SessionRevoked,
    User,
    UserCreated,
)
from contracts.envelope import Command, Event, Message, Query, Refused, Role, Subject
from infra.bus.ask import AskClient
from tests.fixtures.servers import Database

M = TypeVar("M", bound=Message)

PASSWORD = "plain sailing 47"
SPELLINGS_OF_COMMON_ONES = [
    "pass word",
    "p-a-s-s-w-o-r-d",
    "p@ss w0rd 2026!",
    "1 2 3 4 5 6 7 8",
    "pass\u200bword",  # a blank of no width
    "pass\u00adword1",  # a hyphen that is not shown
    "ｐａｓｓｗｏｒｄ１２３",  # noqa: RUF001 - full width
    "pаssword",  # noqa: RUF001 - Cyrillic
    "ΡАSSWΟRD1",  # noqa: RUF001 - Greek and Cyrillic capitals
    "pässwörd123",
    "𝐩𝐚𝐬𝐬𝐰𝐨𝐫𝐝",  # noqa: RUF001 - of mathematics
]
NOBODY = Subject(id="nobody")
NOW = datetime.fromisoformat("2026-01-05T10:00:00Z")

_numbers = count(1)


def user(**changes: object) -> User:
    """An active teller, but for `changes`."""
    fields: dict[str, object] = {
        "id": 7,
        "uuid": UUID(int=7),
        "username": "asha.rao",
        "role": Role.TELLER,
        "customer_id": None,
        "branch_code": "BR001",
        "is_active": True,
        "created_at": NOW,
    }
    return User.model_validate(fields | changes)


@dataclass
class World:
    """Auth seen through the gateway, and by the operator who seeds users."""

    gateway: AskClient
    operator: AskClient
    database: Database
    source: str = ""  # the address that the gateway names
    ended: set[str] = field(default_factory=set)  # sessions whose end was told
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, message: Command | Query, subject: Subject = NOBODY) -> Message:
        reply = await self.gateway.ask(
            message, subject=subject, wait_seconds=10, source=self.source or None
        )
        return reply.message

    def moves(self) -> str:
        """Go on from an address that nobody has used before."""
        self.source = str(IPv4Address("10.0.0.0") + next(_numbers))
        return self.source

    async def refused(self, message: Command | Query, subject: Subject = NOBODY) -> Refused:
        reply = await self.ask(message, subject)
        assert isinstance(reply, Refused), reply
        return reply

    async def add_user(
        self, username: str = "", role: Role = Role.TELLER, customer_id: int | None = None
    ) -> UserCreated:
        """By the operator."""
        command = CreateUser(
            username=username or f"user.{next(_numbers)}",
            password=SecretStr(PASSWORD),
            role=role,
            customer_id=customer_id,
        )
        reply = await self.operator.ask(command, subject=Subject(id="operator"), wait_seconds=10)
        return expect(UserCreated, reply.message)

    async def log_in(self, username: str, password: str = PASSWORD) -> LoggedIn:
        return expect(LoggedIn, await self.ask(log_in(username, password)))

    async def signed_in(self, user: User) -> Subject:
        """The user with an open session, as the gateway would name him."""
        return await self.subject_of(await self.log_in(user.username))

    async def subject_of(self, pair: LoggedIn) -> Subject:
        """Whom the token's claims name, once its signature is found good."""
        keys = expect(Keys, await self.ask(GetKeys())).keys
        key = jwt.PyJWKSet.from_dict({"keys": list(keys)})[
            jwt.get_unverified_header(pair.access_token)["kid"]
        ]
        claims = jwt.decode(
            pair.access_token, key, algorithms=["ES256"], audience=AUDIENCE, issuer=ISSUER
        )
        return Subject(
            id=claims["sub"],
            role=claims["role"],
            customer_id=claims["customer_id"],
            branch_code=claims["branch_code"],
            session_id=claims["sid"],
        )

    async def hears_the_end_of(self, subject: Subject) -> None:
        """Wait until the end of the subject's session was told."""
        async with asyncio.timeout(30):
            while subject.session_id not in self.ended:
                self.news.clear()
                await self.news.wait()

    def hear(self, event: Event) -> None:
        self.ended.add(str(expect(SessionRevoked, event).session_id))
        self.news.set()

    async def execute(self, statement: str, *values: object) -> None:
        """As the owner of the tables: what only time, or an attacker, could do."""
        await self.value(statement, *values)

    async def value(self, statement: str, *values: object) -> object:
        connection = await asyncpg.connect(self.database.admin_url)
        try:
            return await connection.fetchval(statement, *values)
        finally:
            await connection.close()

    async def dump(self, schema: str, *, but: str = "") -> str:
        """Every value of every table of a schema, as a thief would read it; bytes in hex. Without
        the tables whose names begin with `but`."""
        text = BytesIO()
        connection = await asyncpg.connect(self.database.admin_url)
        try:
            for row in await connection.fetch(
                "select tablename from pg_tables where schemaname = $1"
                " and ($2 = '' or not starts_with(tablename, $2))",
                schema,
                but,
            ):
                await connection.copy_from_table(row[0], schema_name=schema, output=text)
        finally:
            await connection.close()
        return text.getvalue().decode()


def log_in(username: str, password: str = PASSWORD) -> LogIn:
    return LogIn(username=username, password=SecretStr(password))


def refresh(pair: LoggedIn) -> RefreshSession:
    return RefreshSession(refresh_token=SecretStr(pair.refresh_token))


def change_password(current: str, new: str) -> ChangePassword:
    return ChangePassword(current_password=SecretStr(current), new_password=SecretStr(new))


def expect(kind: type[M], message: Message) -> M:
    assert isinstance(message, kind), message
    return message
