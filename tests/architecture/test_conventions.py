"""Each convention against a service that breaks it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from contracts.account.accounts import Balance, GetBalance
from contracts.account.books import AccountDebited
from contracts.account.holds import HoldPlaced, PlaceHold
from contracts.account.movements import MakeTransfer
from contracts.envelope import Refused
from infra.data.store import Store
from infra.handling.context import Asked, Context
from infra.handling.service import Outcome, Service
from infra.handling.telling import Told
from tests.architecture import conventions
from tests.architecture.conventions import Registry
from tests.builders import an

Convention = Callable[[Registry], Iterator[str]]


async def place_hold(command: PlaceHold, store: Store, context: Context) -> Told[HoldPlaced]:
    """Set money aside."""
    return Told(an(HoldPlaced))


async def get_balance(query: GetBalance, store: Store, context: Context) -> Balance | Refused:
    return an(Balance)


async def hold(command: PlaceHold, store: Store, context: Context) -> HoldPlaced:
    return an(HoldPlaced)


async def on_account_debited(event: AccountDebited, store: Store, context: Context) -> None: ...


async def react(event: AccountDebited, store: Store, context: Context) -> None: ...


async def on_moved(events: Sequence[AccountDebited], store: Store) -> None: ...


async def move_money(batch: Sequence[Asked[Any]], store: Store) -> Sequence[Outcome]:
    return ()


def _misnamed(service: Registry) -> None:
    service.handles(PlaceHold)(hold)


def _answers_something_else(service: Registry) -> None:
    service.handles(MakeTransfer)(hold)  # type: ignore[arg-type]


def _misnamed_listener(service: Registry) -> None:
    service.hears(AccountDebited)(react)


def _batch_without_contexts(service: Registry) -> None:
    service.hears_many(AccountDebited)(on_moved)  # type: ignore[arg-type]


@pytest.fixture
def service() -> Registry:
    return Service("account", Store)


@pytest.mark.parametrize(
    ("convention", "breach"),
    [
        (conventions.handlers_are_named_after_their_messages, _misnamed),
        (conventions.listeners_say_what_they_listen_to, _misnamed_listener),
        (conventions.batches_are_messages_with_contexts, _batch_without_contexts),
    ],
)
def test_a_breach_is_noticed(
    convention: Convention, breach: Callable[[Registry], None], service: Registry
) -> None:
    breach(service)

    assert len(list(convention(service))) == 1


def test_a_handler_of_another_message_and_reply_is_noticed_twice(service: Registry) -> None:
    _answers_something_else(service)

    assert len(list(conventions.handlers_return_the_declared_reply(service))) == 2


def test_a_batched_kind_without_a_function_of_its_name_is_noticed(service: Registry) -> None:
    service.handles_many(MakeTransfer, PlaceHold)(move_money)

    breaches = conventions.batched_kinds_are_decided_by_name(service, {"make_transfer"})

    assert list(breaches) == ["PlaceHold has no function place_hold"]


@pytest.mark.parametrize("convention", conventions.CONVENTIONS)
def test_a_faithful_service_is_left_alone(convention: Convention, service: Registry) -> None:
    service.handles(PlaceHold)(place_hold)
    service.answers(GetBalance)(get_balance)
    service.hears(AccountDebited)(on_account_debited)
    service.handles_many(MakeTransfer)(move_money)

    assert list(convention(service)) == []
