"""Loans in a world with partners: who lends, and what the partners of the account hear."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from contracts.account.accounts import Account, GetAccount
from contracts.account.movements import MakeWithdrawal, WithdrawalMade
from contracts.envelope import Command, Message, Query, Role, Subject
from contracts.loan.applications import ApplyForLoan, ApproveLoan, LoanApplication, LoanShown
from contracts.loan.operations import (
    DisburseLoan,
    GetLoanOperation,
    LoanOperation,
    LoanOperationBegun,
    LoanOperationState,
)
from contracts.loan.products import LoanProductCreated
from contracts.loan.repayments import RepayLoan
from contracts.money import Money
from contracts.partner_events import Heard
from demo.seed.people import LOAN_PRODUCTS
from infra.deployment.definitions import load_services
from tests.builders import inr
from tests.fixtures.servers import Databases, Vhosts
from tests.fixtures.waiting import until
from tests.ingress.world import SERVICES, World, a_world

M = TypeVar("M", bound=Message)

LENDING = [*SERVICES, "loan"]
OF_LOANS = tuple(kind for kind in Heard if kind.startswith("bank.loan-"))
LENDER = Subject(id=str(UUID(int=200)), role=Role.MANAGER, branch_code="BR001")
PRINCIPAL_MINOR = 120_000_00
SECONDS = 30.0


@asynccontextmanager
async def a_lending_world(
    databases: Databases, vhosts: Vhosts, services: Sequence[str] = LENDING
) -> AsyncIterator[World]:
    """With these services at work, and a product of loans."""
    async with (
        databases.fresh(LENDING) as database,
        vhosts.fresh(load_services(LENDING)) as vhost,
        a_world(database, vhost, list(services)) as world,
    ):
        await world.ask(LOAN_PRODUCTS[0], LoanProductCreated)
        yield world


async def ask(world: World, message: Command | Query, kind: type[M], who: Subject = LENDER) -> M:
    reply = await world.client.ask(message, subject=who, wait_seconds=20)
    assert isinstance(reply.message, kind), reply.message
    return reply.message


async def lend(world: World, account: str, **terms: Any) -> UUID:
    """A loan of 120 000.00 that is paid out into this account."""
    owner = await world.ask(GetAccount(account_number=account), Account, Role.TELLER)
    wish = ApplyForLoan(
        customer_id=owner.customer_id, account_number=account, principal_minor=PRINCIPAL_MINOR,
        product_code=LOAN_PRODUCTS[0].code, instalments=12, **terms,
    )  # fmt: skip
    loan_id = (await world.ask(wish, LoanApplication, Role.TELLER)).loan_id
    await ask(world, ApproveLoan(loan_id=loan_id), LoanShown)
    await moved(world, DisburseLoan(loan_id=loan_id))
    return loan_id


async def repay(world: World, loan_id: UUID, amount: Money, *, in_cash: bool = False) -> UUID:
    return await moved(world, RepayLoan(loan_id=loan_id, amount=amount, in_cash=in_cash))


async def moved(world: World, command: Command) -> UUID:
    """The id of a movement of a loan's money, once it is booked."""
    begun = await ask(world, command, LoanOperationBegun)
    query = GetLoanOperation(loan_id=begun.loan_id, operation_id=begun.operation_id)

    async def is_booked() -> bool:
        found = await ask(world, query, LoanOperation)
        return found.state is LoanOperationState.COMPLETED

    await until(is_booked, SECONDS, "the movement is booked")
    return begun.operation_id


async def empty(world: World, account: str) -> None:
    """Take all that is on it."""
    all_of_it = inr(str(await world.balance(account) / 100))
    wish = MakeWithdrawal(account_number=account, amount=all_of_it)
    await world.ask(wish, WithdrawalMade, Role.TELLER)


async def pass_days(world: World, today: date, days: int) -> None:
    """The loan service hears of so many days that open after today; nobody else does, since a day
    of the bank ends with the calendar's."""
    db = await asyncpg.connect(world.database.admin_url)
    for number in range(days):
        day = today + timedelta(days=number + 1)
        await db.execute("insert into loan.business_days values ($1, now())", day)
    await db.close()
