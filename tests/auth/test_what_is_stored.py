"""What a thief of the database would hold, and what time takes away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from contracts.auth import GetKeys, Keys, User
from contracts.envelope import Subject
from infra.handling.context import Context
from infra.runtime.clock import utc_now
from services.auth.domain.patience import pair_counter
from services.auth.handlers.keys import active_key, keep_signing_key
from services.auth.handlers.sessions import drop_what_is_over
from services.auth.store import AuthStore
from services.auth.tokens import SigningKey
from tests.auth.world import NOW, PASSWORD, World, expect, log_in, refresh
from tests.builders import context

pytestmark = pytest.mark.integration


async def test_no_table_holds_a_password_a_token_or_a_private_key(world: World) -> None:
    user = await world.add_user()
    pair = await world.log_in(user.username)
    await world.ask(refresh(pair))
    await world.refused(log_in("typed a password here", "and another here"))

    dump = await world.dump("auth")

    assert user.username in dump
    for secret in (PASSWORD, pair.access_token, pair.refresh_token, "typed a password here"):
        assert secret not in dump
        assert secret.encode().hex() not in dump.lower()
    # How every private key on this curve begins in DER.
    assert "30770201010420" not in dump


async def test_housekeeping_forgets_what_is_over_and_nothing_else(world: World) -> None:
    over, open_ = await world.add_user(), await world.add_user()
    for user in (over, open_):
        await world.ask(refresh(await world.log_in(user.username)))
        await world.refused(log_in(user.username, "not this one"))
    await world.execute(
        "update auth.sessions set opened_at = opened_at - interval '3 days',"
        " expires_at = expires_at - interval '3 days' where user_id = $1",
        over.id,
    )
    await world.execute(
        "update auth.login_failures set last_failed_at = now() - interval '25 hours'"
        " where counter_digest = $1",
        pair_counter(over.username, world.source).digest,
    )

    async with as_auth(world) as store:
        await drop_what_is_over(store, _now())

    counts = {user.id: await _rows_of(world, user) for user in (over, open_)}
    assert counts == {over.id: (0, 0), open_.id: (2, 1)}


async def test_auth_itself_can_neither_rewrite_its_keys_nor_empty_a_table(world: World) -> None:
    for statement in ("delete from users", "update signing_keys set kid = 'x'", "truncate users"):
        async with as_auth(world) as store:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await store.db.execute(statement)


async def test_the_key_is_there_before_anybody_signs_in(world: World) -> None:
    await world.execute("delete from auth.signing_keys")

    async with as_auth(world) as store:
        await keep_signing_key(store, _now())

    [key] = expect(Keys, await world.ask(GetKeys())).keys
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ES256", "sig")


async def test_processes_that_start_together_share_one_key(world: World) -> None:
    await world.execute("delete from auth.signing_keys")

    async def first_key() -> SigningKey:
        async with as_auth(world) as store:
            return await active_key(store, NOW)

    keys = await asyncio.gather(*(first_key() for _ in range(5)))

    assert len({key.kid for key in keys}) == 1


@asynccontextmanager
async def as_auth(world: World) -> AsyncIterator[AuthStore]:
    """Auth's own statements under auth's own role, in a transaction."""
    connection = await asyncpg.connect(world.database.url("auth"))
    try:
        async with connection.transaction():
            yield AuthStore(connection)
    finally:
        await connection.close()


def _now() -> Context:
    """What a timer is given."""
    return context(Subject(id="auth"), utc_now(), sender="auth")


async def _rows_of(world: World, user: User) -> tuple[object, object]:
    """How many refresh tokens and failures are left of a user."""
    tokens = await world.value(
        "select count(*) from auth.refresh_tokens join auth.sessions using (session_id)"
        " where user_id = $1",
        user.id,
    )
    failures = await world.value(
        "select count(*) from auth.login_failures where counter_digest = $1",
        pair_counter(user.username, world.source).digest,
    )
    return tokens, failures
