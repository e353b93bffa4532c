"""Partners: other banks' systems that may send us commands, each with what it may do and its keys.

The password of a partner's broker user is made here, shown once and kept as a digest. Its private
keys never leave it.
"""

from base64 import b64decode
from binascii import Error
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from contracts.conditional import Conditional
from contracts.envelope import GATEWAY, OPERATOR, Command, Event, Message, Query, Role
from contracts.ingress import Offer, PartnerName
from contracts.money import Currency, Money
from contracts.partner_events import OF_ACCOUNTS, Heard
from contracts.words import AccountNumber, Cursor, PageSize

KEY_BYTES = 32
KEYS_MAX = 2  # valid at once: the old one and the new one while they are changed
ADMINS = frozenset({Role.ADMIN})
LOOKING_AFTER = frozenset({GATEWAY, OPERATOR})


class PartnerState(StrEnum):
    """Suspended: nothing is let in, and its lane stays. Closed: its lane is gone, for good."""

    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Suspension(StrEnum):
    """Why a partner is suspended: somebody wanted it so, or its intake has closed by itself because
    its messages were not signed by its keys."""

    ON_REQUEST = "on-request"
    BAD_SIGNATURES = "bad-signatures"


def _public_key(text: str) -> str:
    try:
        size = len(b64decode(text, validate=True))
    except (Error, ValueError) as error:
        raise ValueError("An Ed25519 public key is 32 bytes in Base64.") from error
    if size != KEY_BYTES:
        raise ValueError("An Ed25519 public key is 32 bytes in Base64.")
    return text


KeyId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,32}$")]
PublicKey = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$"), AfterValidator(_public_key)
]


class PartnerKey(BaseModel):
    """An Ed25519 public key: its 32 bytes in Base64, and the name that messages call it by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_id: KeyId
    public_key: PublicKey


class Partner(Message):
    """A partner as it stands."""

    name: str
    state: PartnerState
    suspended_because: Suspension | None = None  # None: it is not
    allowed_types: tuple[Offer, ...]
    accounts: tuple[str, ...]  # that it may debit and ask about
    event_accounts: tuple[str, ...] = ()  # of whose events it is told
    event_types: tuple[Heard, ...] = OF_ACCOUNTS  # of what
    currency: Currency
    command_limit_minor: int
    daily_limit_minor: int
    per_minute: int  # messages
    keys: tuple[PartnerKey, ...]  # that count now
    version: int
    created_at: datetime


class PartnerChanged(Partner, Event):
    """A partner is new or was changed; reply to whatever changes one."""

    @property
    def aggregate(self) -> str:
        return f"partner:{self.name}"


class PartnerCreated(Partner):
    """Reply to CreatePartner: the only time that the password is told."""

    password: str


AllowedTypes = Annotated[tuple[Offer, ...], Field(min_length=1, max_length=len(Offer))]
Accounts = Annotated[tuple[AccountNumber, ...], Field(min_length=1, max_length=100)]
EventAccounts = Annotated[tuple[AccountNumber, ...], Field(max_length=100)]
EventTypes = Annotated[tuple[Heard, ...], Field(min_length=1, max_length=len(Heard))]
PerMinute = Annotated[int, Field(ge=1, le=6_000)]


class CreatePartner(Command):
    """Let another bank's system send us commands: a lane is made for it within seconds."""

    reply = PartnerCreated
    senders = LOOKING_AFTER
    roles = ADMINS
    remembered = False  # its reply holds a password
    about = "partner:{name}"

    name: PartnerName
    allowed_types: AllowedTypes
    accounts: Accounts
    event_accounts: EventAccounts = ()
    event_types: EventTypes = OF_ACCOUNTS
    command_limit: Money
    daily_limit: Money
    per_minute: PerMinute
    keys: Annotated[tuple[PartnerKey, ...], Field(min_length=1, max_length=KEYS_MAX)]

    @model_validator(mode="after")
    def _limits_agree(self) -> Self:
        if self.command_limit.currency is not self.daily_limit.currency:
            raise ValueError("both limits are in one currency")
        return self


class ChangePartner(Command, Conditional):
    """Change what a partner may do, from its next message on; what is left out stays as it is. Of
    another version than the caller read it is refused."""

    reply = PartnerChanged
    senders = LOOKING_AFTER
    roles = ADMINS
    about = "partner:{name}"
    must_name_version = True

    name: PartnerName
    allowed_types: AllowedTypes | None = None
    accounts: Accounts | None = None
    event_accounts: EventAccounts | None = None
    event_types: EventTypes | None = None
    command_limit: Money | None = None
    daily_limit: Money | None = None
    per_minute: PerMinute | None = None


class PartnerPasswordRotated(Message):
    """Reply to RotatePartnerPassword: the only time that the password is told."""

    name: str
    password: str


class RotatePartnerPassword(Command):
    """Give a partner's broker user another password; its connections end within seconds."""

    reply = PartnerPasswordRotated
    senders = LOOKING_AFTER
    roles = ADMINS
    remembered = False
    about = "partner:{name}"

    name: PartnerName


class AddPartnerKey(Command):
    """Let another key count beside the one there is, while the partner changes over."""

    reply = PartnerChanged
    senders = LOOKING_AFTER
    roles = ADMINS
    about = "partner:{name}"

    name: PartnerName
    key: PartnerKey


class RevokePartnerKey(Command):
    """What is signed with this key counts no longer."""

    reply = PartnerChanged
    senders = LOOKING_AFTER
    roles = ADMINS
    about = "partner:{name}"

    name: PartnerName
    key_id: KeyId


class SuspendPartner(Command):
    """Let nothing of this partner in until further notice."""

    reply = PartnerChanged
    senders = LOOKING_AFTER
    roles = ADMINS
    about = "partner:{name}"

    name: PartnerName


class ResumePartner(Command):
    """Let a suspended partner send again."""

    reply = PartnerChanged
    senders = LOOKING_AFTER
    roles = ADMINS
    about = "partner:{name}"

    name: PartnerName


class ClosePartner(Command):
    """End it for good: its lane goes with all that is in it, and its name is never given again."""

    reply = PartnerChanged
    senders = LOOKING_AFTER
    roles = ADMINS
    about = "partner:{name}"

    name: PartnerName


class GetPartner(Query):
    """One partner."""

    reply = Partner
    senders = LOOKING_AFTER
    roles = ADMINS | {Role.AUDITOR}

    name: PartnerName


class Partners(Message):
    """A page of partners; `next_cursor` is None on the last one."""

    items: tuple[Partner, ...]
    next_cursor: str | None


class ListPartners(Query):
    """All partners, newest first."""

    reply = Partners
    senders = LOOKING_AFTER
    roles = ADMINS | {Role.AUDITOR}

    limit: PageSize = 25
    cursor: Cursor | None = None


class Lane(BaseModel):
    """What the broker has to know of one partner."""

    model_config = ConfigDict(frozen=True)

    name: str
    password_hash: str  # as RabbitMQ keeps it: salted SHA-256 of a long random password
    is_open: bool


class Lanes(Message):
    """Lanes in order of name; `is_complete` is False when there are more after the last of them."""

    items: tuple[Lane, ...]
    is_complete: bool = True


class ListLanes(Query):
    """What lanes there have to be; asked by who makes them, and by nobody else."""

    reply = Lanes
    roles = frozenset()
    senders = frozenset({"lanes"})

    after: PartnerName | None = None
