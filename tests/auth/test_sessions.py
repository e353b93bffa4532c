"""Sessions from one token pair to the next, and their ends."""

import asyncio
from datetime import timedelta

import pytest

from contracts.auth import (
    ListRevokedSessions,
    LoggedIn,
    LoggedOut,
    LogOut,
    PasswordChanged,
    RevokedSessions,
    UpdateUser,
)
from contracts.envelope import Kind, Refused, Role, Subject
from infra.runtime.clock import new_id, utc_now
from tests.auth.world import PASSWORD, World, change_password, expect, log_in, refresh

pytestmark = pytest.mark.integration


async def test_each_refresh_gives_a_new_pair_of_the_same_session(world: World) -> None:
    user = await world.add_user()
    first = await world.log_in(user.username)

    second = expect(LoggedIn, await world.ask(refresh(first)))
    third = expect(LoggedIn, await world.ask(refresh(second)))

    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert await world.subject_of(third) == await world.subject_of(first)


async def test_a_refresh_token_used_again_elsewhere_ends_the_whole_family(world: World) -> None:
    user = await world.add_user()
    first = await world.log_in(user.username)
    second = expect(LoggedIn, await world.ask(refresh(first)))

    world.moves()
    refusal = await world.refused(refresh(first))

    assert (refusal.code, refusal.kind) == ("invalid-token", Kind.UNAUTHENTICATED)
    assert (await world.refused(refresh(second))).code == "invalid-token"
    await world.hears_the_end_of(await world.subject_of(first))


async def test_a_refresh_token_used_again_later_ends_the_whole_family(world: World) -> None:
    user = await world.add_user()
    first = await world.log_in(user.username)
    second = expect(LoggedIn, await world.ask(refresh(first)))
    await world.execute(
        "update auth.refresh_tokens set used_at = used_at - interval '10 seconds'"
        " where session_id = $1 and used_at is not null",
        await _session_of(world, first),
    )

    assert (await world.refused(refresh(first))).code == "invalid-token"
    assert (await world.refused(refresh(second))).code == "invalid-token"


async def test_of_parallel_uses_of_one_token_one_succeeds_and_the_family_lives_on(
    world: World,
) -> None:
    user = await world.add_user()
    first = await world.log_in(user.username)

    replies = await asyncio.gather(*(world.ask(refresh(first)) for _ in range(8)))

    [winner] = [reply for reply in replies if isinstance(reply, LoggedIn)]
    refusals = {(each.code, each.kind) for each in replies if isinstance(each, Refused)}
    assert refusals == {("token-just-used", Kind.CONFLICT)}
    assert isinstance(await world.ask(refresh(winner)), LoggedIn)


async def test_the_end_of_one_family_leaves_the_others_alone(world: World) -> None:
    user = await world.add_user()
    stolen, own = await world.log_in(user.username), await world.log_in(user.username)
    await world.ask(refresh(stolen))
    world.moves()
    await world.refused(refresh(stolen))

    assert isinstance(await world.ask(refresh(own)), LoggedIn)


async def test_the_same_message_delivered_twice_is_one_use(world: World) -> None:
    user = await world.add_user()
    pair, message_id = await world.log_in(user.username), new_id()

    once = await world.gateway.ask(
        refresh(pair), subject=Subject(id="nobody"), message_id=message_id, wait_seconds=10
    )
    again = await world.gateway.ask(
        refresh(pair), subject=Subject(id="nobody"), message_id=message_id, wait_seconds=10
    )

    assert isinstance(once.message, LoggedIn)
    assert isinstance(await world.ask(refresh(expect(LoggedIn, again.message))), LoggedIn)


@pytest.mark.parametrize("token", ["made up", "x" * 128])
async def test_a_made_up_token_is_refused(world: World, token: str) -> None:
    pair = LoggedIn(access_token="", refresh_token=token, expires_in=1)

    assert (await world.refused(refresh(pair))).code == "invalid-token"


async def test_a_token_past_its_hour_is_refused(world: World) -> None:
    user = await world.add_user()
    pair = await world.log_in(user.username)
    await world.execute(
        "update auth.refresh_tokens set issued_at = now() - interval '2 hours',"
        " expires_at = now() where session_id = $1",
        await _session_of(world, pair),
    )

    assert (await world.refused(refresh(pair))).code == "invalid-token"


