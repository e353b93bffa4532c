"""An account is opened once for each request, however late the request is repeated."""

from typing import Any

import pytest

from contracts.account.accounts import Account, ChangeAccountStatus, OpenAccount
from contracts.account.movements import MakeDeposit, MakeWithdrawal
from contracts.account.products import ListProducts
from contracts.account.values import AccountStatus, AccountType
from contracts.customer import Customer, CustomerStatus
from contracts.envelope import Message, Query
from infra.handling.context import Context
from infra.handling.telling import Told
from services.account.domain.commands.cash import CASH_MINOR_MAX
from services.account.domain.refusals import AlreadyOpened, CashTooLarge
from services.account.handlers.opening import open_account
from services.account.store import AccountStore
from tests.account.bank import Bank, together
from tests.account.examples import BOUND, TELLER
from tests.builders import an, inr

pytestmark = pytest.mark.integration

HOW_MANY = "select count(*) from accounts where customer_id = $1"


def opening(customer_id: int, deposit_minor: int) -> OpenAccount:
    return an(
        OpenAccount,
        customer_id=customer_id,
        account_type=AccountType.SAVINGS,
        initial_deposit_minor=deposit_minor,
    )


async def opened(bank: Bank, wish: OpenAccount, context: Context) -> Account:
    """What the handler opens that has never heard of the message before."""

    async def customers(query: Query) -> Message:
        return an(Customer, id=wish.customer_id, status=CustomerStatus.ACTIVE)

    async with bank.connection() as db, db.transaction():
        told = await open_account(wish, AccountStore(db), context, customers)
    assert isinstance(told, Told)
    return told.reply.account


@pytest.mark.parametrize("deposit_minor", [0, 500])
async def test_an_opening_older_than_the_inbox_is_recognised(
    bank: Bank, deposit_minor: int
) -> None:
    customer_id = next(bank.people)
    wish, context = opening(customer_id, deposit_minor), bank.context(TELLER, "gateway")
    first = await opened(bank, wish, context)

    with pytest.raises(AlreadyOpened):
        await opened(bank, wish, context)

    assert await bank.value(HOW_MANY, customer_id) == 1
    assert first.balance_minor == deposit_minor


@pytest.mark.parametrize("account_type", BOUND)
async def test_a_bound_deposit_of_before_is_used_and_closed_like_other_accounts(
    bank: Bank, account_type: AccountType
) -> None:
    await bank.offer(account_type, account_type=account_type)
    person = await bank.person("100", of=account_type)
    number = person.number

    await bank.do(MakeDeposit(account_number=number, amount=inr("1")))
    await bank.do(MakeWithdrawal(account_number=number, amount=inr("101")), TELLER)
    closed = await bank.do(
        ChangeAccountStatus(account_number=number, status=AccountStatus.CLOSED, reason="matured")
    )

    assert closed.account.account_type is account_type
    listed = (await bank.ask(ListProducts())).items
    offered = {each.code: each.is_offered for each in listed}
    assert (offered[account_type], offered["SAVINGS"]) == (False, True)


async def test_an_initial_deposit_is_cash_like_any_other(bank: Bank) -> None:
    customer_id = next(bank.people)
    wish, context = opening(customer_id, CASH_MINOR_MAX + 1), bank.context(TELLER, "gateway")

    with pytest.raises(CashTooLarge):
        await opened(bank, wish, context)

    assert await bank.value(HOW_MANY, customer_id) == 0


async def test_an_opening_that_runs_twice_at_once_opens_one_account(bank: Bank) -> None:
    customer_id = next(bank.people)
    wish, context = opening(customer_id, 0), bank.context(TELLER, "gateway")

    outcomes: list[Any] = await together(*[opened(bank, wish, context) for _ in range(4)])

    assert sorted(type(each).__name__ for each in outcomes) == ["Account"] + ["AlreadyOpened"] * 3
    assert await bank.value(HOW_MANY, customer_id) == 1
