"""Transfers inside the bank, their reversal, and the history of money movements."""

from typing import Annotated

from fastapi import Path, Query

from contracts.account import (
    AccountNumber,
    EntryKind,
    GetEntry,
    MakeTransfer,
    Reason,
    ReverseEntry,
    Text,
)
from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.transaction import SearchMovements
from gateway.idempotency import Key
from gateway.money import Amount, minor_units, money, part_or_whole
from gateway.routes.entries import (
    ACCOUNT,
    OTHER_ACCOUNT,
    TRANSACTION,
    movements_answer,
    reversal_answer,
    transaction_answer,
    transfer_answer,
)
from gateway.routing import EdgeRouter
from gateway.schemas import After, Body, FromDate, Limit, ToDate, UuidPath, example

router = EdgeRouter("/api/transactions", "transactions")

TransactionPath = Annotated[UuidPath, Path(examples=[TRANSACTION])]


class TransferRequest(Body):
    model_config = example(
        from_account=ACCOUNT, to_account=OTHER_ACCOUNT, amount="10.50", description="rent"
    )

    from_account: AccountNumber
    to_account: AccountNumber
    amount: Amount
    currency: Currency = DEFAULT_CURRENCY
    description: Text = ""


class ReversalRequest(Body):
    model_config = example(reason="sent to the wrong account")

    reason: Reason
    amount: Amount | None = None  # without it: all that remains
    currency: Currency | None = None  # must be the transaction's; without it: rupees


@router.sends(MakeTransfer, "POST /transfers", answers=transfer_answer, key=Key.REQUIRED)
def make_transfer(body: TransferRequest) -> MakeTransfer:
    """Move money between two accounts of this bank, whole or not at all."""
    return MakeTransfer(
        from_account=body.from_account,
        to_account=body.to_account,
        amount=money(body.amount, body.currency),
        description=body.description,
    )


@router.asks(SearchMovements, "GET ", answers=movements_answer)
def search_movements(
    account_number: Annotated[AccountNumber | None, Query()] = None,
    kind: Annotated[EntryKind | None, Query(alias="type")] = None,
    booked_from: FromDate = None,
    booked_to: ToDate = None,
    currency: Annotated[
        Currency | None, Query(description="Movements of this currency only.")
    ] = None,
    min_amount: Annotated[
        Amount | None,
        Query(description="In `currency`; without one it means rupees, and finds rupees only."),
    ] = None,
    search: Annotated[str | None, Query(max_length=80)] = None,
    limit: Limit = 25,
    cursor: After = None,
) -> SearchMovements:
    """The history of movements, newest first, a moment behind the accounts.

    One call searches a bounded part of the history: a page may be short, or even empty, and still
    carry a `next_cursor`, from which to search on. The end is where `next_cursor` is null.
    """
    min_amount_minor = None
    if min_amount is not None:
        currency = currency or DEFAULT_CURRENCY
        min_amount_minor = minor_units(min_amount, currency, "query:min_amount")
    return SearchMovements(
        account_number=account_number,
        kind=kind,
        booked_from=booked_from,
        booked_to=booked_to,
        currency=currency,
        min_amount_minor=min_amount_minor,
        search=search,
        limit=limit,
        cursor=cursor,
    )


@router.asks(GetEntry, "GET /{transaction_id}", answers=transaction_answer)
def get_transaction(transaction_id: TransactionPath) -> GetEntry:
    """One transaction, readable as soon as it was answered."""
    return GetEntry(entry_id=transaction_id)


@router.sends(
    ReverseEntry, "POST /{transaction_id}/reverse", answers=reversal_answer, key=Key.REQUIRED
)
def reverse_transaction(transaction_id: TransactionPath, body: ReversalRequest) -> ReverseEntry:
    """Take a transaction back by a new one: in full once, or in parts up to the original."""
    return ReverseEntry(
        entry_id=transaction_id,
        reason=body.reason,
        amount=part_or_whole(body.amount, body.currency),
    )
