"""Files of transfers: kept whole, then run line by line on the batch lane, each line once.

`BeginBulkFile` says what will come, `AddBulkLines` brings it in parts of any order, and
`StartBulkFile` lets it run once all of it is there. A file has one id however often it is sent.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.account.values import STAFF_MOVEMENTS
from contracts.envelope import EVERYONE, ITEMS_MAX, Command, Message, Query, Role
from contracts.money import MINOR_MAX, Currency, Money
from contracts.words import AccountNumber, Cursor, PageSize, Text

LINES_MAX = 10_000  # transfers in one file
PLACE_MAX = LINES_MAX + 1  # number of a line in the file: one more for the header of a table
MAKERS = EVERYONE - {Role.AUDITOR}

LineReference = Annotated[
    str, StringConstraints(min_length=1, max_length=35, pattern=r"^[!-~]([ -~]*[!-~])?$")
]
Place = Annotated[int, Field(strict=True, ge=1, le=PLACE_MAX)]
Lines = Annotated[int, Field(strict=True, ge=1, le=LINES_MAX)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class BulkFileState(StrEnum):
    """Pending until all of it is there and it may run."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"  # each of its lines was done or refused
    CANCELLED = "cancelled"  # what had not been done by then was not done


class BulkLineState(StrEnum):
    """Of one transfer of a file."""

    PENDING = "pending"
    COMPLETED = "completed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class BulkLine(BaseModel):
    """One transfer as its file has it, in the currency of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: Place  # its number in the file
    reference: LineReference  # the maker's own name for it, under which it is done once
    from_account: AccountNumber
    to_account: AccountNumber
    amount_minor: Annotated[int, Field(strict=True, gt=0, le=MINOR_MAX)]
    description: Text = ""


class BulkFile(Message):
    """A file and how far it got; amounts in minor units of `currency`."""

    file_id: UUID
    state: BulkFileState
    currency: Currency
    lines: int
    total_minor: int
    done: int
    done_minor: int
    refused: int
    made_by: str
    begun_at: datetime
    ended_at: datetime | None


class BulkFileBegun(BulkFile):
    """Reply to BeginBulkFile; of a file that was sent before, as it is now."""


class BeginBulkFile(Command):
    """Announce a file; the same content of the same maker is the same file."""

    reply = BulkFileBegun
    roles = MAKERS
    about = ("bulk-file:{reply.file_id}", "digest:{digest}")

    digest: Digest  # SHA-256 of the file
    lines: Lines
    total: Money


class BulkLinesAdded(Message):
    """Reply to AddBulkLines."""

    file_id: UUID
    state: BulkFileState


class AddBulkLines(Command):
    """Some lines of a file that was announced; those that are there stay as they are."""

    reply = BulkLinesAdded
    lane = "batch"
    roles = MAKERS
    about = "bulk-file:{file_id}"

    file_id: UUID
    lines: Annotated[tuple[BulkLine, ...], Field(min_length=1, max_length=ITEMS_MAX)]


class BulkFileStarted(BulkFile):
    """Reply to StartBulkFile."""


class StartBulkFile(Command):
    """Let a file run as soon as all of its lines are there; staff may need approval for its whole
    amount."""

    reply = BulkFileStarted
    approval = STAFF_MOVEMENTS
    roles = MAKERS
    about = "bulk-file:{file_id}"

    file_id: UUID
    amount: Money  # of all its lines


class BulkPartRun(Message):
    """Reply to RunBulkPart."""

    file_id: UUID
    done: int
    refused: int


class RunBulkPart(Command):
    """Do the next lines of a file, and have the rest follow: the service's order to itself."""

    reply = BulkPartRun
    lane = "batch"
    senders = frozenset({"account"})
    roles = frozenset()
    about = "bulk-file:{file_id}"

    file_id: UUID
    after: Annotated[int, Field(strict=True, ge=0, le=PLACE_MAX)]  # the last line done before


class BulkFileCancelled(BulkFile):
    """Reply to CancelBulkFile."""


class CancelBulkFile(Command):
    """Stop what has not been done yet of a file; its maker or a manager may."""

    reply = BulkFileCancelled
    roles = MAKERS
    about = "bulk-file:{file_id}"

    file_id: UUID


class GetBulkFile(Query):
    """One file; a customer sees his own."""

    reply = BulkFile
    hurries = False

    file_id: UUID


class BulkFiles(Message):
    """A page of files; `next_cursor` is None on the last one."""

    items: tuple[BulkFile, ...]
    next_cursor: str | None


class ListBulkFiles(Query):
    """Files, newest first; a customer sees his own."""

    reply = BulkFiles

    limit: PageSize = 25
    cursor: Cursor | None = None


class BulkLineDone(BulkLine):
    """One line and what became of it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    currency: Currency
    state: BulkLineState
    code: str | None  # of the refusal
    detail: str | None
    entry_id: UUID | None  # that moved the money


class BulkLines(Message):
    """A page of lines; `next_cursor` is None on the last one."""

    items: tuple[BulkLineDone, ...]
    next_cursor: str | None


class ListBulkLines(Query):
    """Lines of one file in its order."""

    reply = BulkLines

    file_id: UUID
    state: BulkLineState | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None
