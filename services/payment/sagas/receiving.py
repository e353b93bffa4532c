"""Money that another bank pays to a customer of ours, over any rail.

    book           from the clearing of the rail to the customer, once under the reference of the
                   transfer; a no of the books is an answer too
    answer-rail    credited, or refused and so returned: told until the rail acknowledges it

A second transfer under the id of another is never booked: it takes the last step only.
"""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts import rail
from contracts.account.movements import PaymentReceived, ReceivePayment
from contracts.payment.values import Rail
from contracts.rail.credits import CreditAnswer, CreditArrival
from contracts.rail.said import Said
from infra.sagas.table import Meaning, Saga, Sends, Step
from services.payment.domain.settling import clearing_line
from services.payment.sagas.batches import says_nothing
from services.payment.sagas.paying import line_of
from services.payment.settings import PaymentSettings

DETAIL_MAX = 200  # characters of it in an answer to a rail
# What other banks call a reason of our books; the rest are told by our own word.
WORDS = {
    "unknown-account": "unknown-beneficiary",
    "account-frozen": "account-blocked",
    "customer-closed": "account-closed",
    "currency-mismatch": "currency-not-taken",
    "unknown-counterparty": "currency-not-taken",  # the rail has no line in it
    "transfer-id-reused": "id-reused",
}
SAID = {Rail(said.name): said for said in rail.RAILS}
ARRIVALS = {said.credits.arrived: name for name, said in SAID.items()}


class IncomingCredit(BaseModel):
    """What a run knows: the transfer as it came, and what the books said of it."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    credit_id: UUID
    rail: Rail
    credit: CreditArrival
    code: str | None = None  # why it goes back
    detail: str = ""


def credit_of(arrival: CreditArrival) -> IncomingCredit:
    """What came, as a run keeps it."""
    return IncomingCredit(
        credit_id=arrival.credit_id,
        rail=ARRIVALS[type(arrival)],
        credit=CreditArrival(**dict(arrival)),
    )


def receiving_sagas(settings: PaymentSettings) -> dict[Rail, Saga[IncomingCredit]]:
    """The saga of each rail for the first transfer of an id."""
    return {
        name: _saga(f"{name.lower()}-in", said, settings, _book(settings))
        for name, said in SAID.items()
    }


def refusing_sagas(settings: PaymentSettings) -> dict[Rail, Saga[IncomingCredit]]:
    """The saga of each rail for another transfer of the same id, which is refused already."""
    return {name: _saga(f"{name.lower()}-in-again", said, settings) for name, said in SAID.items()}


def answer_of(data: IncomingCredit) -> CreditAnswer:
    """What the rail is told of it."""
    return SAID[data.rail].credits.answer(
        transfer_id=data.credit.transfer_id,
        amount=data.credit.amount,
        beneficiary_account=data.credit.beneficiary_account,
        code=WORDS.get(data.code, data.code) if data.code else None,
        detail=data.detail[:DETAIL_MAX],
    )


def _saga(
    name: str, said: Said, settings: PaymentSettings, *before: Step[IncomingCredit]
) -> Saga[IncomingCredit]:
    answer = Step(
        name="answer-rail",
        do=Sends(said.credits.answer, answer_of),
        pivot=not before,
        seconds=settings.rail_seconds,
        answers={said.credits.acknowledged: Meaning.DONE},
        answered_run=lambda acknowledged: acknowledged.credit_id,
    )
    return Saga(
        name=name,
        version=1,
        data=IncomingCredit,
        steps=(*before, answer),
        completed=says_nothing,
        failed=says_nothing,
        seconds_max=settings.seconds_max,
    )


def _book(settings: PaymentSettings) -> Step[IncomingCredit]:
    return Step(
        name="book",
        do=Sends(ReceivePayment, _receive),
        learn=_learn,
        pivot=True,  # what may be booked is never given up
        seconds=settings.account_seconds,
    )


def _receive(data: IncomingCredit) -> ReceivePayment:
    credit = data.credit
    return ReceivePayment(
        reference=f"in-{data.rail}-{credit.transfer_id}",
        from_account=clearing_line(data.rail, credit.amount.currency),
        account_number=credit.beneficiary_account,
        amount=credit.amount,
        description=statement_text(data),
    )


def statement_text(data: IncomingCredit) -> str:
    """What the customer reads on his statement: who paid."""
    credit = data.credit
    return line_of(data.rail, credit.rail_reference, credit.remitter_name, credit.description)


def _learn(data: IncomingCredit, answer: PaymentReceived) -> IncomingCredit:
    return data.model_copy(update={"code": answer.code, "detail": answer.detail})
