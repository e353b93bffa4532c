"""Accounts: opening, balances, cash, status, postings."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Query
from pydantic import Field

from contracts.account import (
    Account,
    AccountOpened,
    Accounts,
    AccountStatus,
    AccountStatusChanged,
    AccountType,
    Balance,
    BranchCode,
    ChangeAccountStatus,
    EntryKind,
    GetAccount,
    GetBalance,
    Ifsc,
    ListAccounts,
    ListPostings,
    MakeDeposit,
    MakeWithdrawal,
    Moment,
    OpenAccount,
    Postings,
    Reason,
    Text,
)
from contracts.money import DEFAULT_CURRENCY, Currency
from gateway.money import Amount, MoneyText, decimal_text, minor_units_or_zero, money
from gateway.routes.entries import ACCOUNT, PostingsAnswer, cash_answer, posting_answer
from gateway.routing import EdgeRouter
from gateway.schemas import (
    AccountPath,
    After,
    Answer,
    AsOf,
    Body,
    FromDate,
    IsoDate,
    Limit,
    Page,
    RowId,
    ToDate,
    example,
)

router = EdgeRouter("/api/accounts", "accounts")

AN_ACCOUNT = {
    "id": 1, "uuid": "01941f29-7c00-7000-8000-000000000003", "account_number": ACCOUNT,
    "customer_id": 1, "account_type": "SAVINGS", "product_code": "SAVINGS", "currency": "INR",
    "branch_code": "BR001", "ifsc_code": "BANK0000001", "status": "ACTIVE", "balance": "1000.00",
    "available_balance": "1000.00", "held": "0.00", "overdraft_limit": "0.00",
    "opened_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T10:00:00Z",
}  # fmt: skip


class OpeningRequest(Body):
    model_config = example(
        customer_id=1, account_type="SAVINGS", initial_deposit="1000.00", branch_code="BR001",
        ifsc_code="BANK0000001",
    )  # fmt: skip

    customer_id: RowId
    account_type: AccountType
    product_code: Annotated[str, Field(max_length=30)] | None = None
    currency: Currency = DEFAULT_CURRENCY
    branch_code: BranchCode
    ifsc_code: Ifsc | None = None  # the branch has its own, and another one is refused
    initial_deposit: Amount = "0"


class CashRequest(Body):
    model_config = example(amount="500.00", description="Cash deposit")

    amount: Amount
    currency: Currency = DEFAULT_CURRENCY  # must be the account's
    description: Text = ""
    value_date: IsoDate | None = None


class AccountStatusRequest(Body):
    model_config = example(status="FROZEN", reason="requested by the customer")

    status: AccountStatus
    reason: Reason


class AccountAnswer(Answer):
    """An account: `available_balance` is what may be spent, holds and overdraft counted."""

    model_config = example(**AN_ACCOUNT)
    location: ClassVar[str | None] = "/api/accounts/{account_number}"

    id: int
    uuid: UUID
    account_number: str
    customer_id: int
    account_type: AccountType
    product_code: str
    currency: Currency
    branch_code: str
    ifsc_code: str
    status: AccountStatus
    balance: MoneyText
    available_balance: MoneyText
    held: MoneyText
    overdraft_limit: MoneyText
    opened_at: datetime
    updated_at: datetime


class AccountsAnswer(Page[AccountAnswer]):
    model_config = example(items=[AN_ACCOUNT], next_cursor=None)


class BalanceAnswer(Answer):
    model_config = example(
        account_number=ACCOUNT, currency="INR", balance="1000.00", available_balance="1000.00",
        held="0.00", as_of="2026-01-01T10:00:00Z",
    )  # fmt: skip

    account_number: str
    currency: Currency
    balance: MoneyText
    available_balance: MoneyText
    held: MoneyText
    as_of: Moment  # the end of a business date is one of the business zone


def account_answer(account: Account) -> AccountAnswer:
    currency = account.currency
    return AccountAnswer(
        **account.model_dump(include=_AS_IT_IS),
        balance=decimal_text(account.balance_minor, currency),
        available_balance=decimal_text(account.available_minor, currency),
        held=decimal_text(account.held_minor, currency),
        overdraft_limit=decimal_text(account.overdraft_limit_minor, currency),
    )


def accounts_answer(accounts: Accounts) -> AccountsAnswer:
    items = tuple(account_answer(account) for account in accounts.items)
    return AccountsAnswer(items=items, next_cursor=accounts.next_cursor)


def opened_answer(opened: AccountOpened) -> AccountAnswer:
    return account_answer(opened.account)


def status_answer(changed: AccountStatusChanged) -> AccountAnswer:
    return account_answer(changed.account)


def balance_answer(balance: Balance) -> BalanceAnswer:
    return BalanceAnswer(
        account_number=balance.account_number,
        currency=balance.currency,
        balance=decimal_text(balance.balance_minor, balance.currency),
        available_balance=decimal_text(balance.available_minor, balance.currency),
        held=decimal_text(balance.held_minor, balance.currency),
        as_of=balance.as_of,
    )


def postings_answer(postings: Postings) -> PostingsAnswer:
    items = tuple(posting_answer(posting) for posting in postings.items)
    return PostingsAnswer(items=items, next_cursor=postings.next_cursor)


@router.sends(OpenAccount, "POST ", answers=opened_answer)
def open_account(body: OpeningRequest) -> OpenAccount:
    """Open an account and book its initial deposit, or do neither."""
    return OpenAccount(
        **body.model_dump(exclude={"initial_deposit"}),
        initial_deposit_minor=minor_units_or_zero(
            body.initial_deposit, body.currency, "/initial_deposit"
        ),
    )


@router.asks(ListAccounts, "GET ", answers=accounts_answer)
def list_accounts(
    customer_id: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    status: Annotated[AccountStatus | None, Query()] = None,
    limit: Limit = 25,
    cursor: After = None,
) -> ListAccounts:
    """Accounts, newest first; a customer sees his own."""
    return ListAccounts(customer_id=customer_id, status=status, limit=limit, cursor=cursor)


@router.asks(GetAccount, "GET /{account_number}", answers=account_answer)
def get_account(account_number: AccountPath) -> GetAccount:
    """An account with its balances."""
    return GetAccount(account_number=account_number)


@router.asks(GetBalance, "GET /{account_number}/balance", answers=balance_answer)
def get_balance(account_number: AccountPath, as_of: AsOf = None) -> GetBalance:
    """The balance now, or at the end of a business date."""
    return GetBalance(account_number=account_number, as_of=as_of)


@router.sends(MakeDeposit, "POST /{account_number}/deposit", answers=cash_answer)
def make_deposit(account_number: AccountPath, body: CashRequest) -> MakeDeposit:
    """Pay cash in."""
    return MakeDeposit(
        account_number=account_number,
        amount=money(body.amount, body.currency),
        description=body.description,
        value_date=body.value_date,
    )


@router.sends(MakeWithdrawal, "POST /{account_number}/withdraw", answers=cash_answer)
def make_withdrawal(account_number: AccountPath, body: CashRequest) -> MakeWithdrawal:
    """Pay cash out, as far as the available balance and the limits allow."""
    return MakeWithdrawal(
        account_number=account_number,
        amount=money(body.amount, body.currency),
        description=body.description,
        value_date=body.value_date,
    )


@router.asks(ListPostings, "GET /{account_number}/transactions", answers=postings_answer)
def list_postings(
    account_number: AccountPath,
    booked_from: FromDate = None,
    booked_to: ToDate = None,
    kind: Annotated[EntryKind | None, Query(alias="type")] = None,
    limit: Limit = 25,
    cursor: After = None,
) -> ListPostings:
    """What was booked on the account, each with the balance after it; never behind."""
    return ListPostings(
        account_number=account_number,
        booked_from=booked_from,
        booked_to=booked_to,
        kind=kind,
        limit=limit,
        cursor=cursor,
    )


@router.sends(
    ChangeAccountStatus, "PATCH /{account_number}/status", answers=status_answer, status=200
)
def change_account_status(
    account_number: AccountPath, body: AccountStatusRequest
) -> ChangeAccountStatus:
    """Freeze, block, close or reactivate; closing needs a balance of zero and no holds."""
    return ChangeAccountStatus(
        account_number=account_number, status=body.status, reason=body.reason
    )


_AS_IT_IS = set(AccountAnswer.model_fields) & set(Account.model_fields)
