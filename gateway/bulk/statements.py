"""camt.053: the central bank's statement in a document of ISO 20022, judged entry by entry.

Each entry is judged by itself, so that its faults have its number. What stands around them is
judged in the end, with the first entry in its place. What a statement must be in whatever form it
comes, its dates and its sum, is judged by the payment service.
"""

import asyncio
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from time import monotonic
from typing import Any
from xml.etree.ElementTree import Element

from pydantic import ValidationError
from pyiso20022.camt.camt_053_001_08 import (
    AccountStatement9,
    CashBalance8,
    CreditDebitCode,
    Document,
    ReportEntry10,
)

from contracts.envelope import BODY_BYTES_MAX, NotADocument
from contracts.money import MINOR_MAX, Currency
from contracts.payment.statements import ENTRIES_MAX, ImportStatementDocument, StatementEntry
from contracts.rail.documents import markup
from gateway.bulk import documents
from gateway.bulk.documents import day_of
from gateway.bulk.entries import description_of, references_of, transactions_of
from gateway.bulk.faults import Faults
from gateway.bulk.formats import text_of

NAME = "camt.053.001.08"
TURN_SECONDS = 0.005  # before other calls have theirs
TEXT_BYTES_MAX = BODY_BYTES_MAX * 3 // 4  # of all entries, in one message to the payment service

_SPACE = {"": markup.namespace(NAME)}
_OPENING, _BEFORE, _CLOSING = "OPBD", "PRCD", "CLBD"


async def read_statement(content: bytes) -> ImportStatementDocument:
    """The statement of a document; other calls have their turn while it is read.

    Raises:
        InvalidFile: anything is wrong with it.
    """
    faults = Faults()
    root = documents.tree(text_of(content, faults), NAME, faults)
    statements = root.findall("*/Stmt", _SPACE)
    if not statements:
        _around(root, faults)
    if len(statements) > 1:
        faults.end("several-statements", "A document has one statement.")
    elements = root.findall("*/Stmt/Ntry", _SPACE)
    if len(elements) > ENTRIES_MAX:
        faults.end("too-many-lines", f"A statement has at most {ENTRIES_MAX} entries.")
    reading = _Reading(_currency_of(root, faults), faults)
    begun_at = monotonic()
    for number, element in enumerate(elements, 1):
        if number > 1:
            statements[0].remove(element)
        reading.take(number, deepcopy(element) if number == 1 else element)
        if monotonic() - begun_at > TURN_SECONDS:
            await asyncio.sleep(0)
            begun_at = monotonic()
    faults.require_none()
    return reading.whole(_around(root, faults))


