"""Fees: kept back from what is paid out, or due with each instalment; each with the tax on it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from contracts.loan.quotes import Instalment
from contracts.loan.terms import Fee, LoanTerms
from contracts.loan.values import ChargedFee
from contracts.loan.words import FeeCharged, PercentOf
from services.loan.domain.rounding import rounded

_PERCENT = 100


def kept_back_minor(terms: LoanTerms, principal_minor: int) -> int:
    """What the borrower of this principal does not get."""
    kept_back = fees_kept_back(terms.fees, principal_minor)
    return sum(fee.amount_minor + fee.tax_minor for fee in kept_back)


def fees_kept_back(fees: Iterable[Fee], principal_minor: int) -> tuple[ChargedFee, ...]:
    """The same, fee by fee; one that rounds to nothing is none."""
    charged = (
        _charged(fee, [principal_minor])
        for fee in fees
        if fee.charged is FeeCharged.AT_DISBURSEMENT
    )
    return tuple(fee for fee in charged if fee.amount_minor)


def fees_with_instalments(terms: LoanTerms, rows: Sequence[Instalment]) -> tuple[ChargedFee, ...]:
    """What each fee due with instalments adds up to; a down payment, of no days, is none."""
    due = [row for row in rows if row.days]
    charged = (
        _charged(fee, [_base(fee, row.principal_minor, row.interest_minor) for row in due])
        for fee in terms.fees
        if fee.charged is FeeCharged.PER_INSTALMENT
    )
    return tuple(fee for fee in charged if fee.amount_minor)


def instalment_fees(terms: LoanTerms, principal_minor: int, interest_minor: int) -> tuple[int, int]:
    """What is due with an instalment of these parts, tax included, and the tax in it."""
    charged = [
        _charge(fee, _base(fee, principal_minor, interest_minor))
        for fee in terms.fees
        if fee.charged is FeeCharged.PER_INSTALMENT
    ]
    return sum(map(sum, charged)), sum(tax for _, tax in charged)


def _base(fee: Fee, principal_minor: int, interest_minor: int) -> int:
    """Of an instalment, the part of which a fee is a percentage."""
    base = {
        PercentOf.PRINCIPAL: principal_minor,
        PercentOf.INTEREST: interest_minor,
        PercentOf.PRINCIPAL_AND_INTEREST: principal_minor + interest_minor,
    }
    return base[fee.percent_of]


def _charged(fee: Fee, bases: Iterable[int]) -> ChargedFee:
    """A fee as it adds up, each time rounded."""
    charges = [_charge(fee, base) for base in bases]
    amount, tax = (sum(parts) for parts in zip(*charges, strict=True)) if charges else (0, 0)
    return ChargedFee(name=fee.name, amount_minor=amount, tax_minor=tax)


def _charge(fee: Fee, base_minor: int) -> tuple[int, int]:
    """The fee and the tax on it, each rounded."""
    if fee.amount_minor is not None:
        amount = fee.amount_minor
    else:
        amount = _part(base_minor, fee.percent or Decimal(0))
    return amount, _part(amount, fee.tax_percent)


def _part(amount_minor: int, percent: Decimal) -> int:
    return rounded(amount_minor * Fraction(percent) / _PERCENT)
