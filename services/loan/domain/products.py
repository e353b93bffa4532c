"""What a loan product allows: its bounds are sound, and an application lies within them."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from contracts.calendar import DueDates
from contracts.loan.applications import ApplyForLoan
from contracts.loan.products import AddLoanProductVersion, CreateLoanProduct, LoanProduct
from contracts.loan.quotes import QuoteLoan
from contracts.loan.servicing import Recalculation
from contracts.loan.shape import Shape
from contracts.loan.terms import Fee
from contracts.loan.words import FeeCharged, Frequency, Method
from contracts.money import CurrencyMismatch, format_minor
from services.loan.domain.fees import fees_kept_back
from services.loan.domain.refusals import (
    BoundsOfProductCross,
    FeeUnclear,
    FrequencyNotOffered,
    MethodNotOffered,
    PrincipalOutsideProduct,
    RateOutsideProduct,
    ShapeOutsideProduct,
    StartInThePast,
    TermOutsideProduct,
    UnsupportedTerms,
)
from services.loan.domain.terms import faults_of_fee


def check_bounds(terms: CreateLoanProduct | AddLoanProductVersion) -> None:
    """Ask whether any loan can be made on these terms.

    Raises:
        BoundsOfProductCross: none can.
        FeeUnclear: a fee is both an amount and a percentage, or neither, or one of something
            that is not known when it is charged.
        UnsupportedTerms: flat interest would have to be recalculated or float, or a penal charge is
            above its cap.
    """
    if terms.penal_cap_minor is not None and terms.penal_amount_minor > terms.penal_cap_minor:
        raise UnsupportedTerms("The penal amount is above the cap of penal charges.")
    if Method.FLAT in terms.methods and terms.benchmark is not None:
        raise UnsupportedTerms("Flat interest does not float.")
    if Method.FLAT in terms.methods and terms.servicing.recalculation is not Recalculation.NONE:
        raise UnsupportedTerms("Flat interest is not recalculated.")
    for fee in terms.fees:
        for fault in faults_of_fee(fee):
            raise FeeUnclear(fault)
    if (
        terms.principal_min_minor > terms.principal_max_minor
        or terms.instalments_min > terms.instalments_max
        or terms.every_days_min > terms.every_days_max
        or not terms.annual_rate_min <= terms.annual_rate <= terms.annual_rate_max
    ):
        raise BoundsOfProductCross


def terms_for(wish: ApplyForLoan, product: LoanProduct, today: date) -> QuoteLoan:
    """The terms of the loan that is wished, within what the product allows.

    Raises:
        CurrencyMismatch, PrincipalOutsideProduct, RateOutsideProduct, TermOutsideProduct,
        MethodNotOffered, FrequencyNotOffered, ShapeOutsideProduct, StartInThePast
    """
    _check_amounts(wish, product)
    for fault in _faults_of_shape(wish, product):
        raise ShapeOutsideProduct(fault)
    start = today if wish.start_date is None else wish.start_date
    if start < today:
        raise StartInThePast
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
        **wish.model_dump(include=set(Shape.model_fields)),
        **product.model_dump(include=set(DueDates.model_fields)),
        fees=_fees(wish, product),
    )


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


def _fees(wish: ApplyForLoan, product: LoanProduct) -> tuple[Fee, ...]:
    """Those kept back as amounts, those due with instalments as the product has them."""
    return (
        *(
            Fee(name=fee.name, amount_minor=fee.amount_minor + fee.tax_minor)
            for fee in fees_kept_back(product.fees, wish.principal_minor)
        ),
        *(fee for fee in product.fees if fee.charged is FeeCharged.PER_INSTALMENT),
    )


def _faults_of_shape(wish: ApplyForLoan, product: LoanProduct) -> Iterator[str]:
    """What of the schedule's shape goes beyond the product."""
    for name in ("principal_grace", "interest_grace", "interest_free_periods", "moratorium"):
        most = getattr(product, f"{name}_max")
        if getattr(wish, name) > most:
            yield f"`{name}` is at most {most} for {product.name}."
    least, most = product.every_days_min, product.every_days_max
    if wish.every_days is not None and not least <= wish.every_days <= most:
        yield f"`every_days` is {least} to {most} for {product.name}."
    if _percent(wish.balloon_minor, wish) > product.balloon_percent_max:
        yield f"`balloon` is at most {product.balloon_percent_max:f} percent of the principal."
    most = product.down_payment_percent_max
    if max(_percent(wish.down_payment_minor, wish), Fraction(wish.down_payment_percent)) > most:
        yield f"`down_payment` is at most {most:f} percent of the principal."


def _percent(amount_minor: int, wish: ApplyForLoan) -> Fraction:
    return Fraction(amount_minor * 100, wish.principal_minor)


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
