"""What every message on the bus has in common.

A command asks its owner to do one thing and is answered once: by its `reply`, or by `Refused`. One
that a second person has to approve is answered `ApprovalNeeded` before (contracts/approvals.py).
A query asks its owner a question; nothing changes and nothing is remembered.
An event states that something happened and has one or more listeners.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Protocol, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

BODY_BYTES_MAX = 256 * 1024  # one message, one carrier or one HTTP body
DEPTH_MAX = 20  # nesting of objects and arrays in one body
ITEMS_MAX = 1_000  # elements of any list in one message, and items of one carrier


def kebab(class_name: str) -> str:
    """`PostEntry` -> `post-entry`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", class_name).lower()


class Role(StrEnum):
    """What a signed-in person or a foreign system may do; see the table in docs/api.md."""

    ADMIN = "ADMIN"
    MANAGER = "MANAGER"
    TELLER = "TELLER"
    AUDITOR = "AUDITOR"
    CUSTOMER = "CUSTOMER"
    SYSTEM = "SYSTEM"


STAFF = frozenset({Role.ADMIN, Role.MANAGER, Role.TELLER})
READERS = STAFF | {Role.AUDITOR}
EVERYONE = READERS | {Role.CUSTOMER}

NOBODY = 0  # as a customer id; customers are numbered from 1
GATEWAY = "gateway"  # the broker user of the HTTP edge
OPERATOR = "operator"  # the broker user of `bank …` commands: replay, seeding

POINTER = r"^(/|(query|header|path):.)"  # how every pointer begins

ShortText = Annotated[str, StringConstraints(max_length=200)]


class Subject(BaseModel):
    """Who asked: the person behind a call, or the service itself when nobody is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: ShortText  # user uuid, or the name of a service
    role: Role | None = None  # None: one of our services for the bank itself, or a stranger
    customer_id: int | None = None
    branch_code: ShortText | None = None
    session_id: ShortText | None = None

    def may_touch(self, customer_id: int | None) -> bool:
        """True unless a customer asks for what belongs to somebody else."""
        return self.role is not Role.CUSTOMER or (
            customer_id is not None and customer_id == self.customer_id
        )

    def visible_customer(self, wanted: int | None = None) -> int | None:
        """Whose things a list shows when those of `wanted` are asked for; None: everybody's.

        A customer's list holds his own. Asked for another's, or tied to no customer, it is empty,
        as if there were nothing else.
        """
        if self.role is not Role.CUSTOMER:
            return wanted
        own = self.customer_id or NOBODY
        return own if wanted in (None, own) else NOBODY


class NotADocument(ValueError):
    """A body is not the document that its type asks for; the text says why, without its words."""


class Document(Protocol):
    """How a message is written where the other side does not read JSON: in XML, by a standard."""

    @property
    def name(self) -> str:
        """Of the standard: `pacs.008.001.08`."""
        ...

    @property
    def write(self) -> Callable[[Any, datetime], bytes]:
        """A message as a document, at the time of writing it."""
        ...

    @property
    def read(self) -> Callable[[bytes], dict[str, Any]]:
        """A document as the fields of its message, which are still to be judged; raises
        NotADocument."""
        ...


class Message(BaseModel):
    """A frozen value; unknown fields are ignored, so adding a field breaks no reader."""

    # Errors reach logs and dead queues, where what is said of people has no place.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    owner: ClassVar[str]  # the module below contracts/ that defines it: `account`
    exchange: ClassVar[str | None] = None  # None: by kind; else an exchange of the outside world

    # True: its fields hold texts, numbers, ids, days and moments (UTC) alone, which need nobody who
    # knows the class to be written as JSON.
    is_flat: ClassVar[bool] = False

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        cls.owner = cls.__module__.split(".")[1]

    @classmethod
    def document(cls) -> Document | None:
        """How it is written outside of the bank; None: as JSON."""
        return None

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """A message of values that are what its fields ask for, all of them and in their order.

        They are not judged, which is most of what making a message costs; the dictionary is its own
        from now on. For what was judged before; the caller's tests hold that nothing is lost.
        """
        message = cls.__new__(cls)
        for name, value in (
            ("__dict__", values),
            ("__pydantic_fields_set__", set(values)),
            ("__pydantic_extra__", None),
            ("__pydantic_private__", None),
        ):
            object.__setattr__(message, name, value)
        return message


class Event(Message):
    """Something that happened, named in the past tense: `AccountOpened`."""

    senders: ClassVar[frozenset[str]] = frozenset()  # empty: its owner alone
    must_be_heard: ClassVar[bool] = True  # False: its listeners ask anew whenever they start

    @property
    def aggregate(self) -> str:
        """What the event is about, e.g. `account:AC-20260101-000001`; order holds per aggregate."""
        raise NotImplementedError(type(self).__name__)


@dataclass(frozen=True, slots=True)
class Approval:
    """When a command waits until a second person has approved it, and who that may be."""

    makers: frozenset[Role] = STAFF  # people with these roles need it, all others do not
    deciders: frozenset[Role] = frozenset({Role.MANAGER})
    above: str | None = None  # the dated terms with the amount above which; None: always
    days: int = 3  # until it expires


class Command(Message):
    """Something to do, named in the imperative: `PlaceHold`. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    reply: ClassVar[type[Message]]
    senders: ClassVar[frozenset[str]] = frozenset({GATEWAY})  # broker users who may send it
    roles: ClassVar[frozenset[Role]] = STAFF  # people for whom the gateway may send it
    remembered: ClassVar[bool] = True  # False: holds a secret; no stored outcome, never on disk
    throttled: ClassVar[bool] = False  # True: after failures its sender has to wait
    # "batch": bulk work that nobody waits for; it goes by a queue of its own, behind all others.
    lane: ClassVar[Literal["commands", "batch"]] = "commands"
    approval: ClassVar[Approval | None] = None  # None: nobody has to approve it
    # Its object in the audit trail, as an address of its own fields, `account:{account_number}`, or
    # of its reply's, `payment:{reply.payment_id}`; of several the first that can be written counts.
    about: ClassVar[str | tuple[str, ...]] = ()

    @classmethod
    def addresses(cls) -> tuple[str, ...]:
        """`about`, as a list."""
        return (cls.about,) if isinstance(cls.about, str) else cls.about


