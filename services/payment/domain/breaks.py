"""Breaks that stay: what is booked for one, and which explain each other."""

from collections.abc import Collection, Sequence
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.envelope import Conflict, DomainError, NotFound
from contracts.money import Money
from contracts.payment.reconciliation import Break, BreakSide

DIFFERENCES = "GL-SETTLEMENT-DIFFERENCES-"


class BreakNotFound(NotFound):
    """There is no such break: it is matched, or was never there."""


class BreakDiffers(DomainError):
    """The break is of another amount."""


class BreaksDoNotCancel(DomainError):
    """The breaks do not come to nothing together."""


class MatchIsBooked(Conflict):
    """The match is of a difference that was written off: what is booked stays."""


def write_off_of(match_id: UUID) -> UUID:
    """The run that books what ends by this match."""
    return uuid5(NAMESPACE_URL, f"write-off:{match_id}")


def reference_of(side: BreakSide, number: int, match_id: UUID) -> str:
    """Of the entry by which a break is written off."""
    return f"DIFFERENCE-{side.upper()}-{number}-{match_id.hex[-12:]}"


def missing_on_ledger(side: BreakSide, minor: int) -> int:
    """What has to come to the settlement account, positive where money comes in: a line that is not
    booked, or the opposite of a posting that the central bank does not know."""
    return minor if side is BreakSide.STATEMENT else -minor


def one_of(breaks: Sequence[Break], side: BreakSide, number: int) -> Break:
    """The break of this side with this number.

    Raises:
        BreakNotFound: there is none.
    """
    for each in breaks:
        if each.side is side and each.number == number:
            return each
    raise BreakNotFound


def explained(breaks: Sequence[Break], side: BreakSide, numbers: Collection[int]) -> list[Break]:
    """Those of this side with these numbers, which cancel each other.

    Raises:
        BreakNotFound: one is no break.
        BreaksDoNotCancel: they do not come to nothing.
    """
    chosen = [each for each in breaks if each.side is side and each.number in numbers]
    if len(chosen) != len(numbers):
        raise BreakNotFound
    if sum(each.amount_minor for each in chosen):
        raise BreaksDoNotCancel
    return chosen


def check_amount(difference_minor: int, stated: Money) -> None:
    """Ask whether the difference is as large as the one that two people look at.

    Raises:
        BreakDiffers: it is not.
    """
    if abs(difference_minor) != stated.minor:
        raise BreakDiffers
