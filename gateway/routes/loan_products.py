"""Loan products: within which bounds loans are made."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from fastapi import Path
from pydantic import BaseModel, Field, StrictBool, StrictInt

from contracts.loan.benchmarks import BenchmarkCode
from contracts.loan.counting import CountingRules
from contracts.loan.products import (
    AddLoanProductVersion,
    CreateLoanProduct,
    GetLoanProduct,
    ListLoanProducts,
    LoanProduct,
    LoanProducts,
    LoanProductShown,
    LoanProductVersion,
)
from contracts.loan.servicing import ServicingRules
from contracts.loan.shape import DAYS_MAX
from contracts.loan.terms import Fee
from contracts.loan.values import LoanProductCode
from contracts.loan.words import FeeCharged, Frequency, Method, PercentOf
from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.words import Name
from gateway.answers.loan_shapes import LIMITS, NO_HOLIDAYS, DueDatesTold, ShapeLimitsTold
from gateway.loan_terms import DueDatesRequest, FeeRequest, fee_of
from gateway.money import Amount, ExactDecimal, MoneyText, minor_units, rate_text
from gateway.routing import EdgeRouter
from gateway.schemas import Answer, Body, IsoDate, example
from gateway.telling import From

router = EdgeRouter("/api/loans/products", "loans")

LoanProductPath = Annotated[LoanProductCode, Path(examples=["PERSONAL"])]
A_FEE = {
    "name": "Processing fee", "amount": None, "percent": "1", "percent_of": "PRINCIPAL",
    "charged": "AT_DISBURSEMENT", "tax_percent": "18",
}  # fmt: skip
BOUNDS = {
    "currency": "INR", "principal_min": "10000.00", "principal_max": "2000000.00",
    "annual_rate_min": "9", "annual_rate_max": "24", "annual_rate": "12", "instalments_min": 3,
    "instalments_max": 84, "methods": ["EMI"], "frequencies": ["MONTHLY"], "fees": [A_FEE],
    "servicing": ServicingRules().model_dump(mode="json"), "penal_rate": "24",
    "penal_amount": "250.00", "penal_grace_days": 3, "penal_cap": "1000.00",
    "penal_tax_percent": "0", "cooling_off_days": 3, "tranches_max": 1,
    "instalment_multiple": "0.01", "counting": CountingRules().model_dump(mode="json"),
    "benchmark": None, **LIMITS, **NO_HOLIDAYS, "secured": False,
}  # fmt: skip
A_PRODUCT = {"code": "PERSONAL_PLUS", "name": "Personal loan plus", **BOUNDS}
IN_FORCE = {"version": 1, "valid_from": "2026-01-01"}


class ShapeLimitsRequest(Body):
    """How far applications may choose the shape of their schedule; by default not at all."""

    every_days_min: StrictInt = 1
    every_days_max: StrictInt = DAYS_MAX
    principal_grace_max: StrictInt = 0
    interest_grace_max: StrictInt = 0
    interest_free_periods_max: StrictInt = 0
    moratorium_max: StrictInt = 0
    balloon_percent_max: ExactDecimal = Decimal(0)
    down_payment_percent_max: ExactDecimal = Decimal(0)


class ProductTermsRequest(ShapeLimitsRequest, DueDatesRequest):
    """Amounts are of the product's currency, rates percent a year."""

    currency: Currency = DEFAULT_CURRENCY
    principal_min: Amount
    principal_max: Amount
    annual_rate_min: ExactDecimal
    annual_rate_max: ExactDecimal
    annual_rate: ExactDecimal
    instalments_min: StrictInt
    instalments_max: StrictInt
    methods: tuple[Method, ...]
    frequencies: tuple[Frequency, ...]
    fees: Annotated[tuple[FeeRequest, ...], Field(max_length=20)] = ()
    servicing: ServicingRules = ServicingRules()
    penal_rate: ExactDecimal = Decimal(0)
    penal_amount: Amount | None = None
    penal_grace_days: StrictInt = 0
    penal_cap: Amount | None = None
    penal_tax_percent: ExactDecimal = Decimal(0)
    cooling_off_days: StrictInt = 0
    tranches_max: StrictInt = 1
    counting: CountingRules = CountingRules()
    instalment_multiple: Amount | None = None
    benchmark: BenchmarkCode | None = None
    secured: StrictBool = False

    def as_terms(self) -> dict[str, Any]:
        """The fields of the command, amounts in minor units."""
        amounts = {
            "principal_min", "principal_max", "fees", "instalment_multiple", "penal_amount",
            "penal_cap",
        }  # fmt: skip
        return {
            **self.model_dump(exclude=amounts),
            **{
                f"{name}_minor": minor_units(getattr(self, name), self.currency, f"/{name}")
                for name in ("principal_min", "principal_max")
            },
            "instalment_multiple_minor": self._minor("instalment_multiple", 1),
            "penal_amount_minor": self._minor("penal_amount", 0),
            "penal_cap_minor": self._minor("penal_cap", None),
            "fees": tuple(
                fee_of(fee, self.currency, f"/fees/{place}") for place, fee in enumerate(self.fees)
            ),
        }

    def _minor(self, name: str, left_out: int | None) -> int | None:
        """An amount that may be left out."""
        amount = getattr(self, name)
        return left_out if amount is None else minor_units(amount, self.currency, f"/{name}")


