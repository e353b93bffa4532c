"""What other banks' systems may send to the bank and are answered, and what became of it.

A partner sends plain JSON to the exchange of its lane; docs/partners.md has the whole contract. Its
messages and their answers are written here as it reads them, with amounts as decimal text. They
never travel between our services: the ingress turns each into a command or a question of ours.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.envelope import GATEWAY, OPERATOR, Command, Event, Message, Query, Role
from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.payment.values import Beneficiary, Payee, Rail
from contracts.words import AccountNumber, Cursor, PageSize, Text

FRESH_SECONDS = 300  # how far the time of a message may be from the bank's

PartnerName = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", min_length=3, max_length=30)
]
StatementSize = Annotated[int, Field(strict=True, ge=1, le=50)]  # since answers are kept for ever
AmountText = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{1,20}(\.[0-9]{1,10})?$"), Field(examples=["250.00"])
]


class Offer(StrEnum):
    """What a partner may be allowed to send; the AMQP type of its messages."""

    TRANSFER = "transfer-between-accounts.v1"
    BALANCE = "get-balance.v1"
    PAYMENT = "make-payment.v1"
    STATEMENT = "get-statement.v1"


class Answered(StrEnum):
    """What it is answered; the AMQP type of the answers."""

    TRANSFERRED = "transfer-made.v1"
    BALANCE = "balance.v1"
    STATEMENT = "statement.v1"
    PAYMENT_ACCEPTED = "payment-accepted.v1"
    PAYMENT_COMPLETED = "payment-completed.v1"
    PAYMENT_FAILED = "payment-failed.v1"
    PAYMENT_RETURNED = "payment-returned.v1"
    REFUSED = "refused.v1"


class _Sent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True)


class TransferBetweenAccounts(_Sent):
    """Move money from an account that the partner may debit to another account of this bank."""

    from_account: AccountNumber
    to_account: AccountNumber
    amount: AmountText
    currency: Currency = DEFAULT_CURRENCY
    description: Text = ""


class GetAccountBalance(_Sent):
    """The balance now of an account that the partner may debit."""

    account_number: AccountNumber


class GetStatement(_Sent):
    """What was booked on an account that the partner may debit, newest first, page by page."""

    account_number: AccountNumber
    booked_from: date | None = None  # business dates, both included
    booked_to: date | None = None
    limit: StatementSize = 25
    cursor: Cursor | None = None


class PayAnotherBank(_Sent):
    """Pay an account at another bank from an account that the partner may debit; it is accepted or
    refused at once, and its end is told when it has one."""

    from_account: AccountNumber
    beneficiary: Beneficiary
    amount: AmountText
    currency: Currency = DEFAULT_CURRENCY
    rail: Rail
    description: Text = ""


class TransferTold(_Told):
    """The transfer is booked, and final."""

    reference: str
    from_account: str
    to_account: str
    amount: str
    currency: Currency
    description: str
    booked_at: datetime
    value_date: date


class BalanceTold(_Told):
    """What is booked, what is set aside, and what may be spent."""

    account_number: str
    currency: Currency
    balance: str
    held: str
    available: str
    as_of: datetime


class MovementTold(_Told):
    """Money that left an account, or came to it; booked, and final."""

    number: int  # of the posting on its account, gapless
    entry_id: UUID
    reference: str
    kind: str
    amount: str  # unsigned
    currency: Currency
    balance_after: str
    description: str
    booked_at: datetime
    value_date: date


class EntryTold(MovementTold):
    """One of a statement."""

    side: Literal["debit", "credit"]
    booked_on: date


class StatementTold(_Told):
    """A page of what was booked, newest first; without `next_cursor` it is the last one."""

    items: tuple[EntryTold, ...]
    next_cursor: str | None = None


class PaymentTold(_Told):
    """The payment is accepted, and on its way; how it ends comes later."""

    payment_id: UUID
    from_account: str
    beneficiary: Payee
    amount: str
    currency: Currency
    rail: Rail
    description: str
    fee: str = "0.00"  # what the account pays beside the amount, once the payment is completed
    gst: str = "0.00"  # the tax on the fee, on top of it
    accepted_at: datetime


class PaymentEndTold(_Told):
    """How a payment has ended."""

    payment_id: UUID
    from_account: str
    amount: str
    currency: Currency


class PaymentCompletedTold(PaymentEndTold):
    """The other bank has the money."""

    rail_reference: str


class PaymentFailedTold(PaymentEndTold):
    """It was not made, and the account has its money. The code is stable, the words may change."""

    code: str
    detail: str


class PaymentReturnedTold(PaymentEndTold):
    """It was completed, and the account has got its money back."""


class FaultTold(_Told):
    """One fault of a body: where, as a JSON pointer, and what."""

    pointer: str
    detail: str


class RefusalTold(_Told):
    """Nothing was done. The code is stable, the words may change."""

    code: str
    detail: str
    errors: tuple[FaultTold, ...] = ()
    retry_after_seconds: int | None = None


class IntakeClosed(Event):
    """Nothing of a partner is let in any more, because of too many messages that none of its keys
    has signed; it stays so until an administrator resumes it."""

    name: str

    @property
    def aggregate(self) -> str:
        return f"intake:{self.name}"


class QuarantinedMessage(Message):
    """One message of a partner that was not let in, and why."""

    id: int
    received_at: datetime
    code: str
    detail: str
    message_id: str | None  # as it was sent
    type: str | None
    key_id: str | None  # the key that it named
    size: int  # bytes of its body
    body: str  # how it begins
    replay_asked_at: datetime | None = None  # when somebody wanted it judged again
    replayed_at: datetime | None = None  # when it was
    replay_code: str | None = None  # why it was refused again; None: it was let in, or not judged


class Quarantine(Message):
    """A page of what was not let in; `next_cursor` is None on the last one."""

    items: tuple[QuarantinedMessage, ...]
    next_cursor: str | None


class ReplayQuarantined(Command):
    """Judge a message again that was refused at the door, by what holds now, as if it came now.

    It is judged within seconds, once, and answered in its lane. Its signature has to be good, its
    age does not count; under an id that was let in since then it has no second effect."""

    reply = QuarantinedMessage
    senders = frozenset({GATEWAY, OPERATOR})
    roles = frozenset({Role.ADMIN})
    about = "partner:{name}"

    name: PartnerName
    id: Annotated[int, Field(ge=1, le=2**53)]


class ListQuarantine(Query):
    """What a partner sent and was refused at the door, newest first."""

    reply = Quarantine
    senders = frozenset({GATEWAY, OPERATOR})
    roles = frozenset({Role.ADMIN, Role.AUDITOR})

    name: PartnerName
    limit: PageSize = 25
    cursor: Cursor | None = None
