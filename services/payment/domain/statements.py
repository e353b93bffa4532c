"""Statements of the settlement account: in CSV judged row by row, from documents entry by entry."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.envelope import Conflict, DomainError, FieldError, Refused
from contracts.money import MINOR_MAX, Currency
from contracts.payment.statements import ImportStatementDocument

COLUMNS = ["kind", "date", "amount", "reference", "description"]
FAULTS_MAX = 20  # told of one statement
REFERENCE_MAX, DESCRIPTION_MAX = 64, 140
_AMOUNT = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NO_SUM = "opening and entries do not add up to closing"


class StatementUnreadable(DomainError):
    """The statement is not as documented; `errors` says which rows or entries are at fault."""

    def __init__(self, faults: list[str], place: str = "/rows") -> None:
        super().__init__()
        self._faults = faults[:FAULTS_MAX]
        self._place = place

    def refusal(self) -> Refused:
        errors = tuple(FieldError(pointer=self._place, detail=fault) for fault in self._faults)
        return super().refusal().model_copy(update={"errors": errors})


class StatementGap(Conflict):
    """The statement does not go on where the last one ended: on the next date, at its balance."""


class StatementOverlaps(Conflict):
    """There is another statement of one of its dates."""


class StatementNameReused(Conflict):
    """Another statement has its name."""


class StatementOfAnotherAccount(DomainError):
    """It is not of our settlement account in this currency."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the central bank has booked at once; positive where money comes in."""

    on: date
    minor: int
    reference: str
    description: str
    parts: tuple[str, ...] = ()  # references of its transactions, if they are several


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that adds up."""

    from_date: date
    to_date: date
    opening_minor: int
    closing_minor: int
    entries: tuple[Entry, ...]
    name: str | None = None  # by the central bank

    @property
    def adds_up(self) -> bool:
        return self.opening_minor + sum(each.minor for each in self.entries) == self.closing_minor


@dataclass(frozen=True, slots=True)
class Ended:
    """Where the statement before ended."""

    to_date: date
    closing_minor: int


def parse_statement(given: Sequence[str], currency: Currency) -> Statement:
    """The statement, if every row can be read and its balances add up.

    Raises:
        StatementUnreadable: they cannot, or do not.
    """
    faults: list[str] = []
    rows = list(_rows(given, currency, faults))
    if not faults:
        faults += _faults_of_shape(rows)
    if faults:
        raise StatementUnreadable(faults)
    (_, opening), *between, (_, closing) = rows
    statement = Statement(
        opening.on, closing.on, opening.minor, closing.minor, tuple(each for _, each in between)
    )
    if not statement.adds_up:
        raise StatementUnreadable([_NO_SUM])
    return statement


def statement_of(document: ImportStatementDocument) -> Statement:
    """The statement of a document, if its entries are of its dates and its balances add up.

    Raises:
        StatementUnreadable: they are not, or do not.
    """
    entries = tuple(
        Entry(each.on, each.minor, each.reference, each.description, each.parts)
        for each in document.entries
    )
    first, last = document.from_date, document.to_date
    statement = Statement(
        first, last, document.opening_minor, document.closing_minor, entries, document.name
    )
    faults = ["it closes before it opens"] if first > last else []
    faults += [
        f"entry {number}: its date is not of this statement, or it moves nothing"
        for number, each in enumerate(entries, start=1)
        if not (first <= each.on <= last and each.minor)
    ]
    if not faults and not statement.adds_up:
        faults.append(_NO_SUM)
    if faults:
        raise StatementUnreadable(faults, "/entries")
    return statement


def check_follows(statement: Statement, last: Ended | None) -> None:
    """Ask whether a statement goes on where the last one ended.

    Raises:
        StatementOverlaps, StatementGap: it does not.
    """
    if last is None:
        return
    if statement.from_date <= last.to_date:
        raise StatementOverlaps
    is_next = statement.from_date.toordinal() == last.to_date.toordinal() + 1
    if not is_next or statement.opening_minor != last.closing_minor:
        raise StatementGap


def _rows(
    given: Sequence[str], currency: Currency, faults: list[str]
) -> Iterator[tuple[str, Entry]]:
    """Each row after the header with its kind; what cannot be read is a fault."""
    try:
        header, *rows = csv.reader(given, strict=True)
    except (csv.Error, ValueError):
        faults.append("it is no CSV with a header")
        return
    if header != COLUMNS:
        faults.append(f"row 1: the columns are {','.join(COLUMNS)}")
        return
    for number, row in enumerate(rows, start=2):
        fault = _fault_of(row, currency)
        if fault:
            faults.append(f"row {number}: {fault}")
        else:
            kind, day, amount, reference, description = row
            minor = int(Decimal(amount).scaleb(currency.scale))
            yield kind, Entry(date.fromisoformat(day), minor, reference, description)


def _fault_of(row: list[str], currency: Currency) -> str | None:
    """Why it cannot be read; None: it can."""
    if len(row) != len(COLUMNS):
        return f"it has {len(row)} columns"
    kind, day, amount, reference, description = row
    if kind not in ("opening", "entry", "closing"):
        return "kind is none of opening, entry, closing"
    if not _is_date(day):
        return "date is not written YYYY-MM-DD"
    if not _is_amount(amount, currency, may_be_zero=kind != "entry"):
        return "amount is no decimal number of its currency"
    if len(reference) > REFERENCE_MAX or len(description) > DESCRIPTION_MAX:
        return "a text is too long"
    return None


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_amount(text: str, currency: Currency, *, may_be_zero: bool) -> bool:
    if not _AMOUNT.fullmatch(text):
        return False
    minor = Decimal(text).scaleb(currency.scale)
    is_whole = minor == minor.to_integral_value()
    return is_whole and abs(minor) <= MINOR_MAX and (may_be_zero or minor != 0)


def _faults_of_shape(rows: list[tuple[str, Any]]) -> list[str]:
    """Opening first, closing last, entries between them and between their dates."""
    kinds = [kind for kind, _ in rows]
    if len(rows) < 2 or kinds != ["opening", *["entry"] * (len(rows) - 2), "closing"]:
        return ["the first row is opening, the last closing, and all between them are entries"]
    first, last = rows[0][1].on, rows[-1][1].on
    if first > last:
        return ["it closes before it opens"]
    return [
        f"row {number}: its date is not of this statement"
        for number, (_, each) in enumerate(rows, start=2)
        if not first <= each.on <= last
    ]
