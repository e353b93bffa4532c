"""Loan products: within which bounds loans are made, in dated versions."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from contracts.calendar import DueDates
from contracts.envelope import Command, Message, Query, Role
from contracts.loan.benchmarks import BenchmarkCode
from contracts.loan.counting import CountingRules
from contracts.loan.penal import PenalTerms
from contracts.loan.servicing import ServicingRules
from contracts.loan.shape import ShapeLimits
from contracts.loan.terms import Fee
from contracts.loan.values import (
    Count,
    LoanProductCode,
    Percent,
    PositiveMinor,
)
from contracts.loan.words import Frequency, Method
from contracts.money import Currency
from contracts.words import Name

Multiple = Annotated[int, Field(strict=True, ge=1, le=10**9)]  # as in a quote


class LoanProductTerms(PenalTerms, ShapeLimits, DueDates, Message):
    """Within which bounds loans of a product are made, and what is the same for all of them.

    Amounts are minor units of the product's currency, rates percent a year.
    """

    principal_min_minor: int
    principal_max_minor: int
    annual_rate_min: Decimal
    annual_rate_max: Decimal
    annual_rate: Decimal  # of an application that names none
    instalments_min: int
    instalments_max: int
    methods: tuple[Method, ...]
    frequencies: tuple[Frequency, ...]
    fees: tuple[Fee, ...]
    servicing: ServicingRules  # how it is repaid
    cooling_off_days: int  # in which a loan can be given back
    tranches_max: int  # into how many parts the principal can be split when it is paid out
    counting: CountingRules = CountingRules()  # how interest is counted
    instalment_multiple_minor: int = 1  # to which instalments are rounded, all but the last
    benchmark: str | None = None  # whose changes its loans follow; None: their rates are fixed
    secured: bool = False  # whether something of value stands for its loans


class LoanProduct(LoanProductTerms):
    """A loan product on the terms that are in force."""

    code: str
    name: str
    currency: Currency
    version: int
    valid_from: date


class LoanProductCreated(LoanProduct):
    """Reply to CreateLoanProduct."""


class _Terms(PenalTerms, ShapeLimits, DueDates, Command):
    """The terms of a product as they are set; see LoanProductTerms."""

    principal_min_minor: PositiveMinor
    principal_max_minor: PositiveMinor
    annual_rate_min: Percent
    annual_rate_max: Percent
    annual_rate: Percent
    instalments_min: Count
    instalments_max: Count
    methods: Annotated[tuple[Method, ...], Field(min_length=1, max_length=10)] = (Method.EMI,)
    frequencies: Annotated[tuple[Frequency, ...], Field(min_length=1, max_length=10)] = (
        Frequency.MONTHLY,
    )
    fees: Annotated[tuple[Fee, ...], Field(max_length=20)] = ()
    servicing: ServicingRules = ServicingRules()
    cooling_off_days: Annotated[int, Field(strict=True, ge=0, le=60)] = 0
    tranches_max: Annotated[int, Field(strict=True, ge=1, le=50)] = 1
    counting: CountingRules = CountingRules()
    instalment_multiple_minor: Multiple = 1
    benchmark: BenchmarkCode | None = None
    secured: Annotated[bool, Field(strict=True)] = False


class CreateLoanProduct(_Terms):
    """Offer a kind of loan, on the first version of its terms, in force from today on."""

    reply = LoanProductCreated
    roles = frozenset({Role.ADMIN})
    senders = frozenset({"gateway", "operator"})
    about = "loan-product:{code}"

    code: LoanProductCode
    name: Name
    currency: Currency = Currency.INR


class LoanProductVersion(LoanProductTerms):
    """Terms of loans that are applied for from `valid_from` on, until the next ones."""

    code: str
    version: int  # 1, 2, 3 …
    valid_from: date  # a business date
    currency: Currency
    is_in_force: bool  # today


class LoanProductVersionAdded(LoanProductVersion):
    """Reply to AddLoanProductVersion."""


class AddLoanProductVersion(_Terms):
    """Give a loan product other terms from a business date on; loans applied for keep theirs."""

    reply = LoanProductVersionAdded
    roles = frozenset({Role.ADMIN})
    about = "loan-product:{code}"

    code: LoanProductCode
    valid_from: date  # today's business date or a later one, after that of the last version
    currency: Currency = Currency.INR  # of the amounts: must be the product's


class LoanProductShown(LoanProduct):
    """Reply to GetLoanProduct."""

    versions: tuple[LoanProductVersion, ...]  # in order, those to come included


class GetLoanProduct(Query):
    """One loan product with all versions of its terms."""

    reply = LoanProductShown

    code: LoanProductCode


class LoanProducts(Message):
    """Every loan product, in order of code, on the terms in force."""

    items: tuple[LoanProduct, ...]


class ListLoanProducts(Query):
    """All loan products at once; a bank has few."""

    reply = LoanProducts
