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
    made = [
        DownPayment(each.on, down_payment_minor(terms, each.amount_minor, is_first=not number))
        for number, each in enumerate(paid_out)
    ]
    for payment, disbursement in zip(made, paid_out, strict=True):
        if payment.amount_minor >= disbursement.amount_minor:
            raise UnsupportedTerms("A down payment must leave something to repay.")
    return tuple(each for each in made if each.amount_minor)


def down_payment_minor(terms: LoanTerms, amount_minor: int, *, is_first: bool) -> int:
    """What is paid back at once of what is paid out."""
    if not terms.down_payment_percent:
        return terms.down_payment_minor if is_first else 0
    share = Fraction(terms.down_payment_percent) / _PERCENT
    return rounded(Fraction(rounded(amount_minor * share)), terms.instalment_multiple_minor)


def scheduled(
    paid_out: Sequence[Disbursement], down: Sequence[DownPayment]
) -> tuple[Disbursement, ...]:
    """What of each disbursement is left to the instalments."""
    paid = {each.on: each.amount_minor for each in down}
    return tuple(
        Disbursement(on=each.on, amount_minor=each.amount_minor - paid.get(each.on, 0))
        for each in paid_out
    )
