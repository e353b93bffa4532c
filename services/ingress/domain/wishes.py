"""What a message that is let in asks for, in the bank's own words."""

from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from contracts.account.accounts import GetBalance, ListPostings
from contracts.account.movements import MakeTransfer
from contracts.envelope import DEPTH_MAX, FieldError
from contracts.ingress import (
    GetAccountBalance,
    GetStatement,
    Offer,
    PayAnotherBank,
    TransferBetweenAccounts,
)
from contracts.money import Money, parse_amount
from contracts.payment.payments import MakePayment
from infra.bus.bodies import Unacceptable, depth_exceeds, parsed
from services.ingress.domain.arrivals import Request
from services.ingress.domain.refusals import MalformedBody, UnknownType

FAULTS_MAX = 20

B = TypeVar("B", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be sent inside the bank, and what it is judged by."""

    offer: Offer
    account: str  # that is debited or asked about
    amount: Money | None
    inside: MakeTransfer | MakePayment | GetBalance | ListPostings


def wish_of(request: Request) -> Wish:
    """Raises UnknownType, MalformedBody, and InvalidAmount of the money that it names."""
    try:
        offer = Offer(request.type)
    except ValueError as error:
        raise UnknownType from error
    if offer is Offer.TRANSFER:
        return _transfer(_body(TransferBetweenAccounts, request.body))
    if offer is Offer.PAYMENT:
        return _payment(_body(PayAnotherBank, request.body))
    if offer is Offer.STATEMENT:
        return _statement(_body(GetStatement, request.body))
    asked = _body(GetAccountBalance, request.body)
    inside = GetBalance(account_number=asked.account_number)
    return Wish(offer, asked.account_number, None, inside)


def _transfer(sent: TransferBetweenAccounts) -> Wish:
    amount = _amount(sent)
    inside = MakeTransfer(
        from_account=sent.from_account,
        to_account=sent.to_account,
        amount=amount,
        description=sent.description,
    )
    return Wish(Offer.TRANSFER, sent.from_account, amount, inside)


def _statement(sent: GetStatement) -> Wish:
    inside = ListPostings(
        account_number=sent.account_number,
        booked_from=sent.booked_from,
        booked_to=sent.booked_to,
        limit=sent.limit,
        cursor=sent.cursor,
    )
    return Wish(Offer.STATEMENT, sent.account_number, None, inside)


def _payment(sent: PayAnotherBank) -> Wish:
    amount = _amount(sent)
    inside = MakePayment(
        from_account=sent.from_account,
        beneficiary=sent.beneficiary,
        amount=amount,
        rail=sent.rail,
        description=sent.description,
    )
    return Wish(Offer.PAYMENT, sent.from_account, amount, inside)


def _amount(sent: TransferBetweenAccounts | PayAnotherBank) -> Money:
    return Money(minor=parse_amount(sent.amount, sent.currency), currency=sent.currency)


def _body(kind: type[B], body: bytes) -> B:
    if depth_exceeds(body, DEPTH_MAX):
        raise MalformedBody(f"The body has more than {DEPTH_MAX} levels.")
    try:
        return kind.model_validate(parsed(body))
    except Unacceptable as reason:
        raise MalformedBody(str(reason)) from reason
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)[:FAULTS_MAX]
        raise MalformedBody(
            errors=tuple(
                FieldError(pointer="/" + "/".join(map(str, each["loc"])), detail=each["msg"])
                for each in faults
            )
        ) from error
