"""Answers of our services, and refusals, as a partner reads them."""

from typing import NamedTuple

from contracts.account.accounts import Balance
from contracts.account.movements import TransferMade
from contracts.envelope import Message, Refused
from contracts.ingress import Answered, BalanceTold, FaultTold, RefusalTold, TransferTold
from contracts.money import format_minor


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
        case Refused():
            return Told(Answered.REFUSED, _refusal(answer))
    raise TypeError(f"a partner is not told {type(answer).__name__}")


def _transfer(made: TransferMade) -> bytes:
    return _json(
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
    return _json(
        BalanceTold(
            account_number=found.account_number,
            currency=found.currency,
            balance=format_minor(found.balance_minor, found.currency),
            held=format_minor(found.held_minor, found.currency),
            available=format_minor(found.available_minor, found.currency),
            as_of=found.as_of,
        )
    )


def _refusal(refused: Refused) -> bytes:
    faults = tuple(FaultTold(pointer=each.pointer, detail=each.detail) for each in refused.errors)
    return _json(
        RefusalTold(
            code=refused.code,
            detail=refused.detail,
            errors=faults,
            retry_after_seconds=refused.retry_after_seconds,
        )
    )


def _json(told: TransferTold | BalanceTold | RefusalTold) -> bytes:
    return told.model_dump_json(exclude_none=True).encode()
