"""The business day: the date that entries are booked on, which the bank turns itself."""

from datetime import date, datetime

from contracts.envelope import READERS, Command, Event, Message, Query, Role


class BusinessDay(Message):
    """One day of the books; `closed_at` is None while it is open."""

    business_date: date
    opened_at: datetime
    closed_at: datetime | None


class BusinessDayOpened(Event):
    """From this commit on entries are booked on this date, and on no other."""

    business_date: date
    opened_at: datetime

    @property
    def aggregate(self) -> str:
        return "bank:business-day"


class BusinessDayClosed(Message):
    """Nothing is booked on this date any more; `next_business_date` is open."""

    business_date: date
    closed_at: datetime
    next_business_date: date


class GetBusinessDay(Query):
    """The open day."""

    reply = BusinessDay
    roles = READERS


class CloseBusinessDay(Command):
    """Close the open day, which has to be named, and open the next one.

    The day turns by itself at midnight; by hand it is closed earlier, never before it has begun.
    """

    reply = BusinessDayClosed
    roles = frozenset({Role.MANAGER})
    about = "business-day:{business_date}"

    business_date: date
