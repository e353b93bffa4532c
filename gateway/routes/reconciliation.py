"""Reconciliation: the central bank's statements, held against the ledger."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Query

from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.payment.reconciliation import (
    Break,
    Breaks,
    BreakSide,
    GetReconciliation,
    ImportStatement,
    ListBreaks,
    MatchByHand,
    MatchMade,
    Numbers,
    Reconciliation,
    Rows,
    StatementImported,
    UndoMatch,
)
from contracts.words import Reason
from gateway.idempotency import Key
from gateway.money import MoneyText
from gateway.routing import EdgeRouter
from gateway.schemas import Answer, Body, IsoDate, RowPath, example

router = EdgeRouter("/api/payments/reconciliation", "reconciliation")

CurrencyFilter = Annotated[Currency, Query(description="Of the account in this currency.")]
A_STATEMENT = [
    "kind,date,amount,reference,description",
    "opening,2026-01-01,0.00,,",
    "entry,2026-01-01,25.00,FUNDS-1,paid in",
    "closing,2026-01-01,25.00,,",
]
A_BREAK = {
    "side": "statement", "number": 3, "date": "2026-11-27", "age_days": 2, "amount": "-250.00",
    "currency": "INR", "given_reference": "SETTLE-NEFT-INR-20261127-1030",
    "description": "NEFT 10:30", "assignee": "manager", "comment": "asked the central bank",
}  # fmt: skip
A_MATCH = {"match_id": "01941f29-7c00-7000-8000-000000000031", "line_count": 1, "posting_count": 2}


class StatementRequest(Body):
    """The rows of a CSV file, the header first: docs/api/reconciliation.md has its columns."""

    model_config = example(rows=A_STATEMENT)

    currency: Currency = DEFAULT_CURRENCY
    rows: Rows


class StatementAnswer(Answer):
    """A statement as it is kept."""

    model_config = example(
        statement_id="01941f29-7c00-7000-8000-000000000030", currency="INR", **{
            "from_date": "2026-11-27", "to_date": "2026-11-27", "opening": "0.00",
            "closing": "-250.00", "line_count": 1, "matched_count": 1,
            "imported_at": "2026-11-28T04:00:00Z",
        },
    )  # fmt: skip
    location: ClassVar[str | None] = "/api/payments/reconciliation"
    tells = StatementImported

    statement_id: UUID
    currency: Currency
    from_date: date
    to_date: date
    opening: MoneyText
    closing: MoneyText
    line_count: int
    matched_count: int
    imported_at: datetime


class ReconciliationAnswer(Answer):
    """The settlement account at the end of a date, by the ledger and by the central bank."""

    model_config = example(
        on="2026-11-27", currency="INR", ledger="-250.00", statement="-250.00", difference="0.00",
        matched_count=1, unmatched_line_count=0, unmatched_lines="0.00", unmatched_posting_count=0,
        unmatched_postings="0.00", oldest_break_days=None, is_complete=True,
    )  # fmt: skip
    tells = Reconciliation

    on: date
    currency: Currency
    ledger: MoneyText
    statement: MoneyText | None
    difference: MoneyText | None
    matched_count: int
    unmatched_line_count: int
    unmatched_lines: MoneyText
    unmatched_posting_count: int
    unmatched_postings: MoneyText
    oldest_break_days: int | None
    is_complete: bool


class BreakAnswer(Answer):
    """A line of a statement, or a posting of the ledger, that nothing is matched with."""

    model_config = example(**A_BREAK)
    tells = Break

    side: BreakSide
    number: int
    date: date
    age_days: int
    amount: MoneyText
    currency: Currency
    given_reference: str
    description: str
    assignee: str | None
    comment: str | None


class BreaksAnswer(Answer):
    """What is matched with nothing, the oldest first, at most 1,000."""

    model_config = example(items=[A_BREAK])
    tells = Breaks

    items: tuple[BreakAnswer, ...]


class MatchRequest(Body):
    """Lines and postings by their numbers, which must come to the same amount."""

    model_config = example(lines=[3], postings=[7, 8], reason="one line for both windows")

    currency: Currency = DEFAULT_CURRENCY
    lines: Numbers
    postings: Numbers
    reason: Reason


class UndoRequest(Body):
    """Why the match of a line is taken back."""

    model_config = example(reason="it is of another day")

    reason: Reason


class MatchAnswer(Answer):
    """A match: so many lines are so many postings."""

    model_config = example(**A_MATCH)
    tells = MatchMade

    match_id: UUID
    line_count: int
    posting_count: int


@router.sends(
    ImportStatement, "POST /statements", answers=StatementAnswer, status=201, key=Key.REQUIRED
)
def import_statement(body: StatementRequest) -> ImportStatement:
    """Take in a statement of the central bank; the same one again is answered as it was kept."""
    return ImportStatement(currency=body.currency, rows=body.rows)


@router.asks(GetReconciliation, "GET ", answers=ReconciliationAnswer)
def get_reconciliation(
    on: Annotated[
        IsoDate | None, Query(description="At the end of this business date; none: now.")
    ] = None,
    currency: CurrencyFilter = DEFAULT_CURRENCY,
) -> GetReconciliation:
    """The settlement account by the ledger and by the central bank, and what is unmatched."""
    return GetReconciliation(on=on, currency=currency)


@router.asks(ListBreaks, "GET /breaks", answers=BreaksAnswer)
def list_breaks(currency: CurrencyFilter = DEFAULT_CURRENCY) -> ListBreaks:
    """What is matched with nothing, the oldest first."""
    return ListBreaks(currency=currency)


@router.sends(MatchByHand, "POST /matches", answers=MatchAnswer, status=200)
def match_by_hand(body: MatchRequest) -> MatchByHand:
    """Match lines with postings by hand."""
    return MatchByHand(
        currency=body.currency, lines=body.lines, postings=body.postings, reason=body.reason
    )


@router.sends(UndoMatch, "POST /lines/{line}/unmatch", answers=MatchAnswer, status=200)
def undo_match(line: RowPath, body: UndoRequest) -> UndoMatch:
    """Take the match of a line back; from then on people alone match it."""
    return UndoMatch(line=line, reason=body.reason)
