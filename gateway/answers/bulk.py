"""Files of transfers as answers, and what became of their lines."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from contracts.account.bulk import (
    BulkFile,
    BulkFiles,
    BulkFileState,
    BulkLineDone,
    BulkLines,
    BulkLineState,
)
from contracts.money import Currency
from gateway.answers.accounts import ACCOUNT, OTHER_ACCOUNT
from gateway.answers.postings import TRANSACTION
from gateway.money import MoneyText
from gateway.schemas import Answer, Page, example
from gateway.telling import From

FILE = "01941f29-7c00-5000-8000-00000000000b"
A_FILE = {
    "file_id": FILE, "state": "completed", "currency": "INR", "lines": 2, "total": "21.00",
    "done": 2, "done_total": "21.00", "refused": 0,
    "made_by": "01941f29-7c00-7000-8000-00000000000a",
    "begun_at": "2026-01-01T10:00:00Z", "ended_at": "2026-01-01T10:00:01Z",
}  # fmt: skip
A_LINE = {
    "line": 2, "reference": "salary-11-1", "from_account": ACCOUNT, "to_account": OTHER_ACCOUNT,
    "amount": "10.50", "currency": "INR", "description": "salary", "state": "completed",
    "code": None, "detail": None, "transaction_id": TRANSACTION,
}  # fmt: skip


class BulkFileAnswer(Answer):
    """A file of transfers and how far it got."""

    model_config = example(**A_FILE)
    tells = BulkFile

    file_id: UUID
    state: BulkFileState
    currency: Currency
    lines: int
    total: MoneyText
    done: int
    done_total: Annotated[MoneyText, From("done_minor")]
    refused: int
    made_by: str
    begun_at: datetime
    ended_at: datetime | None


class BulkFilesAnswer(Page[BulkFileAnswer]):
    """Files of transfers, newest first."""

    model_config = example(items=[A_FILE], next_cursor=None)
    tells = BulkFiles


class BulkLineAnswer(Answer):
    """One transfer of a file and what became of it."""

    tells = BulkLineDone

    line: int
    reference: str
    from_account: str
    to_account: str
    amount: MoneyText
    currency: Currency
    description: str
    state: BulkLineState
    code: str | None
    detail: str | None
    transaction_id: Annotated[UUID | None, From("entry_id")]


class BulkLinesAnswer(Page[BulkLineAnswer]):
    """Transfers of a file, in its order."""

    model_config = example(items=[A_LINE], next_cursor=None)
    tells = BulkLines


def address(file_id: UUID) -> str:
    """Where the file is shown."""
    return f"/api/transactions/bulk/{file_id}"


class BulkFileAccepted(Answer):
    """All of the file is kept: `status_url` shows how far it is."""

    model_config = example(
        operation_id=FILE, state="processing", status_url=f"/api/transactions/bulk/{FILE}"
    )
    tells = BulkFile
    hides = frozenset(BulkFile.model_fields) - {"file_id", "state"}
    more_headers: ClassVar[tuple[str, ...]] = ("Location",)

    operation_id: Annotated[UUID, From("file_id")]
    state: BulkFileState
    status_url: Annotated[str, From("file_id", address)]
