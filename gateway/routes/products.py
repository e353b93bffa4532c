"""What the bank offers and where: products and branches."""

from typing import Annotated

from pydantic import Field

from contracts.account.products import (
    Branch,
    Branches,
    CreateBranch,
    CreateProduct,
    ListBranches,
    ListProducts,
    Product,
    Products,
)
from contracts.account.values import AccountType, Channel
from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.words import BranchCode, OurIfsc
from gateway.money import Amount, MoneyText, minor_units, minor_units_or_zero
from gateway.routing import EdgeRouter
from gateway.schemas import Answer, Body, example

router = EdgeRouter("/api", "products and branches")

A_BRANCH = {
    "code": "BR002", "name": "Andheri West", "city": "Mumbai", "ifsc_code": "BANK0000002",
}  # fmt: skip
A_PRODUCT = {
    "code": "SAVINGS_PLUS", "name": "Savings Plus", "account_type": "SAVINGS", "currency": "INR",
    "overdraft_limit": "0.00", "transaction_limit": "200000.00", "daily_limit": "500000.00",
    "channel_daily_limits": {"ONLINE": "100000.00"},
}  # fmt: skip


class BranchRequest(Body):
    model_config = example(**A_BRANCH)

    code: BranchCode
    name: Annotated[str, Field(min_length=1, max_length=100)]
    city: Annotated[str, Field(min_length=1, max_length=60)]
    ifsc_code: OurIfsc


class BranchAnswer(Answer):
    model_config = example(**A_BRANCH)
    tells = Branch

    code: str
    name: str
    city: str
    ifsc_code: str | None


class BranchesAnswer(Answer):
    model_config = example(items=[A_BRANCH])
    tells = Branches

    items: tuple[BranchAnswer, ...]


class ProductRequest(Body):
    """Limits are amounts of the product's currency; a limit that is left out is none."""

    model_config = example(**A_PRODUCT)

    code: Annotated[str, Field(pattern=r"^[A-Z0-9_]{3,30}$")]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    account_type: AccountType
    currency: Currency = DEFAULT_CURRENCY
    overdraft_limit: Amount = "0"
    transaction_limit: Amount | None = None
    daily_limit: Amount | None = None
    channel_daily_limits: dict[Channel, Amount] = Field(default_factory=dict)


class ProductAnswer(Answer):
    model_config = example(**A_PRODUCT, is_offered=True)
    tells = Product

    code: str
    name: str
    account_type: AccountType
    currency: Currency
    overdraft_limit: MoneyText
    transaction_limit: MoneyText | None
    daily_limit: MoneyText | None
    channel_daily_limits: dict[Channel, MoneyText]
    is_offered: bool  # False: no account of it is opened any more


class ProductsAnswer(Answer):
    model_config = example(items=[A_PRODUCT | {"is_offered": True}])
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
    """What accounts are of, with their limits; new ones are opened where `is_offered` is true."""
    return ListProducts()


@router.sends(CreateProduct, "POST /products", answers=ProductAnswer)
def create_product(body: ProductRequest) -> CreateProduct:
    """Offer a new kind of account."""

    def limit(name: str, text: str | None) -> int | None:
        return None if text is None else minor_units(text, body.currency, f"/{name}")

    return CreateProduct(
        code=body.code,
        name=body.name,
        account_type=body.account_type,
        currency=body.currency,
        overdraft_limit_minor=minor_units_or_zero(
            body.overdraft_limit, body.currency, "/overdraft_limit"
        ),
        transaction_limit_minor=limit("transaction_limit", body.transaction_limit),
        daily_limit_minor=limit("daily_limit", body.daily_limit),
        channel_daily_limits_minor={
            channel: minor_units(text, body.currency, f"/channel_daily_limits/{channel}")
            for channel, text in body.channel_daily_limits.items()
        },
    )
