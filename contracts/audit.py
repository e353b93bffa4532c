"""What every service says of its audit trail: rows that somebody looks for, and how far it goes.

The routing key of a question names the service.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.envelope import Event, Message, Query, Role
from contracts.text import Composed, Seen
from contracts.topology import SERVICES
from contracts.words import PRINTABLE, Cursor, Moment, PageSize

Searched = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=PRINTABLE), Composed, Seen
]


class AuditRow(BaseModel):
    """One command that somebody has asked for; nothing of what was in it."""

    model_config = ConfigDict(frozen=True)

    service: str  # whose trail it stands in
    id: int  # of the row in that trail
    at: datetime
    message_id: UUID
    trace_id: str
    request_id: str  # the caller's name for his call, or the trace id
    actor: str
    role: str | None  # None: nobody was signed in, or an operator's tool asked
    customer_id: int | None  # whom he acts for, if he is tied to one
    approver: str | None  # who approved what was parked
    sender: str  # the broker user that published it
    command: str
    object: str | None  # what it was about, as `account:AC-20260101-000001`
    outcome: str  # done, refused or parked
    code: str | None  # of the refusal
    reason: str | None  # that the actor gave; or of what many refusals in one row consist
    source: str | None  # the address that the call came from


class AuditRows(Message):
    """A page of rows; `next_cursor` is None on the last one."""

    items: tuple[AuditRow, ...]
    next_cursor: str | None


class SearchAudit(Query):
    """Rows of one service's trail, newest first; each word has to be met exactly."""

    reply = AuditRows
    roles = frozenset({Role.AUDITOR, Role.ADMIN})

    actor: Searched | None = None
    object: Searched | None = None
    command: Searched | None = None
    since: Moment | None = None
    before: Moment | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None


class AuditSealed(Event):
    """So many rows of a service's audit trail are chained, and the last one has this hash.

    Heard by those who keep the heads of others. One that is lost is made good by the next.
    """

    senders = frozenset(SERVICES)
    must_be_heard = False

    service: str
    number: Annotated[int, Field(ge=1)]  # of the last row, from 1
    hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]  # SHA-256

    @property
    def aggregate(self) -> str:
        return f"audit:{self.service}"
