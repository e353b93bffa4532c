"""Fees: kept back from what is paid out, or due with each instalment; each with the tax on it."""

from decimal import Decimal
from fractions import Fraction

from contracts.loan.terms import Fee, LoanTerms
from contracts.loan.words import FeeCharged, PercentOf
from services.loan.domain.rounding import rounded

_PERCENT = 100


def kept_back_minor(terms: LoanTerms, principal_minor: int) -> int:
    """What the borrower of this principal does not get."""
    return sum(
        sum(_charge(terms, fee, principal_minor))
        for fee in terms.fees
        if fee.charged is FeeCharged.AT_DISBURSEMENT
    )


def instalment_fees(terms: LoanTerms, principal_minor: int, interest_minor: int) -> tuple[int, int]:
    """What is due with an instalment of these parts, tax included, and the tax in it."""
    base = {
        PercentOf.PRINCIPAL: principal_minor,
        PercentOf.INTEREST: interest_minor,
        PercentOf.PRINCIPAL_AND_INTEREST: principal_minor + interest_minor,
    }
    charged = [
        _charge(terms, fee, base[fee.percent_of])
        for fee in terms.fees
        if fee.charged is FeeCharged.PER_INSTALMENT
    ]
    return sum(map(sum, charged)), sum(tax for _, tax in charged)


def _charge(terms: LoanTerms, fee: Fee, base_minor: int) -> tuple[int, int]:
    """The fee and the tax on it, each rounded."""
    if fee.amount_minor is not None:
        amount = fee.amount_minor
    else:
        amount = _part(terms, base_minor, fee.percent or Decimal(0))
    return amount, _part(terms, amount, fee.tax_percent)


def _part(terms: LoanTerms, amount_minor: int, percent: Decimal) -> int:
    return rounded(amount_minor * Fraction(percent) / _PERCENT)
