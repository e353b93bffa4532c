"""Another bank pays an account here, and whoever is at work on it is killed: it comes in once."""

import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import pytest

from contracts.rail.credits import CreditArrival
from contracts.topology import IMPS
from tests.fixtures.bank import Bank, Client
from tests.fixtures.holding import holding, until_found, until_stuck
from tests.fixtures.paying_in import paid_to, say, until_completed

pytestmark = pytest.mark.system

HEALTHY_SECONDS = 120.0
ITS_TABLE = "lock table payment.incoming_payments in share row exclusive mode"
ITS_ACCOUNT = (
    "select from account.balances b join account.accounts a on a.id = b.account_id"
    " where a.number = $1 for update of b"
)
ITS_RUN = "select from payment.sagas where saga_id = $1 for update"
IS_TO_BE_ANSWERED = "select from payment.sagas where saga_id = $1 and at = 1"


@dataclass
class Remitter:
    """A customer of another bank, who pays once; his bank says so three times."""

    bank: Bank
    wish: CreditArrival

    def pay(self) -> None:
        for _ in range(3):
            say(self.bank, self.wish)


async def while_it_is_taken_in(remitter: Remitter) -> None:
    async with holding(remitter.bank, ITS_TABLE):
        remitter.pay()
        await until_stuck(remitter.bank, "payment")
        remitter.bank.kill("payment", IMPS.user)


async def while_it_is_booked(remitter: Remitter) -> None:
    async with holding(remitter.bank, ITS_ACCOUNT, remitter.wish.beneficiary_account) as account:
        assert account
        remitter.pay()
        await until_stuck(remitter.bank, "account")
        remitter.bank.kill("account", "payment")


async def while_the_answer_of_the_books_is_heard(remitter: Remitter) -> None:
    bank, wish = remitter.bank, remitter.wish
    async with holding(bank, ITS_ACCOUNT, wish.beneficiary_account):
        remitter.pay()
        await until_stuck(bank, "account")
        held = holding(bank, ITS_RUN, wish.credit_id)
        assert await held.__aenter__()
    await until_stuck(bank, "payment")
    bank.kill("payment")
    await held.__aexit__(None, None, None)


async def while_the_rail_is_answered(remitter: Remitter) -> None:
    bank = remitter.bank
    async with holding(bank, ITS_ACCOUNT, remitter.wish.beneficiary_account):
        remitter.pay()
        await until_stuck(bank, "account")
        os.kill(bank.pid(IMPS.user), signal.SIGSTOP)
    await until_found(bank, IS_TO_BE_ANSWERED, remitter.wish.credit_id)
    bank.kill(IMPS.user, "payment")


KILLS: Mapping[str, Callable[[Remitter], Awaitable[None]]] = {
    kill.__name__: kill
    for kill in (
        while_it_is_taken_in,
        while_it_is_booked,
        while_the_answer_of_the_books_is_heard,
        while_the_rail_is_answered,
    )
}


@pytest.mark.parametrize("name", KILLS)
async def test_what_another_bank_pays_comes_in_once_whoever_is_killed(
    bank: Bank, teller: Client, name: str
) -> None:
    account = await teller.open_account("100.00")
    wish = paid_to(account)

    await KILLS[name](Remitter(bank, wish))
    await bank.until_healthy(HEALTHY_SECONDS)
    await until_completed(teller, wish)

    assert str(await teller.balance(account)) == "110.00"
    history = await teller.found(f"/api/accounts/{account}/transactions")
    assert sorted(each["amount"] for each in history["items"]) == ["10.00", "100.00"]
