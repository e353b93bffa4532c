"""Breaks of the reconciliation: who deals with one, and how two managers end it."""

from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Path

from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.payment.breaks import (
    Assignee,
    BreakExplained,
    BreakNoted,
    BreakWrittenOff,
    ExplainBreak,
    Explaining,
    NoteBreak,
    WriteOffBreak,
)
from contracts.payment.reconciliation import BreakSide
from contracts.words import Reason
from gateway.idempotency import Key
from gateway.money import Amount, MoneyText, money
from gateway.routes.reconciliation import A_BREAK, BreakAnswer
from gateway.routing import EdgeRouter
from gateway.schemas import Answer, Body, RowPath, example

router = EdgeRouter("/api/payments/reconciliation/breaks/{side}/{number}", "reconciliation")

SidePath = Annotated[BreakSide, Path(examples=["statement"])]


class NoteRequest(Body):
    """Who deals with a break, and what is known of it."""

    model_config = example(assignee="manager", comment="asked the central bank")

    currency: Currency = DEFAULT_CURRENCY
    assignee: Assignee | None = None
    comment: Reason


class NotedAnswer(Answer):
    """The break as it stands now."""

    model_config = example(item=A_BREAK)
    tells = BreakNoted

    item: BreakAnswer


class WriteOffRequest(Body):
    """How large the difference is, without its sign, and why it stays."""

    model_config = example(amount="250.00", reason="a fee of the central bank")

    amount: Amount
    currency: Currency = DEFAULT_CURRENCY
    reason: Reason


class WriteOffAnswer(Answer):
    """What is booked for a break, under this reference, in a moment."""

    model_config = example(
        write_off_id="01941f29-7c00-7000-8000-000000000032", amount="-250.00", currency="INR",
        given_reference="DIFFERENCE-STATEMENT-3-000000000031",
    )  # fmt: skip
    location: ClassVar[str | None] = "/api/payments/reconciliation"
    tells = BreakWrittenOff

    write_off_id: UUID
    given_reference: str
    amount: MoneyText
    currency: Currency


class ExplainRequest(Body):
    """The other breaks of its side with which it comes to nothing."""

    model_config = example(by=[4], reason="booked twice and taken back")

    currency: Currency = DEFAULT_CURRENCY
    by: Explaining
    reason: Reason


class ExplainedAnswer(Answer):
    """Breaks of one side that explain each other, in one match."""

    model_config = example(match_id="01941f29-7c00-7000-8000-000000000031", numbers=[3, 4])
    tells = BreakExplained

    match_id: UUID
    numbers: tuple[int, ...]


@router.sends(NoteBreak, "POST /notes", answers=NotedAnswer, status=200)
def note_break(side: SidePath, number: RowPath, body: NoteRequest) -> NoteBreak:
    """Say who deals with a break, and what is known of it."""
    return NoteBreak(side=side, number=number, **body.model_dump())


@router.sends(
    WriteOffBreak, "POST /write-off", answers=WriteOffAnswer, status=201, key=Key.REQUIRED
)
def write_off_break(side: SidePath, number: RowPath, body: WriteOffRequest) -> WriteOffBreak:
    """Book a difference that stays, once another manager approves."""
    amount = money(body.amount, body.currency)
    return WriteOffBreak(side=side, number=number, amount=amount, reason=body.reason)


@router.sends(ExplainBreak, "POST /explain", answers=ExplainedAnswer, status=200)
def explain_break(side: SidePath, number: RowPath, body: ExplainRequest) -> ExplainBreak:
    """Say that breaks of one side cancel each other, once another manager approves."""
    return ExplainBreak(side=side, number=number, **body.model_dump())
