"""Money that other banks give back: to its payer, or aside until a person knows whose it is."""

from collections.abc import Sequence
from enum import StrEnum

from contracts.envelope import NotFound
from contracts.money import Money
from contracts.payment.values import Resolution, ResolutionState


class ReturnNotFound(NotFound):
    """No other bank has given back anything under this id."""


class Aside(StrEnum):
    """Why what came back goes to no payer."""

    UNKNOWN = "unknown-transfer"  # no payment of ours over this rail has its id
    DIFFERS = "amount-differs"
    BEFORE = "returned-before"
    UNPAID = "nothing-paid"  # the payer has never paid, or has his money back


class Wait(Exception):
    """What becomes of the payment is not known yet."""


def why_aside(
    returned: Money, paid: Money, *, came_before: bool, has_paid: bool | None
) -> Aside | None:
    """None: it goes back to its payer, who `has_paid`; that is None while it is being decided.

    Raises:
        Wait
    """
    if returned != paid:
        return Aside.DIFFERS
    if came_before:
        return Aside.BEFORE
    if has_paid is None:
        raise Wait
    return None if has_paid else Aside.UNPAID


def is_being_booked(resolutions: Sequence[Resolution]) -> bool:
    """Whether what managers have decided is on its way into the books."""
    return any(each.state is ResolutionState.APPROVED for each in resolutions)


def open_one(resolutions: Sequence[Resolution]) -> Resolution | None:
    """What one manager has proposed and nobody has decided."""
    last = resolutions[-1] if resolutions else None
    return last if last and last.state is ResolutionState.PROPOSED else None
