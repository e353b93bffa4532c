"""Answers of our services, refusals, and ends of payments, as a partner reads them."""

from typing import Any, NamedTuple, TypeAlias

from pydantic import BaseModel

from contracts.account.accounts import Balance, Postings
from contracts.account.books import Moved
from contracts.account.movements import TransferMade
from contracts.account.values import Posting
from contracts.envelope import Message, Refused
from contracts.ingress import (
    Answered,
    BalanceTold,
    EntryTold,
    FaultTold,
    PaymentCompletedTold,
    PaymentFailedTold,
    PaymentReturnedTold,
    PaymentTold,
    RefusalTold,
    StatementTold,
    TransferTold,
)
from contracts.money import format_minor
from contracts.payment.payments import PaymentAccepted
from contracts.payment.transfers import (
    TransferCompleted,
    TransferFailed,
    TransferRequested,
    TransferReturned,
)

PaymentEnd: TypeAlias = TransferCompleted | TransferFailed | TransferReturned

ENDS = frozenset({Answered.PAYMENT_COMPLETED, Answered.PAYMENT_FAILED, Answered.PAYMENT_RETURNED})


class Told(NamedTuple):
    """The type and the JSON of an answer."""

    type: str
    body: bytes


def told(answer: Message) -> Told:
    match answer:
        case TransferMade():
            return Told(Answered.TRANSFERRED, _transfer(answer))
        case Balance():
            return Told(Answered.BALANCE, _balance(answer))
        case Postings():
            return Told(Answered.STATEMENT, _statement(answer))
        case PaymentAccepted():
            return Told(Answered.PAYMENT_ACCEPTED, _payment(answer))
        case Refused():
            return Told(Answered.REFUSED, _refusal(answer))
    raise TypeError(f"a partner is not told {type(answer).__name__}")


def end_told(end: PaymentEnd) -> Told:
    """How a payment has ended."""
    about = about_payment(end)
    match end:
        case TransferCompleted():
            completed = PaymentCompletedTold(**about, rail_reference=end.rail_reference)
            return Told(Answered.PAYMENT_COMPLETED, as_json(completed))
        case TransferFailed():
            failed = PaymentFailedTold(**about, code=end.code, detail=end.detail)
            return Told(Answered.PAYMENT_FAILED, as_json(failed))
        case TransferReturned():
            return Told(Answered.PAYMENT_RETURNED, as_json(PaymentReturnedTold(**about)))


def counts(end_type: str | None) -> bool:
    """Whether a payment with this end, or none yet, counts for the limit of its day."""
    return end_type != Answered.PAYMENT_FAILED


def _transfer(made: TransferMade) -> bytes:
    return as_json(
        TransferTold(
            reference=made.reference,
            from_account=made.from_account,
            to_account=made.to_account,
            amount=format_minor(made.amount_minor, made.currency),
            currency=made.currency,
            description=made.description,
            booked_at=made.booked_at,
            value_date=made.value_date,
        )
    )


def _balance(found: Balance) -> bytes:
    return as_json(
        BalanceTold(
            account_number=found.account_number,
            currency=found.currency,
            balance=format_minor(found.balance_minor, found.currency),
            held=format_minor(found.held_minor, found.currency),
            available=format_minor(found.available_minor, found.currency),
            as_of=found.as_of,
        )
    )


def _statement(page: Postings) -> bytes:
    items = tuple(
        EntryTold(
            **about_movement(each),
            side="debit" if each.amount_minor < 0 else "credit",
            booked_on=each.booked_on,
        )
        for each in page.items
    )
    return as_json(StatementTold(items=items, next_cursor=page.next_cursor))


def about_movement(posted: Posting | Moved) -> dict[str, Any]:
    """What partners read of everything that was booked on an account."""
    return {
        "number": posted.sequence,
        "entry_id": posted.entry_id,
        "reference": posted.reference,
        "kind": posted.kind,
        "amount": format_minor(abs(posted.amount_minor), posted.currency),
        "currency": posted.currency,
        "balance_after": format_minor(posted.balance_after_minor, posted.currency),
        "description": posted.description,
        "booked_at": posted.booked_at,
        "value_date": posted.value_date,
    }


def _payment(accepted: PaymentAccepted) -> bytes:
    return as_json(
        PaymentTold(
            **about_payment(accepted),
            beneficiary=accepted.beneficiary,
            rail=accepted.rail,
            description=accepted.description,
            fee=format_minor(accepted.fee_minor, accepted.currency),
            gst=format_minor(accepted.gst_minor, accepted.currency),
            accepted_at=accepted.created_at,
        )
    )


def about_payment(payment: PaymentAccepted | TransferRequested | PaymentEnd) -> dict[str, Any]:
    """What partners read of every payment."""
    return {
        "payment_id": payment.payment_id,
        "from_account": payment.from_account,
        "amount": format_minor(payment.amount_minor, payment.currency),
        "currency": payment.currency,
    }


def _refusal(refused: Refused) -> bytes:
    faults = tuple(FaultTold(pointer=each.pointer, detail=each.detail) for each in refused.errors)
    return as_json(
        RefusalTold(
            code=refused.code,
            detail=refused.detail,
            errors=faults,
            retry_after_seconds=refused.retry_after_seconds,
        )
    )


def as_json(told: BaseModel) -> bytes:
    """As it travels, without what there is none of."""
    return told.model_dump_json(exclude_none=True).encode()
