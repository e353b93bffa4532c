"""What other banks ask for that they have paid to our customers: listed, and decided."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.envelope import READERS, Command, Message, Query, Role
from contracts.money import Currency
from contracts.payment.values import Rail
from contracts.words import Cursor, PageSize, Reason


class IncomingRecallState(StrEnum):
    """What has become of what another bank asks for.

    pending      a manager has to decide
    processing   it was decided, and is being booked, or told to the other bank
    returned     the other bank has its money again
    refused      the other bank has our no, `answer_code` says why
    """

    PENDING = "pending"
    PROCESSING = "processing"
    RETURNED = "returned"
    REFUSED = "refused"


class RecallRefusalCode(StrEnum):
    """Why we do not give back, by the codes of ISO 20022.

    CUST   our customer does not agree
    LEGL   the law forbids it
    AGNT   the bank decides so
    NOAS   our customer does not answer
    ARDT   it was given back before
    AC04   the account is closed
    AM04   the account holds too little
    NOOR   there is no such transfer
    """

    CUST = "CUST"
    LEGL = "LEGL"
    AGNT = "AGNT"
    NOAS = "NOAS"
    ARDT = "ARDT"
    AC04 = "AC04"
    AM04 = "AM04"
    NOOR = "NOOR"


class IncomingRecall(Message):
    """What another bank asks for, in minor units."""

    recall_id: UUID  # ours
    state: IncomingRecallState
    rail: Rail
    given_recall_id: UUID  # the other bank's
    transfer_id: UUID  # as the rail names it
    incoming_id: UUID | None  # of the payment that it is about; None: there is no such payment
    to_account: str | None  # whose money it is asked from
    amount_minor: int
    currency: Currency
    code: str  # the other bank's reason
    detail: str
    answer_code: RecallRefusalCode | None  # why we say no; None: we do not
    reason: str | None  # in the words of who decided
    refused_because: str | None  # the refusal of the books by which a yes became a no
    decided_by: str | None  # None: nobody has, or it was clear by itself
    needs_attention: bool
    created_at: datetime
    updated_at: datetime


class IncomingRecalls(Message):
    """A page of them; `next_cursor` is None on the last one."""

    items: tuple[IncomingRecall, ...]
    next_cursor: str | None


class ListIncomingRecalls(Query):
    """What other banks ask for, newest first."""

    reply = IncomingRecalls
    roles = READERS

    state: IncomingRecallState | None = None
    needs_attention: bool | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None


class AgreeToRecall(Command):
    """Take the amount from the customer's account, and give it back to the bank that asks."""

    reply = IncomingRecall
    roles = frozenset({Role.MANAGER})
    about = "incoming-recall:{recall_id}"

    recall_id: UUID
    reason: Reason


class RefuseRecall(Command):
    """Tell the bank that asks that it does not get its money back."""

    reply = IncomingRecall
    roles = frozenset({Role.MANAGER})
    about = "incoming-recall:{recall_id}"

    recall_id: UUID
    code: RecallRefusalCode
    reason: Reason
