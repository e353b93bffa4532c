"""Who is this payee? Asked from his bank before anything is paid; nothing moves by it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.envelope import EVERYONE, Command, Event, Message, Query, Role
from contracts.payment.values import Beneficiary, Payee


class LookupState(StrEnum):
    """Where a question about a payee stands."""

    PROCESSING = "processing"  # his bank has not answered yet
    COMPLETED = "completed"  # his bank knows him
    REFUSED = "refused"  # his bank has no such account or address
    EXPIRED = "expired"  # his bank has not answered in time; a late answer is still heard


class NameMatch(StrEnum):
    """How like the name that was asked about is to the one that the bank has."""

    EXACT = "exact"  # the same words, however written: in any order, case and script
    CLOSE = "close"  # words left out or as initials, or a slip of the pen
    DIFFERENT = "different"


class PayeeLookup(Message):
    """A question about a payee, and what his bank has answered."""

    lookup_id: UUID
    state: LookupState
    beneficiary: Payee  # as asked about
    name: str | None  # as his bank has it
    bank: str | None
    account_ending: str | None  # the last characters of the account behind it
    match: NameMatch | None  # None: not known
    asked_at: datetime
    answered_at: datetime | None


class ResolvePayee(Command):
    """Ask a payee's bank who he is, by account and IFSC or by VPA."""

    reply = PayeeLookup
    roles = EVERYONE - {Role.AUDITOR}
    about = ("payee-lookup:{reply.lookup_id}", "payee-lookup")

    beneficiary: Beneficiary


class GetPayeeLookup(Query):
    """What became of a question about a payee; a customer sees his own."""

    reply = PayeeLookup

    lookup_id: UUID


class PayeeLookedUp(Event):
    """A payee's bank has answered. For edges; whoever comes later asks GetPayeeLookup."""

    must_be_heard = False

    lookup_id: UUID

    @property
    def aggregate(self) -> str:
        return f"payee-lookup:{self.lookup_id}"
