"""What a payment costs its payer: a fee by its amount, and the tax on it.

Both follow once, when the payment is accepted, from the rule of its rail that is in force. Its
payer pays all three together, when the other bank has the money.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import NamedTuple

from contracts.envelope import DomainError
from contracts.money import MINOR_MAX, Currency, Money
from contracts.payment.rails import FeeSlab, RailRule
from services.payment.domain.payments import LimitExceeded


class FeesOverlap(DomainError):
    """Each slab of fees ends above the one before it, and only the last one has no end."""


class FeesEnd(DomainError):
    """The last slab of fees has no end, so that every amount has its fee."""


class TaxWithoutFees(DomainError):
    """Only a fee is taxed; a rule without fees names no tax."""


class Cost(NamedTuple):
    """What a payment costs beside its amount, in minor units of its currency."""

    fee_minor: int
    gst_minor: int


def check_fees(slabs: Sequence[FeeSlab], gst_percent: Decimal) -> None:
    """Ask whether every amount has one fee by these slabs.

    Raises:
        FeesOverlap, FeesEnd, TaxWithoutFees
    """
    ends = [slab.up_to_minor for slab in slabs]
    if not ends:
        if gst_percent:
            raise TaxWithoutFees
        return
    if any(one is None or (other is not None and other <= one) for one, other in pairwise(ends)):
        raise FeesOverlap
    if ends[-1] is not None:
        raise FeesEnd


def cost_of(rule: RailRule, amount: Money) -> Cost:
    """What a payment of this amount costs by the rule; the tax is rounded once, half up.

    Raises:
        LimitExceeded: together they are more than one instruction moves.
    """
    fee_minor = _fee_minor(rule.fees, amount.minor)
    gst = fee_minor * rule.gst_percent / 100
    cost = Cost(fee_minor, int(gst.quantize(Decimal(1), ROUND_HALF_UP)))
    if amount.minor + sum(cost) > MINOR_MAX:
        raise LimitExceeded
    return cost


def fee_line(currency: Currency) -> str:
    """Where the bank's fees are income."""
    return f"GL-FEE-INCOME-{currency}"


def gst_line(currency: Currency) -> str:
    """Where the tax on them waits until it is paid to the state."""
    return f"GL-GST-PAYABLE-{currency}"


def _fee_minor(slabs: Sequence[FeeSlab], minor: int) -> int:
    for slab in slabs:
        if slab.up_to_minor is None or minor <= slab.up_to_minor:
            return slab.fee_minor
    return 0
