"""The ways in which the transaction service says no; the class name is the public code."""

from contracts.envelope import Conflict, DomainError, NotFound


class UnknownPayer(NotFound):
    """There is no such account to pay from, or not for you."""


class UnknownPayee(DomainError):
    """There is no such account to be paid."""


class OrderToItself(DomainError):
    """An order moves money between two different accounts."""


class PayerClosed(DomainError):
    """The account to pay from is closed."""


class EndUnclear(DomainError):
    """An order has an end date or a number of occurrences, or none; one due once has none."""


class EndBeforeStart(DomainError):
    """The end date is before the start date."""


class StartInThePast(DomainError):
    """The first transfer is due on the business date of today, or later."""


class DatesTooFar(DomainError):
    """An order begins within 10 years, and its last transfer is due within 30."""


class DueDatesMeet(DomainError):
    """The holidays leave no day between two due dates; daily orders cannot move at all."""


class TooManyOrders(Conflict):
    """As many orders as an account may have pay from this one; end another first."""


class AlreadyOrdered(Conflict):
    """This order was made before; its answer is no longer kept."""


class StandingOrderNotFound(NotFound):
    """There is no such standing order, or not for you."""


class StandingOrderOver(Conflict):
    """The order has ended."""


class AlreadyPaused(Conflict):
    """The order is paused already."""


class NotPaused(Conflict):
    """The order is not paused."""


class NothingDueThen(DomainError):
    """No transfer of the order is due on that day, or none is to come."""


class AlreadyDue(Conflict):
    """The transfer of that day is due already; cancel the order instead."""


class TooManySkipped(Conflict):
    """As many transfers to come as an order may leave out are left out."""
