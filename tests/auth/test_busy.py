"""When hashing is busy: what is too late has no effect, and nothing else waits behind log-ins."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from time import monotonic

import asyncpg
import pytest
from pydantic import SecretStr

from contracts.auth import CreateUser, GetMe, LoggedIn, Me, User
from contracts.envelope import Command, Kind, Message, Refused, Role, Subject
from infra.bus.ask import NoAnswer
from services.auth import passwords
from tests.auth.world import (
    NOBODY,
    PASSWORD,
    World,
    change_password,
    expect,
    log_in,
    refresh,
)
from tests.builders import staff

pytestmark = pytest.mark.integration

PATIENCE_SECONDS = 0.5
FLOOD = 1_500


@pytest.fixture
async def gate(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[asyncio.Event]:
    """No password is judged before the gate is open."""
    gate, verify = asyncio.Event(), passwords.verify

    async def held(password: SecretStr, password_hash: str | None) -> passwords.Verdict:
        await gate.wait()
        return await verify(password, password_hash)

    monkeypatch.setattr(passwords, "verify", held)
    yield gate
    gate.set()


async def test_what_waited_for_its_hash_past_its_deadline_changes_nothing(
    world: World, gate: asyncio.Event
) -> None:
    create = CreateUser(username="too.late", password=SecretStr(PASSWORD), role=Role.TELLER)

    async with _nothing_changes(world, gate) as (user, subject):
        busy = [
            asyncio.create_task(
                world.gateway.ask(log_in("nobody.here"), subject=NOBODY, wait_seconds=9)
            )
            for _ in range(passwords.HASHES_MAX)
        ]
        await asyncio.gather(
            _goes_unheard(world, create, staff(Role.ADMIN)),
            _goes_unheard(world, change_password(PASSWORD, "another sailing 48"), subject),
            _goes_unheard(world, log_in(user.username), NOBODY),
        )
        gate.set()
        await asyncio.gather(*busy)


async def test_what_was_hashed_past_its_deadline_changes_nothing(
    world: World, gate: asyncio.Event
) -> None:
    async with _nothing_changes(world, gate) as (user, subject):
        await asyncio.gather(
            _goes_unheard(world, change_password(PASSWORD, "another sailing 48"), subject),
            _goes_unheard(world, log_in(user.username), NOBODY),
        )


async def test_a_refresh_that_waited_for_its_session_past_its_deadline_spends_nothing(
    world: World,
) -> None:
    pair = await world.log_in((await world.add_user()).username)

    async with _locked_sessions(world):
        await _goes_unheard(world, refresh(pair), NOBODY)

    assert isinstance(await world.ask(refresh(pair)), LoggedIn)


async def test_a_flood_of_log_ins_stops_neither_refreshing_nor_questions_nor_later_log_ins(
    world: World,
) -> None:
    user = await world.add_user()
    pair = await world.log_in(user.username)
    subject = await world.subject_of(pair)
    flood = [
        asyncio.create_task(world.ask(log_in(f"flood.{number}"), NOBODY)) for number in range(FLOOD)
    ]
    await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)

    for _ in range(20):
        pair = expect(LoggedIn, await _soon(world.ask(refresh(pair))))
        expect(Me, await _soon(world.ask(GetMe(), subject)))

    replies = await asyncio.gather(*flood)
    codes = Counter((reply.code, reply.kind) for reply in replies if isinstance(reply, Refused))
    assert codes["too-many-at-once", Kind.TOO_MANY] > FLOOD / 2
    assert codes.total() == FLOOD
    expect(LoggedIn, await world.ask(log_in(user.username)))


@asynccontextmanager
async def _nothing_changes(
    world: World, gate: asyncio.Event
) -> AsyncIterator[tuple[User, Subject]]:
    """A signed-in user while no password is judged; afterwards all that is stored is as before,
    but for the rows that the audit trail has of nobody's log-ins."""
    gate.set()
    user = await world.add_user()
    subject = await world.signed_in(user)
    before = await world.dump("auth", but="audit")
    gate.clear()
    yield user, subject
    gate.set()
    await world.refused(log_in("another.nobody"))  # comes after the others in the same line
    await world.execute("delete from auth.login_failures")
    assert await world.dump("auth", but="audit") == before


async def _soon(call: Awaitable[Message]) -> Message:
    begun = monotonic()
    answer = await call
    assert monotonic() - begun < 3
    return answer


async def _goes_unheard(world: World, command: Command, subject: Subject) -> None:
    with pytest.raises(NoAnswer):
        await world.gateway.ask(command, subject=subject, wait_seconds=PATIENCE_SECONDS)


@asynccontextmanager
async def _locked_sessions(world: World) -> AsyncIterator[None]:
    connection = await asyncpg.connect(world.database.admin_url)
    async with connection.transaction():
        await connection.execute("select from auth.sessions for update")
        yield
    await connection.close()