async def test_after_logging_out_neither_token_is_worth_anything(world: World) -> None:
    user = await world.add_user()
    pair = await world.log_in(user.username)
    subject = await world.subject_of(pair)

    await _log_out(world, subject)

    await world.hears_the_end_of(subject)
    assert subject.session_id in await _revoked(world)
    assert (await world.refused(refresh(pair))).code == "invalid-token"
    assert await _log_out(world, subject) == LoggedOut(session_id=subject.session_id)


async def test_nobody_logs_out_anybody_else(world: World) -> None:
    victim = await world.add_user()
    pair = await world.log_in(victim.username)
    attacker = await world.signed_in(await world.add_user())

    command = LogOut(session_id=(await world.subject_of(pair)).session_id)

    assert (await world.refused(command, attacker)).kind is Kind.NOT_FOUND
    assert isinstance(await world.ask(refresh(pair)), LoggedIn)


async def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(world: World) -> None:
    user = await world.add_user()
    here, elsewhere = await world.log_in(user.username), await world.log_in(user.username)
    subject = await world.subject_of(here)

    changed = await world.ask(change_password(PASSWORD, "another long one 48"), subject)

    assert changed == PasswordChanged(user_id=user.id)
    await world.hears_the_end_of(await world.subject_of(elsewhere))
    assert isinstance(await world.ask(refresh(elsewhere)), Refused)
    assert isinstance(await world.ask(refresh(here)), LoggedIn)
    assert (await world.refused(log_in(user.username))).code == "invalid-credentials"
    await world.log_in(user.username, "another long one 48")


async def test_a_weak_new_password_is_refused_and_the_old_one_stays(world: World) -> None:
    user = await world.add_user()
    subject = await world.signed_in(user)

    refusal = await world.refused(change_password(PASSWORD, "password123"), subject)

    assert (refusal.code, refusal.kind) == ("weak-password", Kind.REFUSED)
    await world.log_in(user.username)


async def test_guesses_at_the_current_password_are_counted_like_failed_log_ins(
    world: World,
) -> None:
    user = await world.add_user()
    subject = await world.signed_in(user)
    guess = change_password("not this one", "another long one 48")

    codes = [(await world.refused(guess, subject)).code for _ in range(6)]

    assert codes == ["wrong-password"] * 5 + ["too-many-attempts"]


async def test_switching_a_user_off_ends_his_sessions_and_his_log_ins(world: World) -> None:
    admin = await world.signed_in(await world.add_user(role=Role.ADMIN))
    user = await world.add_user()
    pair = await world.log_in(user.username)
    session = await world.subject_of(pair)

    await world.ask(UpdateUser(id=user.id, is_active=False), admin)

    await world.hears_the_end_of(session)
    assert (await world.refused(refresh(pair))).code == "invalid-token"
    assert (await world.refused(log_in(user.username))).code == "invalid-credentials"


async def test_another_role_needs_another_log_in(world: World) -> None:
    admin = await world.signed_in(await world.add_user(role=Role.ADMIN))
    user = await world.add_user(role=Role.TELLER)
    pair = await world.log_in(user.username)

    await world.ask(UpdateUser(id=user.id, role=Role.AUDITOR), admin)

    assert (await world.refused(refresh(pair))).code == "invalid-token"
    assert (await world.signed_in(user)).role is Role.AUDITOR


async def test_the_list_of_ended_sessions_forgets_those_whose_tokens_are_over(
    world: World,
) -> None:
    subject = await world.signed_in(await world.add_user())
    await _log_out(world, subject)
    await world.execute(
        "update auth.sessions set revoked_at = $2 where session_id = $1",
        subject.session_id,
        utc_now() - timedelta(minutes=12),
    )

    assert subject.session_id not in await _revoked(world)


async def _log_out(world: World, subject: Subject) -> LoggedOut:
    return expect(LoggedOut, await world.ask(LogOut(session_id=subject.session_id), subject))


async def _revoked(world: World) -> list[str]:
    found = expect(RevokedSessions, await world.ask(ListRevokedSessions()))
    assert found.is_complete
    return [str(session_id) for session_id in found.session_ids]


async def _session_of(world: World, pair: LoggedIn) -> str | None:
    return (await world.subject_of(pair)).session_id
