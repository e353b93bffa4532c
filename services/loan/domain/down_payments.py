"""Down payments: what is paid back of a disbursement on the day on which it is paid out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from contracts.loan.quotes import Disbursement
from contracts.loan.terms import LoanTerms
from services.loan.domain.refusals import UnsupportedTerms
from services.loan.domain.rounding import rounded

_PERCENT = 100


@dataclass(frozen=True, slots=True)
class DownPayment:
    on: date
    amount_minor: int


def down_payments(terms: LoanTerms, paid_out: Sequence[Disbursement]) -> tuple[DownPayment, ...]:
    """A percentage of each disbursement, to the instalment multiple; an amount of the first alone.

    Raises:
        UnsupportedTerms: one would pay back all that it is a part of.
    """
    if terms.down_payment_percent:
        made = [_percentage(terms, each) for each in paid_out]
    elif terms.down_payment_minor:
        made = [DownPayment(paid_out[0].on, terms.down_payment_minor)]
    else:
        return ()
    for payment, disbursement in zip(made, paid_out, strict=False):
        if payment.amount_minor >= disbursement.amount_minor:
            raise UnsupportedTerms("A down payment must leave something to repay.")
    return tuple(each for each in made if each.amount_minor)


def scheduled(
    paid_out: Sequence[Disbursement], down: Sequence[DownPayment]
) -> tuple[Disbursement, ...]:
    """What of each disbursement is left to the instalments."""
    paid = {each.on: each.amount_minor for each in down}
    return tuple(
        Disbursement(on=each.on, amount_minor=each.amount_minor - paid.get(each.on, 0))
        for each in paid_out
    )


def _percentage(terms: LoanTerms, each: Disbursement) -> DownPayment:
    share = Fraction(terms.down_payment_percent) / _PERCENT
    amount = rounded(each.amount_minor * share)
    multiple = terms.instalment_multiple_minor
    return DownPayment(each.on, rounded(Fraction(amount), multiple))