class _Reading:
    """A statement half read."""

    def __init__(self, currency: Currency, faults: Faults) -> None:
        self._currency = currency
        self._faults = faults
        self._entries: list[StatementEntry] = []
        self._total = Decimal()
        self._places: dict[tuple[str, str, bool], int] = {}  # of references

    def take(self, number: int, element: Element) -> None:
        """Judge one entry."""
        known = self._faults.count
        try:
            entry = markup.part(element, ReportEntry10, NAME)
        except NotADocument as error:
            self._faults.add("not-a-document", documents.words(error, NAME), number)
            return
        self._check(number, entry)
        minor = self._minor(entry.amt, entry.cdt_dbt_ind, number)
        if minor == 0:
            self._faults.add("invalid-amount", "An entry moves money.", number, "amount")
        if minor is not None:
            self._check_parts(number, entry, minor)
        day = day_of(entry.bookg_dt) or day_of(entry.val_dt)
        if day is None:
            detail = "BookgDt or ValDt says when it was booked."
            self._faults.add("missing-field", detail, number, "date")
        if self._faults.count == known:
            self._total += entry.amt.value
            self._keep(number, entry, {"on": day, "minor": minor})

    def whole(self, document: AccountStatement9) -> ImportStatementDocument:
        """The statement, once all of it is judged.

        Raises:
            InvalidFile: it has a fault.
        """
        faults = self._faults
        self._compare(document)
        opening, from_date = self._opening(document)
        closing = self._balance(document, _CLOSING)
        told = {
            "name": document.id,
            "account_number": _account_of(document),
            "currency": self._currency,
            "from_date": from_date,
            "to_date": day_of(closing.dt) if closing else None,
            "opening_minor": opening and self._minor(opening.amt, opening.cdt_dbt_ind),
            "closing_minor": closing and self._minor(closing.amt, closing.cdt_dbt_ind),
            "entries": tuple(self._entries),
        }
        if told["from_date"] is None or told["to_date"] is None:
            faults.add("missing-balance", "OPBD or PRCD opens it and CLBD closes it, with dates.")
        faults.require_none()
        return self._told(told)

    def _told(self, fields: dict[str, Any]) -> ImportStatementDocument:
        try:
            statement = ImportStatementDocument(**fields)
        except ValidationError as error:
            self._add(error)
        else:
            if len(statement.model_dump_json().encode()) > TEXT_BYTES_MAX:
                self._faults.add("too-much-text", "Its entries say more than one message holds.")
        self._faults.require_none()
        return statement

    def _keep(self, number: int, entry: ReportEntry10, told: dict[str, Any]) -> None:
        reference, parts = references_of(entry)
        told |= {"reference": reference, "description": description_of(entry), "parts": parts}
        try:
            self._entries.append(StatementEntry(**told))
        except ValidationError as error:
            self._add(error, number)

    def _add(self, error: ValidationError, number: int | None = None) -> None:
        for fault in error.errors(include_url=False, include_input=False):
            field = str(fault["loc"][0]) if fault["loc"] else ""
            self._faults.add("invalid-field", f"{field}: {fault['msg']}", number, field)

    def _check(self, number: int, entry: ReportEntry10) -> None:
        """Hold the entry against those before it, and ask whether it is booked."""
        if entry.sts.cd != "BOOK":
            detail = "A statement has what is booked: Sts is BOOK."
            self._faults.add("not-booked", detail, number, "status")
        is_reversal = bool(entry.rvsl_ind)
        for kind, reference in (("NtryRef", entry.ntry_ref), ("AcctSvcrRef", entry.acct_svcr_ref)):
            if reference is None:
                continue
            first = self._places.setdefault((kind, reference, is_reversal), number)
            if first != number:
                detail = f"Entry {first} has this {kind}."
                self._faults.add("repeated-reference", detail, number, "reference")

    def _check_parts(self, number: int, entry: ReportEntry10, minor: int) -> None:
        """Hold the transactions of an entry against it, where they have amounts."""
        details = transactions_of(entry)
        amounts = [
            self._minor(each.amt, each.cdt_dbt_ind or entry.cdt_dbt_ind, number)
            for each in details
            if each.amt is not None
        ]
        told = [each for each in amounts if each is not None]
        differs = len(told) == len(details) > 0 and sum(told) != minor
        for each in entry.ntry_dtls:
            stated = each.btch.nb_of_txs if each.btch else None
            if stated is not None and each.tx_dtls:
                differs = differs or int(stated) != len(each.tx_dtls)
        if differs:
            detail = "Its transactions have another number or sum than it says."
            self._faults.add("transactions-differ", detail, number, "amount")

    def _minor(self, amount: Any, side: CreditDebitCode, number: int | None = None) -> int | None:
        """Positive where money came in, or is; None: it is no amount, which is a fault."""
        if amount.ccy != self._currency:
            detail = f"All amounts of this statement are in {self._currency}."
            self._faults.add("another-currency", detail, number, "currency")
            return None
        minor = amount.value.scaleb(self._currency.scale)
        if minor != minor.to_integral_value() or minor > MINOR_MAX:
            detail = f"It is no amount in {self._currency}, or too large."
            self._faults.add("invalid-amount", detail, number, "amount")
            return None
        return -int(minor) if side is CreditDebitCode.DBIT else int(minor)

    def _opening(self, document: AccountStatement9) -> tuple[CashBalance8 | None, date | None]:
        """The balance before, and the date from which on the statement is."""
        opening = self._balance(document, _OPENING)
        if opening is not None:
            return opening, day_of(opening.dt)
        before = self._balance(document, _BEFORE)
        day = day_of(before.dt) if before else None
        return before, day + timedelta(days=1) if day and day < date.max else None

    def _balance(self, document: AccountStatement9, code: str) -> CashBalance8 | None:
        found = [each for each in document.bal if each.tp.cd_or_prtry.cd == code]
        if len(found) > 1:
            self._faults.add("repeated-balance", f"There is more than one balance {code}.")
        return found[0] if found else None

    def _compare(self, document: AccountStatement9) -> None:
        """Hold what the statement says of all entries against what was read."""
        totals = document.txs_summry.ttl_ntries if document.txs_summry else None
        if totals is None:
            return
        if totals.nb_of_ntries is not None and int(totals.nb_of_ntries) != len(self._entries):
            detail = f"It has {len(self._entries)} entries, and NbOfNtries says another number."
            self._faults.add("lines-differ", detail)
        if totals.sum is not None and totals.sum != self._total:
            self._faults.add("total-differs", "The amounts of its entries have another sum.")


def _currency_of(root: Element, faults: Faults) -> Currency:
    """Of the account, or else of its first balance.

    Raises:
        InvalidFile: none of ours.
    """
    amount = root.find("*/Stmt/Bal/Amt", _SPACE)
    told = root.findtext("*/Stmt/Acct/Ccy", None, _SPACE) or (
        amount.get("Ccy") if amount is not None else None
    )
    try:
        return Currency(str(told))
    except ValueError:
        faults.end("another-currency", "The account is in no currency of ours.")


def _around(root: Element, faults: Faults) -> AccountStatement9:
    """The statement without its entries but the first.

    Raises:
        InvalidFile: it does not follow its schema, or is a part of a statement.
    """
    try:
        message = markup.part(root, Document, NAME).bk_to_cstmr_stmt
    except NotADocument as error:
        faults.end("not-a-document", documents.words(error, NAME))
    [statement] = message.stmt
    pages = (message.grp_hdr.msg_pgntn, statement.stmt_pgntn)
    if any(each and not (int(each.pg_nb) == 1 and each.last_pg_ind) for each in pages):
        faults.end("several-pages", "A statement comes in one document, and not in pages.")
    return statement


def _account_of(statement: AccountStatement9) -> str:
    identity = statement.acct.id
    return identity.iban or (identity.othr.id if identity.othr else "")
