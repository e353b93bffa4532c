"""Reconciliation: the central bank's statements of our account, held against the ledger."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.envelope import ITEMS_MAX, READERS, Command, Message, Query, Role
from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.text import Composed, Seen, Shown
from contracts.words import PRINTABLE, Reason

Row = Annotated[
    str, StringConstraints(min_length=1, max_length=300, pattern=PRINTABLE), Composed, Seen, Shown
]
Rows = Annotated[tuple[Row, ...], Field(min_length=1, max_length=ITEMS_MAX)]
DECIDERS = frozenset({Role.ADMIN, Role.MANAGER})


class StatementImported(Message):
    """A statement as it is kept, and how many of its lines were matched at once."""

    statement_id: UUID
    currency: Currency
    from_date: date
    to_date: date
    opening_minor: int  # signed, positive where the bank has money there
    closing_minor: int
    line_count: int
    matched_count: int
    imported_at: datetime


class ImportStatement(Command):
    """Keep a statement of the settlement account, and match its lines with the ledger's postings.

    The rows are those of a CSV file: the columns kind, date, amount, reference and description as
    header, a row `opening`, rows `entry`, a row `closing`. The same statement again is answered as
    it was kept.
    """

    reply = StatementImported
    roles = DECIDERS
    about = ("statement:{reply.statement_id}", "settlement-account:{currency}")

    currency: Currency = DEFAULT_CURRENCY
    rows: Rows


class BreakSide(StrEnum):
    """Where something stands that nothing on the other side answers to."""

    STATEMENT = "statement"
    LEDGER = "ledger"


class Break(BaseModel):
    """A line of a statement, or a posting of the ledger, that nothing is matched with."""

    model_config = ConfigDict(frozen=True)

    side: BreakSide
    number: int  # of the line, over all statements; or of the posting on its account
    date: date
    age_days: int  # business dates since
    amount_minor: int  # signed, positive where money came in
    currency: Currency
    given_reference: str  # by the central bank, or of the ledger's entry
    description: str
    assignee: str | None = None  # who deals with it; None: nobody yet
    comment: str | None = None  # the newest


class Reconciliation(Message):
    """The settlement account at the end of a date, by the ledger and by the central bank."""

    on: date
    currency: Currency
    ledger_minor: int  # signed, positive where the bank has money there
    statement_minor: int | None  # None: there is no statement up to that date
    difference_minor: int | None  # the statement's less the ledger's
    matched_count: int  # lines of statements
    unmatched_line_count: int
    unmatched_lines_minor: int
    unmatched_posting_count: int
    unmatched_postings_minor: int
    oldest_break_days: int | None  # None: nothing is unmatched
    is_complete: bool  # every posting of the account is known here: they add up to its balance


class GetReconciliation(Query):
    """How the settlement account stands at the end of a date; None: now."""

    reply = Reconciliation
    roles = READERS

    currency: Currency = DEFAULT_CURRENCY
    on: date | None = None


class Breaks(Message):
    """The oldest breaks of each side, at most 1,000."""

    items: tuple[Break, ...]


class ListBreaks(Query):
    """What is matched with nothing, the oldest first."""

    reply = Breaks
    roles = READERS

    currency: Currency = DEFAULT_CURRENCY


Number = Annotated[int, Field(strict=True, ge=1, le=2**53)]
Numbers = Annotated[tuple[Number, ...], Field(min_length=1, max_length=ITEMS_MAX)]


class MatchMade(Message):
    """Reply to MatchByHand and UndoMatch."""

    match_id: UUID
    line_count: int
    posting_count: int


class MatchByHand(Command):
    """Match lines with postings, which must come to the same amount."""

    reply = MatchMade
    roles = DECIDERS
    about = ("match:{reply.match_id}", "settlement-account:{currency}")

    currency: Currency = DEFAULT_CURRENCY
    lines: Numbers
    postings: Numbers
    reason: Reason


class UndoMatch(Command):
    """Take the match of a line back; from then on people alone match that line."""

    reply = MatchMade
    roles = DECIDERS
    about = ("match:{reply.match_id}", "statement-line:{line}")

    line: Number
    reason: Reason
