"""Accounts: opening, balances, cash, status, postings."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Query
from pydantic import Field

from contracts.account.accounts import (
    Balance,
    ChangeAccountStatus,
    GetAccount,
    GetBalance,
    ListAccounts,
    ListPostings,
    OpenAccount,
)
from contracts.account.movements import CashMoved, MakeDeposit, MakeWithdrawal
from contracts.account.values import AccountStatus, AccountType, EntryKind
from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.words import BranchCode, Ifsc, Moment, Reason, Text
from gateway.answers.accounts import ACCOUNT, AccountAnswer, AccountsAnswer
from gateway.answers.postings import BOOKED, TRANSACTION, PostingsAnswer
from gateway.money import Amount, MoneyText, minor_units_or_zero, money
from gateway.routing import EdgeRouter, Part
from gateway.schemas import (
    AccountPath,
    After,
    Answer,
    AsOf,
    Body,
    FromDate,
    IsoDate,
    Limit,
    RowFilter,
    RowId,
    ToDate,
    example,
)
from gateway.telling import From

router = EdgeRouter("/api/accounts", "accounts")

CHANGED = Part(
    "account",
    AccountAnswer,
    hides=frozenset({"account_number", "customer_id", "was", "status", "reason", "changed_by"}),
)


class OpeningRequest(Body):
    """A new account of a customer who is there."""

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
    """Cash that is paid in or out."""

    model_config = example(amount="500.00", description="Cash deposit")

    amount: Amount
    currency: Currency = DEFAULT_CURRENCY  # must be the account's
    description: Text = ""
    value_date: IsoDate | None = None


class AccountStatusRequest(Body):
    """The status that the account gets, and why."""

    model_config = example(status="FROZEN", reason="requested by the customer")

    status: AccountStatus
    reason: Reason


class CashAnswer(Answer):
    """A deposit or withdrawal as booked."""

    model_config = example(
        transaction_id=TRANSACTION, reference="DEP-01941f297c0070008000000000000001",
        account_number=ACCOUNT, type="DEPOSIT", amount="500.00", currency="INR",
        balance_after="1500.00", **BOOKED,
    )  # fmt: skip
    location: ClassVar[str | None] = "/api/transactions/{transaction_id}"
    tells = CashMoved

    transaction_id: Annotated[UUID, From("entry_id")]
    reference: str
    account_number: str
    type: Annotated[EntryKind, From("kind")]
    amount: MoneyText
    currency: Currency
    balance_after: MoneyText
    description: str
    booked_at: datetime
    value_date: date


class BalanceAnswer(Answer):
    """What is on an account, now or at the end of a business date."""

    model_config = example(
        account_number=ACCOUNT, currency="INR", balance="1000.00", available_balance="1000.00",
        held="0.00", as_of="2026-01-01T10:00:00Z",
    )  # fmt: skip
    tells = Balance

    account_number: str
    currency: Currency
    balance: MoneyText
    available_balance: Annotated[MoneyText, From("available_minor")]
    held: MoneyText
    as_of: Moment  # the end of a business date is one of the business zone


@router.sends(OpenAccount, "POST ", answers=Part("account", AccountAnswer))
def open_account(body: OpeningRequest) -> OpenAccount:
    """Open an account and book its initial deposit, or do neither."""
    return OpenAccount(
        **body.model_dump(exclude={"initial_deposit"}),
        initial_deposit_minor=minor_units_or_zero(
            body.initial_deposit, body.currency, "/initial_deposit"
        ),
    )


@router.asks(ListAccounts, "GET ", answers=AccountsAnswer)
def list_accounts(
    customer_id: RowFilter = None,
    status: Annotated[AccountStatus | None, Query()] = None,
    limit: Limit = 25,
    cursor: After = None,
) -> ListAccounts:
    """Accounts, newest first; a customer sees his own."""
    return ListAccounts(customer_id=customer_id, status=status, limit=limit, cursor=cursor)


@router.asks(GetAccount, "GET /{account_number}", answers=AccountAnswer)
def get_account(account_number: AccountPath) -> GetAccount:
    """An account with its balances."""
    return GetAccount(account_number=account_number)


@router.asks(GetBalance, "GET /{account_number}/balance", answers=BalanceAnswer)
def get_balance(account_number: AccountPath, as_of: AsOf = None) -> GetBalance:
    """The balance now, or at the end of a business date."""
    return GetBalance(account_number=account_number, as_of=as_of)


@router.sends(MakeDeposit, "POST /{account_number}/deposit", answers=CashAnswer)
def make_deposit(account_number: AccountPath, body: CashRequest) -> MakeDeposit:
    """Pay cash in."""
    return MakeDeposit(
        account_number=account_number,
        amount=money(body.amount, body.currency),
        description=body.description,
        value_date=body.value_date,
    )


@router.sends(MakeWithdrawal, "POST /{account_number}/withdraw", answers=CashAnswer)
def make_withdrawal(account_number: AccountPath, body: CashRequest) -> MakeWithdrawal:
    """Pay cash out, as far as the available balance and the limits allow."""
    return MakeWithdrawal(
        account_number=account_number,
        amount=money(body.amount, body.currency),
        description=body.description,
        value_date=body.value_date,
    )


@router.asks(ListPostings, "GET /{account_number}/transactions", answers=PostingsAnswer)
def list_postings(
    account_number: AccountPath,
    booked_from: FromDate = None,
    booked_to: ToDate = None,
    kind: Annotated[EntryKind | None, Query(alias="type")] = None,
    limit: Limit = 25,
    cursor: After = None,
) -> ListPostings:
    """What was booked on the account, each with the balance after it; always up to date."""
    return ListPostings(
        account_number=account_number,
        booked_from=booked_from,
        booked_to=booked_to,
        kind=kind,
        limit=limit,
        cursor=cursor,
    )


@router.sends(ChangeAccountStatus, "PATCH /{account_number}/status", answers=CHANGED, status=200)
def change_account_status(
    account_number: AccountPath, body: AccountStatusRequest
) -> ChangeAccountStatus:
    """Freeze, block, close or reactivate; closing needs a balance of zero and no holds."""
    return ChangeAccountStatus(
        account_number=account_number, status=body.status, reason=body.reason
    )