class LoanProductRequest(ProductTermsRequest):
    """A new loan product."""

    model_config = example(**A_PRODUCT)

    code: LoanProductCode
    name: Name


class LoanProductVersionRequest(ProductTermsRequest):
    """The whole terms; nothing is kept of the last version."""

    model_config = example(valid_from="2099-01-01", **BOUNDS)

    valid_from: IsoDate


class ProductFeeAnswer(Answer):
    """A fee of a product: an amount, or a percentage; tax comes on top."""

    tells = Fee
    borrows_currency = True

    name: str
    amount: MoneyText | None
    percent: Annotated[str | None, From("percent", rate_text)]
    percent_of: PercentOf
    charged: FeeCharged
    tax_percent: Annotated[str, From("tax_percent", "{:f}".format)]


class LoanTermsTold(ShapeLimitsTold, DueDatesTold):
    """What is told of the terms of a loan product, in the answers that tell them."""

    currency: Currency
    principal_min: MoneyText
    principal_max: MoneyText
    annual_rate_min: Annotated[str, From("annual_rate_min", "{:f}".format)]
    annual_rate_max: Annotated[str, From("annual_rate_max", "{:f}".format)]
    annual_rate: Annotated[str, From("annual_rate", "{:f}".format)]
    instalments_min: int
    instalments_max: int
    methods: tuple[Method, ...]
    frequencies: tuple[Frequency, ...]
    fees: tuple[ProductFeeAnswer, ...]
    servicing: ServicingRules
    penal_rate: Annotated[str, From("penal_rate", "{:f}".format)]
    penal_amount: MoneyText
    penal_grace_days: int
    penal_cap: MoneyText | None
    penal_tax_percent: Annotated[str, From("penal_tax_percent", "{:f}".format)]
    cooling_off_days: int
    tranches_max: int
    counting: CountingRules
    instalment_multiple: MoneyText
    benchmark: str | None
    secured: bool


class LoanProductAnswer(Answer, LoanTermsTold):
    """A loan product on the terms that are in force: those of `version`, since `valid_from`."""

    model_config = example(**A_PRODUCT, **IN_FORCE)
    location: ClassVar[str | None] = "/api/loans/products/{code}"
    tells: ClassVar[type[BaseModel] | None] = LoanProduct

    code: str
    name: str
    version: int
    valid_from: date


class LoanProductVersionAnswer(Answer, LoanTermsTold):
    """Terms of loans that are applied for from `valid_from` on, before the next ones."""

    model_config = example(code="PERSONAL", is_in_force=True, **IN_FORCE, **BOUNDS)
    location: ClassVar[str | None] = "/api/loans/products/{code}"
    tells = LoanProductVersion

    code: str
    version: int
    valid_from: date
    is_in_force: bool  # today


class LoanProductHistoryAnswer(LoanProductAnswer):
    """A loan product on the terms in force, with all versions, those to come included."""

    model_config = example(
        **A_PRODUCT, **IN_FORCE,
        versions=[{"code": "PERSONAL_PLUS", "is_in_force": True, **IN_FORCE, **BOUNDS}],
    )  # fmt: skip
    tells = LoanProductShown

    versions: tuple[LoanProductVersionAnswer, ...]


class LoanProductsAnswer(Answer):
    """Every loan product, by its code."""

    model_config = example(items=[A_PRODUCT | IN_FORCE])
    tells = LoanProducts

    items: tuple[LoanProductAnswer, ...]


@router.asks(ListLoanProducts, "GET ", answers=LoanProductsAnswer)
def list_loan_products() -> ListLoanProducts:
    """What the bank lends, within which bounds."""
    return ListLoanProducts()


@router.sends(CreateLoanProduct, "POST ", answers=LoanProductAnswer)
def create_loan_product(body: LoanProductRequest) -> CreateLoanProduct:
    """Offer a kind of loan, on the first version of its terms, from today on."""
    return CreateLoanProduct(**body.as_terms())


@router.asks(GetLoanProduct, "GET /{code}", answers=LoanProductHistoryAnswer)
def get_loan_product(code: LoanProductPath) -> GetLoanProduct:
    """One loan product, with every version of its terms."""
    return GetLoanProduct(code=code)


@router.sends(AddLoanProductVersion, "POST /{code}/versions", answers=LoanProductVersionAnswer)
def add_loan_product_version(
    code: LoanProductPath, body: LoanProductVersionRequest
) -> AddLoanProductVersion:
    """Give a loan product other terms from a date on. Loans that were applied for keep theirs."""
    return AddLoanProductVersion(code=code, **body.as_terms())
