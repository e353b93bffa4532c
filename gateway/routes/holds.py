"""Holds: money set aside on an account until it is captured, released or too old."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID, uuid5

from fastapi import Path, Query
from pydantic import StrictBool

from contracts.account.holds import (
    CaptureHold,
    GetHold,
    Hold,
    HoldCaptured,
    Holds,
    ListHolds,
    PlaceHold,
    ReleaseHold,
)
from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.words import AccountNumber, Reason, Text
from gateway.answers.accounts import ACCOUNT, OTHER_ACCOUNT
from gateway.answers.postings import TRANSACTION
from gateway.edge import Call
from gateway.idempotency import Key
from gateway.money import Amount, MoneyText, money, part_or_whole
from gateway.routing import EdgeRouter
from gateway.schemas import (
    AccountPath,
    After,
    Answer,
    Body,
    Limit,
    Moment,
    Page,
    UuidPath,
    example,
)
from gateway.states import HOLD_WORDS, HoldState
from gateway.telling import From

router = EdgeRouter("/api", "holds")

HOLD = "01941f29-7c00-7000-8000-000000000004"
HoldPath = Annotated[UuidPath, Path(examples=[HOLD])]
A_HOLD = {
    "hold_id": HOLD, "account_number": ACCOUNT, "state": "open", "amount": "100.00",
    "captured": "0.00", "released": "0.00", "currency": "INR", "reason": "hotel deposit",
    "expires_at": None, "placed_at": "2026-01-01T10:00:00Z", "ended_at": None,
}  # fmt: skip


class HoldRequest(Body):
    """Money that is to be set aside."""

    model_config = example(amount="100.00", reason="hotel deposit")

    amount: Amount
    currency: Currency = DEFAULT_CURRENCY
    reason: Reason
    expires_at: Moment | None = None


class CaptureRequest(Body):
    """Whither held money goes; without an amount all that is held."""

    model_config = example(to_account=OTHER_ACCOUNT, amount="60.00")

    to_account: AccountNumber
    amount: Amount | None = None  # without it: all that is held
    currency: Currency | None = None  # must be the hold's; without it an amount is in rupees
    final: StrictBool = True  # what is not captured goes back, and the hold ends
    description: Text = ""


class ReleaseRequest(Body):
    """Why the money can be spent again."""

    model_config = example(reason="stay cancelled")

    reason: Reason = "released"


class HoldAnswer(Answer):
    """Money set aside, and what became of it."""

    model_config = example(**A_HOLD)
    location: ClassVar[str | None] = "/api/holds/{hold_id}"
    tells: ClassVar[type[Hold]] = Hold
    hides = frozenset({"customer_id"})  # of one just placed

    hold_id: UUID
    account_number: str
    state: Annotated[HoldState, From("state", HOLD_WORDS.told)]
    amount: MoneyText
    captured: MoneyText
    released: MoneyText
    currency: Currency
    reason: str
    expires_at: datetime | None
    placed_at: datetime
    ended_at: datetime | None


class HoldsAnswer(Page[HoldAnswer]):
    """Holds, newest first."""

    model_config = example(items=[A_HOLD], next_cursor=None)
    tells = Holds


class CaptureAnswer(HoldAnswer):
    """The hold after the capture, and the transaction that moved the money."""

    model_config = example(
        **A_HOLD | {"state": "captured", "captured": "60.00", "released": "40.00"},
        transaction_id=TRANSACTION,
    )
    location: ClassVar[str | None] = "/api/transactions/{transaction_id}"
    tells = HoldCaptured

    transaction_id: Annotated[UUID, From("entry_id")]


@router.sends(PlaceHold, "POST /accounts/{account_number}/holds", answers=HoldAnswer)
def place_hold(call: Call, account_number: AccountPath, body: HoldRequest) -> PlaceHold:
    """Set money aside: the balance stays, the available balance falls."""
    return PlaceHold(
        hold_id=uuid5(call.message_id, "hold"),
        account_number=account_number,
        amount=money(body.amount, body.currency),
        reason=body.reason,
        expires_at=body.expires_at,
    )


@router.asks(ListHolds, "GET /accounts/{account_number}/holds", answers=HoldsAnswer)
def list_holds(
    account_number: AccountPath,
    state: Annotated[HoldState | None, HOLD_WORDS.either, Query()] = None,
    limit: Limit = 25,
    cursor: After = None,
) -> ListHolds:
    """An account's holds, newest first, those of payments among them; open and ended."""
    return ListHolds(
        account_number=account_number, state=HOLD_WORDS.inside(state), limit=limit, cursor=cursor
    )


@router.asks(GetHold, "GET /holds/{hold_id}", answers=HoldAnswer)
def get_hold(hold_id: HoldPath) -> GetHold:
    """A hold and what became of it."""
    return GetHold(hold_id=hold_id)


@router.sends(CaptureHold, "POST /holds/{hold_id}/capture", answers=CaptureAnswer, key=Key.REQUIRED)
def capture_hold(hold_id: HoldPath, body: CaptureRequest) -> CaptureHold:
    """Move held money to another customer's account; a final capture releases the rest.

    The hold of a payment is ended by the payment alone: here it is not found.
    """
    return CaptureHold(
        hold_id=hold_id,
        to_account=body.to_account,
        amount=part_or_whole(body.amount, body.currency),
        final=body.final,
        description=body.description,
    )


@router.sends(ReleaseHold, "POST /holds/{hold_id}/release", answers=HoldAnswer, status=200)
def release_hold(hold_id: HoldPath, body: ReleaseRequest | None = None) -> ReleaseHold:
    """Give the held money back; the hold of a payment is not found here: cancel the payment."""
    return ReleaseHold(hold_id=hold_id, reason=(body or ReleaseRequest()).reason)
