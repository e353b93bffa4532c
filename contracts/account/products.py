"""Branches and products: what accounts are opened at and of."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.account.values import AccountType, Channel, ProductCode
from contracts.envelope import Command, Message, Query, Role
from contracts.money import MINOR_MAX, Currency
from contracts.words import BranchCode, Name, OurIfsc, ShortName


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
    city: ShortName
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


class ProductTerms(Message):
    """What an account may do; limits in minor units, None means unlimited."""

    overdraft_limit_minor: int
    transaction_limit_minor: int | None
    daily_limit_minor: int | None
    channel_daily_limits_minor: dict[Channel, int]
    ledger_line: str | None = None  # None: in an answer of before products had one

    @property
    def is_limited(self) -> bool:
        """True when something limits what leaves an account."""
        limits = (self.transaction_limit_minor, self.daily_limit_minor)
        return any(limits) or bool(self.channel_daily_limits_minor)


class Product(ProductTerms):
    """A product on the terms that are in force."""

    code: str
    name: str
    account_type: AccountType
    currency: Currency
    is_offered: bool = True  # False: no account of it is opened any more
    version: int = 1
    valid_from: date | None = None  # None: in an answer of before products had versions


class ProductCreated(Product):
    """Reply to CreateProduct."""


Limit = Annotated[int, Field(strict=True, gt=0, le=MINOR_MAX)]
Overdraft = Annotated[int, Field(strict=True, ge=0, le=MINOR_MAX)]
LedgerLine = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_-]{1,29}$")]


class CreateProduct(Command):
    """Add a product, with the first version of its terms, in force from today's business date."""

    reply = ProductCreated
    roles = frozenset({Role.ADMIN})
    senders = frozenset({"gateway", "operator"})
    about = "product:{code}"

    code: ProductCode
    name: Name
    account_type: AccountType
    currency: Currency = Currency.INR
    overdraft_limit_minor: Overdraft = 0
    transaction_limit_minor: Limit | None = None
    daily_limit_minor: Limit | None = None
    channel_daily_limits_minor: dict[Channel, Limit] = Field(default_factory=dict)
    ledger_line: LedgerLine | None = None  # None: the line of the account type


class ProductVersion(ProductTerms):
    """Terms of a product; accounts opened from `valid_from` on have them, until the next ones."""

    code: str
    version: int  # 1, 2, 3 …
    valid_from: date  # a business date
    currency: Currency
    is_in_force: bool  # today


class ProductVersionAdded(ProductVersion):
    """Reply to AddProductVersion."""


class AddProductVersion(Command):
    """Give a product other terms from a business date on; accounts that are open keep theirs.

    The terms are whole: a limit that is left out is none.
    """

    reply = ProductVersionAdded
    roles = frozenset({Role.ADMIN})
    about = "product:{code}"

    code: ProductCode
    valid_from: date  # today's business date or a later one, after that of the last version
    currency: Currency = Currency.INR  # of the amounts: must be the product's
    overdraft_limit_minor: Overdraft = 0
    transaction_limit_minor: Limit | None = None
    daily_limit_minor: Limit | None = None
    channel_daily_limits_minor: dict[Channel, Limit] = Field(default_factory=dict)
    ledger_line: LedgerLine | None = None  # None: that of the last version


class ProductShown(Product):
    """Reply to GetProduct."""

    versions: tuple[ProductVersion, ...]  # in order, those to come included


class GetProduct(Query):
    """One product with all versions of its terms."""

    reply = ProductShown

    code: ProductCode


class Products(Message):
    """Every product, in order of code, on the terms in force."""

    items: tuple[Product, ...]


class ListProducts(Query):
    """All products at once; a bank has few."""

    reply = Products
