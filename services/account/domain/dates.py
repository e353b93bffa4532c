"""Which value dates an instruction may carry."""

from datetime import date, timedelta

from services.account.domain.books import Books
from services.account.domain.refusals import InvalidValueDate

# Interest is settled monthly: within that time a value date still changes only what is to come.
VALUE_DATE_DAYS_BACK_MAX = 30


def value_date_of(books: Books, wished: date | None) -> date:
    """The date from which interest counts; without a wish, the business date.

    Raises:
        InvalidValueDate: after the business date, or too far before it.
    """
    today = books.business_date
    if wished is None:
        return today
    if not today - timedelta(days=VALUE_DATE_DAYS_BACK_MAX) <= wished <= today:
        raise InvalidValueDate
    return wished
