"""What a loan product allows: its bounds are sound, and an application lies within them."""

from datetime import date
from fractions import Fraction

from contracts.loan.applications import ApplyForLoan
from contracts.loan.products import AddLoanProductVersion, CreateLoanProduct, LoanProduct
from contracts.loan.quotes import QuoteLoan
from contracts.loan.servicing import Recalculation
from contracts.loan.terms import Fee
from contracts.loan.values import ChargedFee
from contracts.loan.words import Frequency, Method
from contracts.money import CurrencyMismatch, format_minor
from services.loan.domain.refusals import (
    BoundsOfProductCross,
    FeeUnclear,
    FrequencyNotOffered,
    MethodNotOffered,
    PrincipalOutsideProduct,
    RateOutsideProduct,
    StartInThePast,
    TermOutsideProduct,
    UnsupportedTerms,
)
from services.loan.domain.rounding import rounded


def check_bounds(terms: CreateLoanProduct | AddLoanProductVersion) -> None:
    """Ask whether any loan can be made on these terms.

    Raises:
        BoundsOfProductCross: none can.
        FeeUnclear: a fee is both an amount and a part of the principal, or neither.
        UnsupportedTerms: flat interest would have to be recalculated, or a penal charge is above
            its cap.
    """
    if terms.penal_cap_minor is not None and terms.penal_amount_minor > terms.penal_cap_minor:
        raise UnsupportedTerms("The penal amount is above the cap of penal charges.")
    if Method.FLAT in terms.methods and terms.servicing.recalculation is not Recalculation.NONE:
        raise UnsupportedTerms("Flat interest is not recalculated.")
    if any((fee.amount_minor is None) == (fee.percent is None) for fee in terms.fees):
        raise FeeUnclear
    if (
        terms.principal_min_minor > terms.principal_max_minor
        or terms.instalments_min > terms.instalments_max
        or not terms.annual_rate_min <= terms.annual_rate <= terms.annual_rate_max
    ):
        raise BoundsOfProductCross


def terms_for(wish: ApplyForLoan, product: LoanProduct, today: date) -> QuoteLoan:
    """The terms of the loan that is wished, within what the product allows.

    Raises:
        CurrencyMismatch, PrincipalOutsideProduct, RateOutsideProduct, TermOutsideProduct,
        MethodNotOffered, FrequencyNotOffered, StartInThePast
    """
    _check_amounts(wish, product)
    start = today if wish.start_date is None else wish.start_date
    if start < today:
        raise StartInThePast
    fees = fees_of(product, wish.principal_minor)
    return QuoteLoan(
        principal_minor=wish.principal_minor,
        annual_rate=product.annual_rate if wish.annual_rate is None else wish.annual_rate,
        instalments=wish.instalments,
        start_date=start,
        first_due_date=wish.first_due_date,
        method=_method(wish, product),
        frequency=_frequency(wish, product),
        currency=product.currency,
        instalment_multiple_minor=product.instalment_multiple_minor,
        **product.counting.model_dump(),
        fees=tuple(
            Fee(name=fee.name, amount_minor=fee.amount_minor + fee.tax_minor) for fee in fees
        ),
    )


def fees_of(product: LoanProduct, principal_minor: int) -> tuple[ChargedFee, ...]:
    """What is kept back from a loan of this principal; one that rounds to nothing is none."""
    charged = []
    for fee in product.fees:
        amount = fee.amount_minor
        if amount is None:
            assert fee.percent is not None
            amount = rounded(principal_minor * Fraction(fee.percent) / 100)
        tax = rounded(amount * Fraction(fee.tax_percent) / 100)
        charged.append(ChargedFee(name=fee.name, amount_minor=amount, tax_minor=tax))
    return tuple(fee for fee in charged if fee.amount_minor)


def _check_amounts(wish: ApplyForLoan, product: LoanProduct) -> None:
    if wish.currency is not product.currency:
        raise CurrencyMismatch(f"{product.name} is lent in {product.currency}.")
    least, most = product.principal_min_minor, product.principal_max_minor
    if not least <= wish.principal_minor <= most:
        texts = [format_minor(minor, product.currency) for minor in (least, most)]
        raise PrincipalOutsideProduct(
            f"{product.name} is for {product.currency} {texts[0]} to {texts[1]}."
        )
    rate = wish.annual_rate
    if rate is not None and not product.annual_rate_min <= rate <= product.annual_rate_max:
        raise RateOutsideProduct(
            f"The rate is between {product.annual_rate_min} and {product.annual_rate_max} percent."
        )
    if not product.instalments_min <= wish.instalments <= product.instalments_max:
        raise TermOutsideProduct(
            f"There are {product.instalments_min} to {product.instalments_max} instalments."
        )


def _method(wish: ApplyForLoan, product: LoanProduct) -> Method:
    method = wish.method or product.methods[0]
    if method not in product.methods:
        raise MethodNotOffered
    return method


def _frequency(wish: ApplyForLoan, product: LoanProduct) -> Frequency:
    frequency = wish.frequency or product.frequencies[0]
    if frequency not in product.frequencies:
        raise FrequencyNotOffered
    return frequency
