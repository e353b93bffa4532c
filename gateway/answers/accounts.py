"""Accounts as answers."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from contracts.account.accounts import Account, Accounts
from contracts.account.values import AccountStatus, AccountType
from contracts.money import Currency
from gateway.money import MoneyText
from gateway.schemas import Answer, Page, example
from gateway.telling import From

ACCOUNT = "AC-20250709-123456"
OTHER_ACCOUNT = "AC-20250709-123457"
AN_ACCOUNT = {
    "id": 1, "uuid": "01941f29-7c00-7000-8000-000000000003", "account_number": ACCOUNT,
    "customer_id": 1, "account_type": "SAVINGS", "product_code": "SAVINGS",
    "product_version": 1, "currency": "INR", "branch_code": "BR001",
    "ifsc_code": "BANK0000001", "status": "ACTIVE", "balance": "1000.00",
    "available_balance": "1000.00", "held": "0.00", "overdraft_limit": "0.00",
    "opened_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T10:00:00Z",
}  # fmt: skip


class AccountAnswer(Answer):
    """An account: `available_balance` is what may be spent, holds and overdraft counted."""

    model_config = example(**AN_ACCOUNT)
    location: ClassVar[str | None] = "/api/accounts/{account_number}"
    tells = Account

    id: int
    uuid: UUID
    account_number: str
    customer_id: int
    account_type: AccountType
    product_code: str
    product_version: int  # whose terms it keeps
    currency: Currency
    branch_code: str
    ifsc_code: str
    status: AccountStatus
    balance: MoneyText
    available_balance: Annotated[MoneyText, From("available_minor")]
    held: MoneyText
    overdraft_limit: MoneyText
    opened_at: datetime
    updated_at: datetime


class AccountsAnswer(Page[AccountAnswer]):
    """Accounts, newest first."""

    model_config = example(items=[AN_ACCOUNT], next_cursor=None)
    tells = Accounts
