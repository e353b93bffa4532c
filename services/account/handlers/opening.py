"""Opening accounts."""

from contracts.account.accounts import AccountOpened, OpenAccount
from contracts.account.movements import MakeDeposit
from contracts.customer import Customer, GetCustomer
from contracts.envelope import DomainError, Kind
from contracts.money import Money
from infra.handling.context import Ask, Asked, Context
from infra.handling.telling import Told
from services.account.domain.commands.cash import make_deposit
from services.account.domain.commands.decisions import wanted_by
from services.account.domain.commands.opening import (
    account_number,
    check_branch,
    check_standing,
    product_for,
)
from services.account.domain.ledger.books import Books
from services.account.domain.refusals import AlreadyOpened, UnknownCustomer
from services.account.domain.telling import moved
from services.account.handlers.registry import service
from services.account.store import AccountStore


@service.handles_asking(OpenAccount)
async def open_account(
    command: OpenAccount, store: AccountStore, context: Context, ask: Ask
) -> Told[AccountOpened]:
    """Open an account of a product for an active customer, with its initial deposit; once."""
    check_standing(await store.keep_standing(await _customer(command.customer_id, ask)))
    product = product_for(command, await store.products(context.business_date))
    check_branch(command, await store.branch(command.branch_code))
    count = await store.count_opening(context.business_date)
    number = account_number(context.business_date, count)
    is_new = await store.insert_account(
        number, command, product, requested_by=context.message_id, now=context.now
    )
    if not is_new:
        raise AlreadyOpened

    books = await _with_initial_deposit(number, command, store, context)
    account = await store.account(number)
    assert account is not None
    return Told(AccountOpened(account=account), *moved(books.entries))


async def _customer(customer_id: int, ask: Ask) -> Customer:
    try:
        customer = await ask(GetCustomer(id=customer_id))
    except DomainError as refusal:
        if refusal.refusal().kind is Kind.NOT_FOUND:
            raise UnknownCustomer from refusal
        raise
    assert isinstance(customer, Customer)
    return customer


async def _with_initial_deposit(
    number: str, command: OpenAccount, store: AccountStore, context: Context
) -> Books:
    """The books after the deposit, which is one like any other; none when it is zero."""
    deposits = []
    if command.initial_deposit_minor > 0:
        amount = Money(minor=command.initial_deposit_minor, currency=command.currency)
        deposits.append(
            MakeDeposit(account_number=number, amount=amount, description="Initial deposit")
        )
    books = await store.open_books(
        wanted_by([Asked(deposit, context) for deposit in deposits]),
        now=context.now,
        business_date=context.business_date,
    )
    for deposit in deposits:
        make_deposit(books, deposit, context)
    await store.record(books)
    return books
