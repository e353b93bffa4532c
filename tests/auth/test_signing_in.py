"""Log-ins, right and wrong, through the bus."""

import asyncio
from collections import Counter

import bcrypt
import pytest

from contracts.auth import GetMe, LoggedIn, Me
from contracts.envelope import Kind, Refused, Role, Subject
from services.auth.domain.patience import WITH_A_PAIR, pair_counter
from tests.auth.world import PASSWORD, World, expect, log_in

FREE_FAILURES = WITH_A_PAIR.free_failures

pytestmark = pytest.mark.integration


async def test_the_right_password_gives_a_token_that_says_who_it_is(world: World) -> None:
    user = await world.add_user(role=Role.MANAGER)

    pair = await world.log_in(user.username)

    assert pair.expires_in == 600
    subject = await world.subject_of(pair)
    assert (subject.id, subject.role) == (str(user.uuid), Role.MANAGER)


async def test_a_username_is_the_same_in_any_case(world: World) -> None:
    user = await world.add_user("Asha.Rao")

    assert (await world.subject_of(await world.log_in("ASHA.RAO"))).id == str(user.uuid)


async def test_wrong_passwords_and_unknown_users_get_one_and_the_same_answer(world: World) -> None:
    user = await world.add_user()

    wrong = await world.refused(log_in(user.username, "not this one"))
    unknown = await world.refused(log_in("who.is.this", "not this one"))
    odd = await world.refused(log_in("nul\0byte'; drop table users", "not this one"))

    assert (wrong.code, wrong.kind) == ("invalid-credentials", Kind.UNAUTHENTICATED)
    assert wrong == unknown == odd


async def test_a_letter_that_only_the_database_takes_for_an_i_opens_no_second_allowance(
    world: World,
) -> None:
    await world.add_user("Irina")

    odd = await world.refused(log_in("İrina"))

    assert odd.code == "invalid-credentials"


async def test_an_old_bcrypt_hash_is_replaced_at_the_first_log_in(world: World) -> None:
    user = await world.add_user()
    old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    await world.execute("update auth.users set password_hash = $2 where id = $1", user.id, old)

    await world.log_in(user.username)

    stored = await world.value("select password_hash from auth.users where id = $1", user.id)
    assert str(stored).startswith("$argon2id$")
    await world.log_in(user.username)


async def test_after_five_failures_even_the_right_password_has_to_wait(world: World) -> None:
    user = await world.add_user()
    codes = [
        (await world.refused(log_in(user.username, "not this one"))).code
        for _ in range(FREE_FAILURES)
    ]

    refusal = await world.refused(log_in(user.username))

    assert codes == ["invalid-credentials"] * FREE_FAILURES
    assert (refusal.code, refusal.kind) == ("too-many-attempts", Kind.TOO_MANY)
    assert "seconds" in refusal.detail


async def test_after_the_wait_the_right_password_wipes_the_slate_clean(world: World) -> None:
    user = await world.add_user()
    for _ in range(FREE_FAILURES):
        await world.refused(log_in(user.username, "not this one"))

    await _wait_is_over(world, user.username)
    await world.log_in(user.username)

    for _ in range(FREE_FAILURES - 1):
        await world.refused(log_in(user.username, "not this one"))
    await world.log_in(user.username)


async def test_each_failure_after_a_wait_makes_the_next_one_longer(world: World) -> None:
    user = await world.add_user()
    for _ in range(FREE_FAILURES):
        await world.refused(log_in(user.username, "not this one"))
    await _wait_is_over(world, user.username)

    await world.refused(log_in(user.username, "not this one"))

    waited = await world.value(
        "select refused_until - last_failed_at from auth.login_failures where counter_digest = $1",
        pair_counter(user.username, world.source).digest,
    )
    assert str(waited) == "0:00:10"


async def test_an_unknown_user_is_slowed_like_a_known_one(world: World) -> None:
    for _ in range(FREE_FAILURES):
        await world.refused(log_in("no.such.user", "not this one"))

    assert (await world.refused(log_in("no.such.user"))).code == "too-many-attempts"


async def test_guessing_in_parallel_gains_next_to_nothing(world: World) -> None:
    user = await world.add_user()

    replies = await asyncio.gather(
        *(world.ask(log_in(user.username, f"guess number {n}")) for n in range(40))
    )

    codes = Counter(reply.code for reply in replies if isinstance(reply, Refused))
    # Those that were being hashed when the fifth failure was counted are judged still.
    assert FREE_FAILURES <= codes["invalid-credentials"] <= FREE_FAILURES + 4
    assert codes.total() == 40


async def test_many_may_sign_in_as_the_same_user_at_once(world: World) -> None:
    user = await world.add_user()

    pairs = await asyncio.gather(*(world.ask(log_in(user.username)) for _ in range(20)))

    assert len({expect(LoggedIn, pair).refresh_token for pair in pairs}) == 20


async def test_each_sees_who_he_is_and_what_his_role_may_ask(world: World) -> None:
    auditor = await world.add_user(role=Role.AUDITOR)
    teller = await world.add_user(role=Role.TELLER)

    seen = expect(Me, await world.ask(GetMe(), await world.signed_in(auditor)))
    other = expect(Me, await world.ask(GetMe(), await world.signed_in(teller)))

    assert (seen.id, seen.uuid, seen.username) == (auditor.id, auditor.uuid, auditor.username)
    assert "ListUsers" in seen.permissions
    assert "CreateCustomer" not in seen.permissions
    assert "CreateCustomer" in other.permissions
    assert "CreateUser" not in other.permissions


async def test_whoever_is_no_user_of_ours_is_told_nothing_about_himself(world: World) -> None:
    stranger = Subject(id="loan", role=Role.TELLER)

    assert (await world.refused(GetMe(), stranger)).code == "unknown-user"


async def _wait_is_over(world: World, username: str) -> None:
    await world.execute(
        "update auth.login_failures set refused_until = now() where counter_digest = $1",
        pair_counter(username, world.source).digest,
    )
