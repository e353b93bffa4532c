"""Which value dates an instruction may carry."""

from collections.abc import Iterable
from datetime import date, timedelta

from contracts.account.values import VALUE_DATE_DAYS_BACK_MAX
from services.account.domain.ledger.accounts import LedgerAccount
from services.account.domain.ledger.books import Books
from services.account.domain.refusals import InvalidValueDate, ValueDateBeforeOpening


def value_date_of(books: Books, wished: date | None, accounts: Iterable[LedgerAccount]) -> date:
    """The date from which interest counts on these accounts; without a wish, the business date.

    Raises:
        InvalidValueDate: after the business date, or too far before it.
        ValueDateBeforeOpening: before there was one of the customers' accounts. The bank's own
            have no beginning: they are there for whatever the customers' need.
    """
    today = books.business_date
    if wished is None:
        return today
    if not today - timedelta(days=VALUE_DATE_DAYS_BACK_MAX) <= wished <= today:
        raise InvalidValueDate
    for account in accounts:
        if account.customer_id is not None and wished < account.opened_on:
            raise ValueDateBeforeOpening(f"{account.number} was opened on {account.opened_on}.")
    return wished
