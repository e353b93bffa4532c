"""A whole file judged before any of it is sent: its transfers, or all that is wrong with it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from time import monotonic

from pydantic import ValidationError

from contracts.account.bulk import BulkLine, LineReference
from contracts.money import DEFAULT_CURRENCY, MINOR_MAX, Currency, Money
from contracts.words import AccountNumber, Text
from gateway.bulk.faults import Faults
from gateway.bulk.formats import READERS, Fields
from gateway.money import Amount, minor_units
from gateway.problems import INVALID_AMOUNT, Problem
from gateway.schemas import Body

TURN_SECONDS = 0.005  # before other calls have theirs

# What a field's fault is called; any other is an `invalid-field`.
_CODES = {
    INVALID_AMOUNT: "invalid-amount",
    "missing": "missing-field",
    "extra_forbidden": "unknown-field",
    "string_too_long": "too-long",
    "string_too_short": "too-short",
    "unseen_text": "unseen-text",
}


class FileTransfer(Body):
    """One transfer as a file has it."""

    reference: LineReference
    from_account: AccountNumber
    to_account: AccountNumber
    amount: Amount
    currency: Currency = DEFAULT_CURRENCY
    description: Text = ""


@dataclass(frozen=True, slots=True)
class TransferFile:
    """A file without a fault."""

    digest: str
    lines: Sequence[BulkLine]
    total: Money
    name: str | None = None  # that it gives itself: no other file of its sender has it


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """What its sender takes the file to hold; None: he does not say."""

    lines: int | None = None
    total: str | None = None


@dataclass(slots=True)
class _Judging:
    """A file half read."""

    faults: Faults
    lines: list[BulkLine] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)  # of references
    currency: Currency | None = None  # of the first transfer
    total_minor: int = 0

    def take(self, number: int, fields: Fields) -> None:
        """Judge one line."""
        try:
            transfer = FileTransfer.model_validate(fields)
            minor = minor_units(transfer.amount, transfer.currency)
        except ValidationError as error:
            for fault in error.errors(include_url=False, include_input=False):
                code = _CODES.get(fault["type"], "invalid-field")
                self.faults.add(code, fault["msg"], number, _name(fault["loc"]))
            return
        except Problem as problem:
            self.faults.add(problem.code, str(problem.detail), number, "amount")
            return
        self._check(number, transfer)
        self.total_minor += minor
        self.lines.append(_line(number, transfer, minor))

    def _check(self, number: int, transfer: FileTransfer) -> None:
        """Hold the line against those before it."""
        first = self.places.setdefault(transfer.reference, number)
        if first != number:
            detail = f"Line {first} has this reference."
            self.faults.add("repeated-reference", detail, number, "reference")
        self.currency = self.currency or transfer.currency
        if transfer.currency is not self.currency:
            detail = f"The transfers of a file are of one currency, here {self.currency}."
            self.faults.add("another-currency", detail, number, "currency")

    def whole(self, content: bytes, expected: ControlTotals) -> TransferFile:
        """The file, once all of it is judged.

        Raises:
            InvalidFile: it has a fault.
        """
        self.faults.require_none()
        currency = self.currency or DEFAULT_CURRENCY
        if expected.lines is not None and expected.lines != len(self.lines):
            detail = f"The file has {len(self.lines)} transfers, not {expected.lines}."
            self.faults.add("lines-differ", detail)
        total = expected.total and minor_units(expected.total, currency, "query:total")
        if total not in (None, self.total_minor):
            self.faults.add("total-differs", "The amounts have another sum.")
        if self.total_minor > MINOR_MAX:
            self.faults.add("total-too-large", "The amounts are too much for one file.")
        self.faults.require_none()
        amount = Money(minor=self.total_minor, currency=currency)
        return TransferFile(sha256(content).hexdigest(), self.lines, amount)


async def read_file(content: bytes, media: str, expected: ControlTotals) -> TransferFile:
    """The transfers of a file; other calls have their turn while it is read.

    Raises:
        InvalidFile: anything is wrong with it.
        Problem: the expected total is no amount of the file's currency.
    """
    judging = _Judging(Faults())
    found = READERS[media](content, judging.faults)
    begun_at = monotonic()
    for number, fields in found.transfers:
        judging.take(number, fields)
        if monotonic() - begun_at > TURN_SECONDS:
            await asyncio.sleep(0)
            begun_at = monotonic()
    if not (judging.lines or judging.faults.count):
        judging.faults.add("empty-file", "The file has no transfer.")
    return replace(judging.whole(content, expected), name=found.name)


def _name(location: Sequence[int | str]) -> str:
    return str(location[0])[:40] if location else ""


def _line(number: int, transfer: FileTransfer, minor: int) -> BulkLine:
    return BulkLine(
        line=number,
        reference=transfer.reference,
        from_account=transfer.from_account,
        to_account=transfer.to_account,
        amount_minor=minor,
        description=transfer.description,
    )
