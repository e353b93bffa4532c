"""Branches and products: what accounts are opened at and of."""

from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.account.values import AccountType, Channel, ProductCode
from contracts.envelope import Command, Message, Query, Role
from contracts.money import MINOR_MAX, Currency
from contracts.words import PRINTABLE, BranchCode, Name, OurIfsc


class Branch(Message):
    """A branch, and the IFSC that all its accounts have."""

    code: str
    name: str
    city: str
    ifsc_code: str | None = None  # None: in an answer of before branches had one


class BranchCreated(Branch):
    """Reply to CreateBranch."""


class CreateBranch(Command):
    """Add a branch, at which accounts can be opened from now on."""

    reply = BranchCreated
    roles = frozenset({Role.ADMIN})
    senders = frozenset({"gateway", "operator"})
    about = "branch:{code}"

    code: BranchCode
    name: Name
    city: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=PRINTABLE)]
    ifsc_code: OurIfsc  # of no other branch


class Branches(Message):
    """Every branch, in order of code."""

    items: tuple[Branch, ...]


class ListBranches(Query):
    """All branches at once; a bank has few."""

    reply = Branches


class GetBranch(Query):
    """One branch, by its code."""

    reply = Branch
    senders = frozenset({"auth"})
    roles = frozenset()

    code: BranchCode


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
    is_offered: bool = True  # False: no account of it is opened any more


class ProductCreated(Product):
    """Reply to CreateProduct."""


Limit = Annotated[int, Field(strict=True, gt=0, le=MINOR_MAX)]


class CreateProduct(Command):
    """Add a product; its limits, in minor units, hold for every account of it."""

    reply = ProductCreated
    roles = frozenset({Role.ADMIN})
    senders = frozenset({"gateway", "operator"})
    about = "product:{code}"

    code: ProductCode
    name: Name
    account_type: AccountType
    currency: Currency = Currency.INR
    overdraft_limit_minor: Annotated[int, Field(strict=True, ge=0, le=MINOR_MAX)] = 0
    transaction_limit_minor: Limit | None = None
    daily_limit_minor: Limit | None = None
    channel_daily_limits_minor: dict[Channel, Limit] = Field(default_factory=dict)


class Products(Message):
    """Every product, in order of code."""

    items: tuple[Product, ...]


class ListProducts(Query):
    """All products at once; a bank has few."""

    reply = Products
