"""What is said of commands that wait for a second person, by every service that has such commands.

Its owner parks a command whose `approval` asks for it, and answers `ApprovalNeeded`. Whoever
approves it makes the owner run exactly what was parked. The routing key names the owner.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.envelope import READERS, Command, Message, OutcomeFound, Query, Role
from contracts.words import Cursor, PageSize, Reason


class ApprovalState(StrEnum):
    """Pending until another person decides, or nobody has in time."""

    PENDING = "pending"
    APPROVED = "approved"  # and run, whatever came of it
    REJECTED = "rejected"
    EXPIRED = "expired"


class ApprovalNeeded(Message):
    """Answer to a command that somebody else has to approve first: nothing is done yet."""

    approval_id: UUID
    expires_at: datetime


class ParkedCommand(Message):
    """A command that waits, or has waited, for a second person."""

    approval_id: UUID
    state: ApprovalState
    type: str  # its routing key
    body: str  # its JSON, as its maker sent it
    maker: str
    maker_role: Role
    reason: str  # why it needs approval
    created_at: datetime
    expires_at: datetime
    decided_by: str | None = None  # None: nobody, so far or before it expired
    decided_at: datetime | None = None
    decision_reason: str | None = None
    outcome: OutcomeFound | None = None  # what its maker is answered once it is decided


class CommandApproved(ParkedCommand):
    """Reply to ApproveCommand: it was run, and `outcome` says what came of it."""


class ApproveCommand(Command):
    """Let a parked command be run as its maker sent it; nobody approves his own."""

    reply = CommandApproved
    roles = frozenset({Role.MANAGER})
    about = "approval:{approval_id}"

    approval_id: UUID


class CommandRejected(ParkedCommand):
    """Reply to RejectCommand: it will never be run."""


class RejectCommand(Command):
    """End a parked command without running it; nobody rejects his own."""

    reply = CommandRejected
    roles = frozenset({Role.MANAGER})
    about = "approval:{approval_id}"

    approval_id: UUID
    reason: Reason


class GetApproval(Query):
    """One parked command, decided or not."""

    reply = ParkedCommand
    roles = READERS

    approval_id: UUID


class ParkedCommands(Message):
    """A page of parked commands; `next_cursor` is None on the last one."""

    items: tuple[ParkedCommand, ...]
    next_cursor: str | None


class ListApprovals(Query):
    """Parked commands, newest first."""

    reply = ParkedCommands
    roles = READERS

    state: ApprovalState | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None
