"""Cash at the counter: a deposit debits the vault and credits the customer, or the reverse.

The vault is one account for everybody, and its balance has a range like every other. Whoever could
bring it to the end of the range would stop all cash, so one instruction moves it a little only.
"""

from typing import Any

from contracts.account.movements import DepositMade, MakeDeposit, MakeWithdrawal, WithdrawalMade
from contracts.account.values import EntryKind
from infra.handling.context import Context
from services.account.domain.commands.booking import check_may_book
from services.account.domain.ledger.accounts import LedgerAccount, check_currency, check_movement
from services.account.domain.ledger.books import Books
from services.account.domain.ledger.chart import CASH, internal_number
from services.account.domain.ledger.dates import value_date_of
from services.account.domain.ledger.entries import Draft, Entry, Leg
from services.account.domain.ledger.limits import channel_of, check_limits, use_limits
from services.account.domain.ledger.references import own_reference
from services.account.domain.refusals import CashTooLarge

# More banknotes than a counter takes in at once, and a thousand-millionth part of the range of the
# vault: at a thousand deposits a second, without a pause, it takes eleven days to reach the end.
CASH_MINOR_MAX = 10**9


def make_deposit(books: Books, command: MakeDeposit, context: Context) -> DepositMade:
    """Cash paid in."""
    account = books.of_customer(command.account_number, context.subject)
    amount_minor = command.amount.minor
    draft = _draft(books, command, context, account, EntryKind.DEPOSIT, amount_minor)
    return DepositMade(**_as_booked(books.book(draft), account))


def make_withdrawal(books: Books, command: MakeWithdrawal, context: Context) -> WithdrawalMade:
    """Cash paid out, within the limits of the account's product."""
    account = books.of_customer(command.account_number, context.subject)
    amount_minor = command.amount.minor
    draft = _draft(books, command, context, account, EntryKind.WITHDRAWAL, -amount_minor)
    channel = channel_of(context.subject)
    check_limits(books, account, channel, amount_minor)
    use_limits(books, account, channel, amount_minor)
    entry = books.book(draft._replace(channel=channel))
    return WithdrawalMade(**_as_booked(entry, account))


def _draft(
    books: Books,
    command: MakeDeposit | MakeWithdrawal,
    context: Context,
    account: LedgerAccount,
    kind: EntryKind,
    amount_minor: int,
) -> Draft:
    """A signed amount from the vault to the account; asks every rule but the limits."""
    currency = command.amount.currency
    check_currency(account, currency)
    if command.amount.minor > CASH_MINOR_MAX:
        raise CashTooLarge
    check_movement(account, amount_minor)
    vault = books.other(internal_number(CASH, currency))
    check_may_book(type(command), context.sender, vault)
    check_movement(vault, -amount_minor)
    return Draft(
        reference=own_reference(books, kind, context),
        kind=kind,
        currency=currency,
        legs=(
            Leg(vault, -amount_minor, context.subject.branch_code),  # of the till
            Leg(account, amount_minor),
        ),
        description=command.description,
        value_date=value_date_of(books, command.value_date, (account,)),
        caused_by=context.message_id,
        actor=context.subject.id,
        owner=context.sender,
    )


def _as_booked(entry: Entry, account: LedgerAccount) -> dict[str, Any]:
    row = entry.row
    return {
        "entry_id": row.entry_id,
        "reference": row.reference,
        "account_number": account.number,
        "kind": row.kind,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "balance_after_minor": account.posted_minor,
        "description": row.description,
        "booked_at": row.booked_at,
        "value_date": row.value_date,
    }
