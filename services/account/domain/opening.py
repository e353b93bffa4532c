"""Opening an account: which product it is of, for whom, and what it is called."""

from collections.abc import Sequence
from datetime import date

from contracts.account import OpenAccount, Product
from contracts.money import CurrencyMismatch
from services.account.domain.refusals import CustomerNotActive, ProductMismatch, UnknownProduct
from services.account.domain.standing import Standing


def check_standing(standing: Standing) -> None:
    if standing is not Standing.ACTIVE:
        raise CustomerNotActive


def product_for(command: OpenAccount, products: Sequence[Product]) -> Product:
    """The product named, or without a name the first for this type and currency.

    Raises:
        UnknownProduct: there is none.
        ProductMismatch, CurrencyMismatch: the one named is for other accounts.
    """
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
