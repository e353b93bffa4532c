"""Whom failed log-ins slow: the guesser where he guesses, not the owner elsewhere."""

import pytest

from contracts.auth import LoggedIn, PasswordChanged
from contracts.envelope import Role
from services.auth.domain.patience import WITH_A_NAME, WITH_A_PAIR, WITH_A_SOURCE
from tests.auth.world import PASSWORD, World, change_password, log_in

pytestmark = pytest.mark.integration

WRONG = "not this one"
NEW = "another long one 48"


async def _fail(world: World, username: str, times: int = WITH_A_PAIR.free_failures) -> list[str]:
    return [(await world.refused(log_in(username, WRONG))).code for _ in range(times)]


async def test_a_stranger_elsewhere_cannot_lock_the_only_admin_out(world: World) -> None:
    admin = await world.add_user(role=Role.ADMIN)
    at_home = world.source
    await world.log_in(admin.username)
    for _ in range(WITH_A_NAME.free_failures // WITH_A_PAIR.free_failures + 1):
        world.moves()
        codes = await _fail(world, admin.username)

    assert "too-many-attempts" in codes  # over all sources the name has its bound
    assert (await world.refused(log_in(admin.username))).code == "too-many-attempts"
    world.source = at_home
    await world.log_in(admin.username)


async def test_the_owner_may_come_from_a_new_place_while_one_stranger_guesses(
    world: World,
) -> None:
    user = await world.add_user()
    await _fail(world, user.username, WITH_A_PAIR.free_failures + 1)

    world.moves()

    await world.log_in(user.username)


async def test_a_live_session_changes_its_password_while_a_stranger_guesses(world: World) -> None:
    user = await world.add_user()
    session = await world.signed_in(user)
    await _fail(world, user.username, WITH_A_PAIR.free_failures + 1)

    changed = await world.ask(change_password(PASSWORD, NEW), session)

    assert isinstance(changed, PasswordChanged)


async def test_guesses_in_one_session_slow_neither_log_ins_nor_another_session(
    world: World,
) -> None:
    user = await world.add_user()
    stolen, own = await world.signed_in(user), await world.signed_in(user)
    for _ in range(WITH_A_PAIR.free_failures):
        await world.refused(change_password(WRONG, NEW), stolen)
    slowed = await world.refused(change_password(PASSWORD, NEW), stolen)

    assert slowed.code == "too-many-attempts"
    assert isinstance(await world.ask(log_in(user.username)), LoggedIn)
    assert isinstance(await world.ask(change_password(PASSWORD, NEW), own), PasswordChanged)


@pytest.mark.parametrize("are_known", [True, False])
async def test_one_password_tried_over_many_names_is_slowed(world: World, are_known: bool) -> None:
    names = [f"name.{are_known}.{number}" for number in range(WITH_A_SOURCE.free_failures + 5)]
    if are_known:
        for name in names:
            await world.add_user(name)

    codes = [(await world.refused(log_in(name, WRONG))).code for name in names]

    free = WITH_A_SOURCE.free_failures
    assert codes == ["invalid-credentials"] * free + ["too-many-attempts"] * 5


async def test_a_guesser_beside_them_does_not_slow_those_who_have_signed_in_there(
    world: World,
) -> None:
    colleague = await world.add_user()
    await world.log_in(colleague.username)
    for number in range(WITH_A_SOURCE.free_failures):
        await _fail(world, f"guessed.{number}", 1)

    assert await _fail(world, "guessed.another", 1) == ["too-many-attempts"]
    await world.log_in(colleague.username)


async def test_a_success_of_his_own_gives_a_guesser_no_more_patience(world: World) -> None:
    guesser = await world.add_user()
    for number in range(WITH_A_SOURCE.free_failures):
        await _fail(world, f"victim.{number}", 1)
        await world.ask(log_in(guesser.username))

    assert await _fail(world, "victim.last", 1) == ["too-many-attempts"]


async def test_where_a_name_has_signed_in_it_is_slowed_like_anywhere(world: World) -> None:
    user = await world.add_user()
    await world.log_in(user.username)
    await _fail(world, user.username)

    assert (await world.refused(log_in(user.username))).code == "too-many-attempts"


async def test_calls_without_a_source_count_as_one_source(world: World) -> None:
    user = await world.add_user()
    world.source = ""

    assert "too-many-attempts" in await _fail(world, user.username, WITH_A_PAIR.free_failures + 1)
