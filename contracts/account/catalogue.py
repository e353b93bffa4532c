"""Branches and products: what accounts are opened at and of."""

from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.account.values import PRINTABLE, AccountType, BranchCode, Channel, Name, ProductCode
from contracts.envelope import Command, Message, Query, Role
from contracts.money import MINOR_MAX, Currency


class Branch(Message):
    code: str
    name: str
    city: str


class BranchCreated(Branch): ...


class CreateBranch(Command):
    reply = BranchCreated
    roles = frozenset({Role.ADMIN})
    senders = frozenset({"gateway", "operator"})

    code: BranchCode
    name: Name
    city: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=PRINTABLE)]


class Branches(Message):
    items: tuple[Branch, ...]


class ListBranches(Query):
    reply = Branches


class Product(Message):
    """What an account of this product may do; limits in minor units, None means unlimited."""

    code: str
    name: str
    account_type: AccountType
    currency: Currency
    overdraft_limit_minor: int
    transaction_limit_minor: int | None
    daily_limit_minor: int | None
    channel_daily_limits_minor: dict[Channel, int]


class ProductCreated(Product): ...


Limit = Annotated[int, Field(strict=True, gt=0, le=MINOR_MAX)]


class CreateProduct(Command):
    reply = ProductCreated
    roles = frozenset({Role.ADMIN})
    senders = frozenset({"gateway", "operator"})

    code: ProductCode
    name: Name
    account_type: AccountType
    currency: Currency = Currency.INR
    overdraft_limit_minor: Annotated[int, Field(strict=True, ge=0, le=MINOR_MAX)] = 0
    transaction_limit_minor: Limit | None = None
    daily_limit_minor: Limit | None = None
    channel_daily_limits_minor: dict[Channel, Limit] = Field(default_factory=dict)


class Products(Message):
    items: tuple[Product, ...]


class ListProducts(Query):
    reply = Products
