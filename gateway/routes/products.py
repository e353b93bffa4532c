"""What the bank offers and where: products and branches."""

from datetime import date
from typing import Annotated, Any, ClassVar

from fastapi import Path
from pydantic import BaseModel, Field

from contracts.account.products import (
    AddProductVersion,
    Branch,
    Branches,
    CreateBranch,
    CreateProduct,
    GetProduct,
    LedgerLine,
    ListBranches,
    ListProducts,
    Product,
    Products,
    ProductShown,
    ProductVersion,
)
from contracts.account.values import AccountType, Channel, ProductCode
from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.words import BranchCode, Name, OurIfsc, ShortName
from gateway.money import Amount, MoneyText, minor_units, minor_units_or_zero
from gateway.routing import EdgeRouter
from gateway.schemas import Answer, Body, IsoDate, example

router = EdgeRouter("/api", "products and branches")

ProductPath = Annotated[ProductCode, Path(examples=["SAVINGS"])]

A_BRANCH = {
    "code": "BR002", "name": "Andheri West", "city": "Mumbai", "ifsc_code": "BANK0000002",
}  # fmt: skip
A_PRODUCT = {
    "code": "SAVINGS_PLUS", "name": "Savings Plus", "account_type": "SAVINGS", "currency": "INR",
    "overdraft_limit": "0.00", "transaction_limit": "200000.00", "daily_limit": "500000.00",
    "channel_daily_limits": {"ONLINE": "100000.00"}, "ledger_line": "SAVINGS",
}  # fmt: skip
IN_FORCE = {"is_offered": True, "version": 1, "valid_from": "2026-01-01"}
A_VERSION = {
    "valid_from": "2099-01-01", "currency": "INR", "overdraft_limit": "0.00",
    "transaction_limit": "100000.00", "daily_limit": "250000.00",
    "channel_daily_limits": {"ONLINE": "50000.00"}, "ledger_line": "SAVINGS",
}  # fmt: skip


class BranchRequest(Body):
    """A new branch."""

    model_config = example(**A_BRANCH)

    code: BranchCode
    name: Name
    city: ShortName
    ifsc_code: OurIfsc


class BranchAnswer(Answer):
    """A branch of this bank."""

    model_config = example(**A_BRANCH)
    tells = Branch

    code: str
    name: str
    city: str
    ifsc_code: str | None


class BranchesAnswer(Answer):
    """Every branch, by its code."""

    model_config = example(items=[A_BRANCH])
    tells = Branches

    items: tuple[BranchAnswer, ...]


class TermsRequest(Body):
    """Limits are amounts of the product's currency; a limit that is left out is none."""

    currency: Currency = DEFAULT_CURRENCY
    overdraft_limit: Amount = "0"
    transaction_limit: Amount | None = None
    daily_limit: Amount | None = None
    channel_daily_limits: dict[Channel, Amount] = Field(default_factory=dict)
    ledger_line: LedgerLine | None = None

    def in_minor_units(self) -> dict[str, Any]:
        """The fields of the command that are amounts."""

        def limit(name: str, text: str | None) -> int | None:
            return None if text is None else minor_units(text, self.currency, f"/{name}")

        return {
            "overdraft_limit_minor": minor_units_or_zero(
                self.overdraft_limit, self.currency, "/overdraft_limit"
            ),
            "transaction_limit_minor": limit("transaction_limit", self.transaction_limit),
            "daily_limit_minor": limit("daily_limit", self.daily_limit),
            "channel_daily_limits_minor": {
                channel: minor_units(text, self.currency, f"/channel_daily_limits/{channel}")
                for channel, text in self.channel_daily_limits.items()
            },
        }


class ProductRequest(TermsRequest):
    """Without `ledger_line` its accounts belong to the line of their type."""

    model_config = example(**A_PRODUCT)

    code: ProductCode
    name: Name
    account_type: AccountType


class ProductVersionRequest(TermsRequest):
    """The whole terms; without `ledger_line` that of the last version."""

    model_config = example(**A_VERSION)

    valid_from: IsoDate


class TermsTold(BaseModel):
    """What is told of the terms of a product, in the answers that tell them."""

    currency: Currency
    overdraft_limit: MoneyText
    transaction_limit: MoneyText | None
    daily_limit: MoneyText | None
    channel_daily_limits: dict[Channel, MoneyText]
    ledger_line: str | None  # of the books, to which its accounts belong


class ProductAnswer(Answer, TermsTold):
    """A product on the terms that are in force: those of `version`, since `valid_from`."""

    model_config = example(**A_PRODUCT, **IN_FORCE)
    location: ClassVar[str | None] = "/api/products/{code}"
    tells: ClassVar[type[BaseModel] | None] = Product

    code: str
    name: str
    account_type: AccountType
    is_offered: bool  # False: no account of it is opened any more
    version: int
    valid_from: date | None


class ProductVersionAnswer(Answer, TermsTold):
    """Terms that accounts have which were opened from `valid_from` on, before the next ones."""

    model_config = example(code="SAVINGS", version=2, is_in_force=False, **A_VERSION)
    location: ClassVar[str | None] = "/api/products/{code}"
    tells = ProductVersion

    code: str
    version: int
    valid_from: date
    is_in_force: bool  # today


class ProductHistoryAnswer(ProductAnswer):
    """A product on the terms in force, with all versions there are, those to come included."""

    model_config = example(
        **A_PRODUCT, **IN_FORCE,
        versions=[{"code": "SAVINGS_PLUS", "version": 1, "is_in_force": True, **A_VERSION}],
    )  # fmt: skip
    tells = ProductShown

    versions: tuple[ProductVersionAnswer, ...]


class ProductsAnswer(Answer):
    """Every product, by its code."""

    model_config = example(items=[A_PRODUCT | IN_FORCE])
    tells = Products

    items: tuple[ProductAnswer, ...]


@router.asks(ListBranches, "GET /branches", answers=BranchesAnswer)
def list_branches() -> ListBranches:
    """The bank's branches."""
    return ListBranches()


@router.sends(CreateBranch, "POST /branches", answers=BranchAnswer)
def create_branch(body: BranchRequest) -> CreateBranch:
    """Open a branch; all its accounts have its IFSC."""
    return CreateBranch(**body.model_dump())


@router.asks(ListProducts, "GET /products", answers=ProductsAnswer)
def list_products() -> ListProducts:
    """Products on the terms in force; accounts are opened of those where `is_offered` is true."""
    return ListProducts()


@router.asks(GetProduct, "GET /products/{code}", answers=ProductHistoryAnswer)
def get_product(code: ProductPath) -> GetProduct:
    """One product, with every version of its terms."""
    return GetProduct(code=code)


@router.sends(CreateProduct, "POST /products", answers=ProductAnswer)
def create_product(body: ProductRequest) -> CreateProduct:
    """Offer a new kind of account, on the first version of its terms, from today on."""
    return CreateProduct(
        code=body.code,
        name=body.name,
        account_type=body.account_type,
        currency=body.currency,
        ledger_line=body.ledger_line,
        **body.in_minor_units(),
    )


@router.sends(AddProductVersion, "POST /products/{code}/versions", answers=ProductVersionAnswer)
def add_product_version(code: ProductPath, body: ProductVersionRequest) -> AddProductVersion:
    """Give a product other terms from a date on. Accounts that are open keep theirs."""
    return AddProductVersion(
        code=code,
        valid_from=body.valid_from,
        currency=body.currency,
        ledger_line=body.ledger_line,
        **body.in_minor_units(),
    )
