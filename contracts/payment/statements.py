"""A statement of the central bank as a document has it: its entries, whatever they are written in.

The rows of a CSV file are another form of the same: reconciliation.py.
"""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.envelope import ITEMS_MAX, Command
from contracts.money import MINOR_MAX, Currency
from contracts.payment.reconciliation import DECIDERS, StatementImported
from contracts.text import Composed, Seen, Shown
from contracts.words import PRINTABLE, AccountNumber, Text

ENTRIES_MAX = ITEMS_MAX - 3  # as many as one in CSV has, between its header and its balances
PARTS_MAX = 500  # transactions of one entry
Minor = Annotated[int, Field(strict=True, ge=-MINOR_MAX, le=MINOR_MAX)]
Reference = Annotated[str, StringConstraints(max_length=64, pattern=PRINTABLE), Composed, Seen]
StatementName = Annotated[
    str, StringConstraints(min_length=1, max_length=35, pattern=PRINTABLE), Composed, Seen, Shown
]


class StatementEntry(BaseModel):
    """What the central bank has booked at once; with several transactions, their references."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: date
    minor: Minor  # positive where money came in
    reference: Reference = ""  # none that the central bank gives
    description: Text = ""
    parts: Annotated[tuple[Reference, ...], Field(max_length=PARTS_MAX)] = ()


class ImportStatementDocument(Command):
    """Keep a statement that came as a document, and match its lines with the ledger's postings.

    The same statement again is answered as it was kept; its name is that of no other one.
    """

    reply = StatementImported
    roles = DECIDERS
    about = ("statement:{reply.statement_id}", "settlement-account:{currency}")

    name: StatementName  # by the central bank
    account_number: AccountNumber  # by which the central bank knows our account
    currency: Currency
    from_date: date
    to_date: date
    opening_minor: Minor  # positive where the bank has money there
    closing_minor: Minor
    entries: Annotated[tuple[StatementEntry, ...], Field(max_length=ENTRIES_MAX)] = ()
