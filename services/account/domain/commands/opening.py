"""Opening an account: which product it is of, for whom, where, and what it is called."""

from collections.abc import Collection, Sequence
from datetime import date

from contracts.account.accounts import OpenAccount
from contracts.account.products import Branch, Product
from contracts.account.values import AccountType
from contracts.money import CurrencyMismatch
from services.account.domain.ledger.chart import GROUP_OF_LINE
from services.account.domain.ledger.standing import Standing
from services.account.domain.refusals import (
    CustomerNotActive,
    IfscMismatch,
    ProductMismatch,
    ProductNotOffered,
    UnknownBranch,
    UnknownLedgerLine,
    UnknownProduct,
)

# Both are bound until they mature: without rules for that they would be savings accounts.
NOT_OFFERED = frozenset({AccountType.FIXED_DEPOSIT, AccountType.RECURRING_DEPOSIT})


def check_standing(standing: Standing) -> None:
    if standing is not Standing.ACTIVE:
        raise CustomerNotActive


def check_branch(command: OpenAccount, branch: Branch | None) -> None:
    """Ask whether the account can be at this branch; its IFSC is the branch's.

    Raises:
        UnknownBranch: there is none.
        IfscMismatch: the account is wished under another IFSC.
    """
    if branch is None:
        raise UnknownBranch
    if command.ifsc_code not in (None, branch.ifsc_code):
        raise IfscMismatch(f"The IFSC of branch {branch.code} is {branch.ifsc_code}.")


def is_offered(account_type: AccountType) -> bool:
    return account_type not in NOT_OFFERED


def check_offered(account_type: AccountType) -> None:
    if not is_offered(account_type):
        raise ProductNotOffered


def check_ledger_line(line: str | None, lines: Collection[str]) -> None:
    """Ask whether customers' accounts can belong to this line of the books; on those of `lines`
    the bank owes, to customers or, where it has an account of its own, to others."""
    if line not in lines or line in GROUP_OF_LINE:
        raise UnknownLedgerLine


def product_for(command: OpenAccount, products: Sequence[Product]) -> Product:
    """The product named, or without a name the first for this type and currency.

    Raises:
        ProductNotOffered: accounts of this type are not opened, though older ones go on.
        UnknownProduct: there is none.
        ProductMismatch, CurrencyMismatch: the one named is for other accounts.
    """
    check_offered(command.account_type)
    if command.product_code is None:
        wanted = (command.account_type, command.currency)
        for product in products:
            if (product.account_type, product.currency) == wanted:
                return product
        raise UnknownProduct
    for product in products:
        if product.code == command.product_code:
            return _fitting(product, command)
    raise UnknownProduct


def account_number(opened_on: date, count: int) -> str:
    """`AC-20260101-000001`: the day, and how many were opened on it before, plus one."""
    return f"AC-{opened_on:%Y%m%d}-{count:06d}"


def _fitting(product: Product, command: OpenAccount) -> Product:
    if product.account_type is not command.account_type:
        raise ProductMismatch
    if product.currency is not command.currency:
        raise CurrencyMismatch
    return product