class Query(Message):
    """A question, named `Get…`, `List…`, `Search…` or `Quote…`. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    reply: ClassVar[type[Message]]
    senders: ClassVar[frozenset[str]] = frozenset({GATEWAY})
    roles: ClassVar[frozenset[Role]] = EVERYONE
    hurries: ClassVar[bool] = True  # False: bulk work is what it asks about, and does not yield


class Kind(StrEnum):
    """Why something was refused; the gateway has one table from these to HTTP statuses."""

    MALFORMED = "malformed"  # 400
    UNAUTHENTICATED = "unauthenticated"  # 401
    FORBIDDEN = "forbidden"  # 403
    NOT_FOUND = "not-found"  # 404
    CONFLICT = "conflict"  # 409
    STALE = "stale"  # 412
    REFUSED = "refused"  # 422
    TOO_MANY = "too-many"  # 429
    UNAVAILABLE = "unavailable"  # 503


class FieldError(BaseModel):
    """One fault of a call: where and what.

    Where is a JSON pointer into the body (RFC 6901), or over HTTP also `query:limit`,
    `header:If-Match` or `path:customer_id`: where a parameter stands, and its name.
    """

    model_config = ConfigDict(frozen=True)

    pointer: Annotated[str, Field(json_schema_extra={"pattern": POINTER})]
    detail: str


class Refused(Message):
    """The owner understood the message and its rules said no; nothing was changed."""

    code: str
    detail: str
    kind: Kind = Kind.REFUSED
    errors: tuple[FieldError, ...] = ()
    retry_after_seconds: int | None = None  # when asking again may be worth it


class OutcomeState(StrEnum):
    PENDING = "pending"  # not handled yet, or never arrived
    COMPLETED = "completed"
    REFUSED = "refused"
    AWAITING_APPROVAL = "awaiting-approval"  # nothing is done until somebody else approves it


class OutcomeFound(Message):
    """A command's stored answer: the reply's type and its JSON, or the refusal."""

    state: OutcomeState
    type: str | None = None
    body: str | None = None


class GetOutcome(Query):
    """What became of a command? Every service answers for those it owns, to their sender only."""

    reply = OutcomeFound
    roles = EVERYONE | {Role.SYSTEM}

    message_id: UUID


class DomainError(Exception):
    """A rule said no. The class name is the stable code, the docstring the default wording."""

    kind: ClassVar[Kind] = Kind.REFUSED
    retry_after_seconds: int | None = None

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or (type(self).__doc__ or "").strip())

    @property
    def code(self) -> str:
        return kebab(type(self).__name__)

    def refusal(self) -> Refused:
        return Refused(
            code=self.code,
            detail=str(self),
            kind=self.kind,
            retry_after_seconds=self.retry_after_seconds,
        )


class NotFound(DomainError):
    """It does not exist, or not for you."""

    kind = Kind.NOT_FOUND


class Conflict(DomainError):
    """It contradicts the present state."""

    kind = Kind.CONFLICT


class Forbidden(DomainError):
    """You may not do this."""

    kind = Kind.FORBIDDEN
