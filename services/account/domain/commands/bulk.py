"""Files of transfers: each line is decided as the transfer that its maker could make by itself.

The ledger's reference of a line follows from its maker and his reference, so that it moves money
once, in whichever file it comes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID, uuid5

from contracts.account.bulk import BulkFile, BulkFileState, BulkLine
from contracts.account.movements import MakeTransfer
from contracts.account.values import EntryKind
from contracts.envelope import DomainError, Role, Subject
from contracts.money import Currency, Money
from infra.handling.context import Context
from services.account.domain.commands.transfers import make_transfer
from services.account.domain.ledger.books import Books, Wanted
from services.account.domain.ledger.references import reference_of
from services.account.domain.refusals import (
    BulkFileDiffers,
    BulkFileEnded,
    BulkFileNotFound,
    DuplicateLine,
)

PART_LINES = 250  # done in one commit: the longest that a customer may meet
FILES_UNENDED_MAX = 20  # of one maker, waiting or running

_NAMESPACE = UUID("1f6c3ad2-4c0b-5a58-9c63-5c6f2f0d9a41")
_ENDS = frozenset({BulkFileState.COMPLETED, BulkFileState.CANCELLED})


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file under lock: as people see it, who made it, and how far it is kept and run."""

    seen: BulkFile
    subject: Subject
    sender: str  # the broker user by whom it came
    is_started: bool
    kept: int  # lines that are here
    kept_minor: int
    ran_to: int  # number of the last line that was done or refused

    @property
    def is_whole(self) -> bool:
        return self.kept == self.seen.lines


class LineOutcome(NamedTuple):
    """What became of one line."""

    line: int
    amount_minor: int
    entry_id: UUID | None  # None: refused
    code: str | None = None
    detail: str | None = None


def file_id_of(maker: str, digest: str) -> UUID:
    """One for each content of each maker."""
    return uuid5(_NAMESPACE, f"file\n{maker}\n{digest}")


def line_id_of(maker: str, reference: str) -> UUID:
    """What stands for a line where a transfer has its message's id."""
    return uuid5(_NAMESPACE, f"line\n{maker}\n{reference}")


def part_id_of(file_id: UUID, after: int) -> UUID:
    """The id of the order to run the part that begins behind this line."""
    return uuid5(file_id, f"part {after}")


def require_own(file: KeptFile | None, subject: Subject) -> KeptFile:
    """The file, for whoever made it.

    Raises:
        BulkFileNotFound: there is none, or it is somebody else's.
    """
    if file is None or file.seen.made_by != subject.id:
        raise BulkFileNotFound
    return file


def require_cancellable(file: KeptFile | None, subject: Subject) -> KeptFile:
    """The file, for its maker or a manager, while something of it is left to stop.

    Raises:
        BulkFileNotFound: there is none, or not for him.
        BulkFileEnded: nothing is left of it.
    """
    if file is None or subject.role not in (Role.MANAGER, Role.ADMIN):
        file = require_own(file, subject)
    if file.seen.state in _ENDS:
        raise BulkFileEnded
    return file


def with_lines(file: KeptFile, amounts: Sequence[int]) -> KeptFile:
    """The file with some more of its lines here.

    Raises:
        BulkFileDiffers: they are more than was announced, or their amounts have another sum.
    """
    kept, kept_minor = file.kept + len(amounts), file.kept_minor + sum(amounts)
    more = replace(file, kept=kept, kept_minor=kept_minor)
    is_over = kept > file.seen.lines or kept_minor > file.seen.total_minor
    if is_over or (more.is_whole and kept_minor != file.seen.total_minor):
        raise BulkFileDiffers
    return more


def want_lines(wanted: Wanted, file: KeptFile, lines: Iterable[BulkLine], context: Context) -> None:
    """What these lines need in the books."""
    for line in lines:
        line_id = line_id_of(file.seen.made_by, line.reference)
        wanted.numbers.update((line.from_account, line.to_account))
        wanted.references.add(reference_of(EntryKind.TRANSFER, line_id))
        if context.trace is not None:
            wanted.trace_ids[line_id] = context.trace.id


def run_lines(
    books: Books, file: KeptFile, lines: Sequence[BulkLine], context: Context
) -> list[LineOutcome]:
    """Decide each line as its maker's transfer; a refused one harms no other."""
    as_maker = replace(context, subject=file.subject, sender=file.sender)
    return [_outcome(books, line, file.seen.currency, as_maker) for line in lines]


def _outcome(books: Books, line: BulkLine, currency: Currency, context: Context) -> LineOutcome:
    line_id = line_id_of(context.subject.id, line.reference)
    transfer = MakeTransfer(
        from_account=line.from_account,
        to_account=line.to_account,
        amount=Money(minor=line.amount_minor, currency=currency),
        description=line.description,
    )
    try:
        if reference_of(EntryKind.TRANSFER, line_id) in books.posted:
            raise DuplicateLine
        made = make_transfer(books, transfer, replace(context, message_id=line_id))
    except DomainError as refusal:
        return LineOutcome(line.line, line.amount_minor, None, refusal.code, str(refusal))
    return LineOutcome(line.line, line.amount_minor, made.entry_id)
