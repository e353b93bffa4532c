"""The registry of a service: what may be registered, once, and how the pipeline will run it."""

from collections.abc import Sequence
from typing import Any

import pytest

from contracts.account.accounts import AccountOpened, Balance, GetBalance, OpenAccount
from contracts.account.books import AccountCredited, AccountDebited, Moved
from contracts.account.holds import HoldPlaced, HoldReleased, PlaceHold, ReleaseHold
from contracts.account.movements import MakeDeposit, MakeTransfer
from contracts.auth import GetMe, LoggedIn, LogIn
from contracts.envelope import Message, Refused
from infra.data.store import Store
from infra.handling.context import Ask, Asked, Context
from infra.handling.service import Outcome, Service
from infra.handling.telling import Outgoing, Told
from tests.builders import an

ACCOUNT = "account"


@pytest.fixture
def service() -> Service[Store]:
    return Service(ACCOUNT, Store)


async def place_hold(command: PlaceHold, store: Store, context: Context) -> HoldPlaced:
    return an(HoldPlaced)


async def open_account(
    command: OpenAccount, store: Store, context: Context, ask: Ask
) -> AccountOpened:
    return an(AccountOpened)


async def get_balance(query: GetBalance, store: Store, context: Context) -> Balance:
    return an(Balance)


async def log_in(command: LogIn, store: Store, context: Context) -> LoggedIn:
    return an(LoggedIn)


async def on_account_debited(event: AccountDebited, store: Store, context: Context) -> None: ...


async def on_moved(events: Sequence[Asked[Moved]], store: Store) -> None: ...


async def move_money(commands: Sequence[Asked[Any]], store: Store) -> Sequence[Outcome]:
    return ()


async def on_answers(batch: Sequence[Asked[Message]], store: Store) -> Outgoing | None:
    return None


async def expire_holds(store: Store, context: Context) -> None: ...


def test_a_handler_stays_the_plain_function_it_was(service: Service[Store]) -> None:
    assert service.handles(PlaceHold)(place_hold) is place_hold

    assert service.commands[PlaceHold].function is place_hold


def test_a_command_is_handled_in_the_batch_unless_it_waits_for_something_slow(
    service: Service[Store],
) -> None:
    service.handles(PlaceHold)(place_hold)
    assert not service.commands[PlaceHold].alone

    slow: Service[Store] = Service(ACCOUNT, Store)
    slow.handles(PlaceHold, alone=True)(place_hold)

    assert slow.commands[PlaceHold].alone


def test_a_command_for_which_others_are_asked_runs_alone(service: Service[Store]) -> None:
    service.handles_asking(OpenAccount)(open_account)

    registered = service.commands[OpenAccount]
    assert (registered.alone, registered.asks) == (True, True)


def test_a_command_that_holds_a_secret_always_runs_alone() -> None:
    service: Service[Store] = Service("auth", Store)

    service.handles(LogIn)(log_in)

    assert service.commands[LogIn].alone


def test_a_query_runs_alone(service: Service[Store]) -> None:
    service.answers(GetBalance)(get_balance)

    assert service.queries[GetBalance].alone


def test_kinds_handled_together_share_one_function(service: Service[Store]) -> None:
    service.handles_many(MakeDeposit, MakeTransfer)(move_money)

    assert service.commands[MakeDeposit].function is move_money
    assert service.commands[MakeTransfer].many


def test_events_heard_together_share_one_listener(service: Service[Store]) -> None:
    service.hears_many(AccountDebited, AccountCredited)(on_moved)

    assert service.events[AccountCredited].function is on_moved
    assert service.events[AccountDebited].many


def test_answers_to_a_saga_share_one_listener(service: Service[Store]) -> None:
    service.hears_replies(HoldPlaced, HoldReleased, Refused)(on_answers)

    assert set(service.replies) == {HoldPlaced, HoldReleased, Refused}
    assert service.replies[Refused].function is on_answers


def test_a_timer_keeps_its_interval(service: Service[Store]) -> None:
    service.every(30)(expire_holds)

    assert service.timers == [(30, expire_holds)]


def test_a_message_has_one_handler_only(service: Service[Store]) -> None:
    service.handles(PlaceHold)(place_hold)
    service.hears(AccountDebited)(on_account_debited)

    with pytest.raises(ValueError, match="PlaceHold has two handlers"):
        service.handles(PlaceHold)(place_hold)
    with pytest.raises(ValueError, match="PlaceHold has two handlers"):
        service.handles_many(ReleaseHold, PlaceHold)(move_money)
    with pytest.raises(ValueError, match="AccountDebited has two handlers"):
        service.hears_many(AccountDebited)(on_moved)


def test_a_service_handles_its_own_commands_and_answers_its_own_queries_only(
    service: Service[Store],
) -> None:
    with pytest.raises(AssertionError):
        service.handles(LogIn)
    with pytest.raises(AssertionError):
        service.answers(GetMe)
    with pytest.raises(AssertionError):
        service.handles_many(LogIn)(move_money)


def test_a_query_is_not_handled_and_a_command_is_not_answered(service: Service[Store]) -> None:
    with pytest.raises(AssertionError):
        service.handles(GetBalance)
    with pytest.raises(AssertionError):
        service.answers(PlaceHold)
    with pytest.raises(AssertionError):
        service.hears(PlaceHold)


def test_what_is_told_keeps_its_order_beside_the_reply() -> None:
    reply, debited, credited = an(HoldPlaced), an(AccountDebited), an(AccountCredited)

    told = Told(reply, debited, credited)

    assert told.reply is reply
    assert told.messages == (debited, credited)
