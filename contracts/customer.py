"""What the customer service can be asked and what it tells: who the bank's customers are."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import StringConstraints, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from contracts.conditional import Conditional
from contracts.contact import HOME, Country, Email, Phone, PostalCode, postal_code
from contracts.envelope import EVERYONE, READERS, STAFF, Command, Event, Message, Query
from contracts.text import Composed, Seen, Shown
from contracts.words import Cursor, CustomerId, PageSize, Reason, Search

_PLAIN = r"^[^\x00-\x1f\x7f-\x9f<>]*$"  # any script, but no control characters and no markup
PersonName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60, strip_whitespace=True, pattern=_PLAIN),
    Composed,
    Seen,
    Shown,
]
Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=120, strip_whitespace=True, pattern=_PLAIN),
    Composed,
    Seen,
    Shown,
]
# A text that its owner's key alone opens; see infra/data/boxes.py.
Sealed = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{70,180}$")]


class Gender(StrEnum):
    """As the customer states it."""

    MALE = "MALE"
    FEMALE = "FEMALE"
    OTHER = "OTHER"


class CustomerStatus(StrEnum):
    """Suspended: his accounts give and take nothing for him. Closed: for ever."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"


class KycStatus(StrEnum):
    """What became of the check of who he is."""

    PENDING = "PENDING"
    VERIFIED = "VERIFIED"
    REJECTED = "REJECTED"


class Customer(Message):
    """A customer as staff and he himself may see him; identity numbers are masked."""

    id: int
    uuid: UUID
    customer_number: str  # CU-00000001
    first_name: str
    middle_name: str | None
    last_name: str | None  # None: a person of one name
    date_of_birth: date
    gender: Gender
    email: str
    phone: str
    address_line1: str
    address_line2: str | None
    city: str
    state: str
    postal_code: str
    country: str  # ISO 3166 alpha-2
    occupation: str | None
    pan: str | None  # masked: XXXXXX234F
    aadhaar: str | None  # masked: XXXXXXXX1234
    status: CustomerStatus
    kyc_status: KycStatus
    version: int  # the ETag over HTTP
    created_at: datetime
    updated_at: datetime


class _AboutCustomer(Event):
    customer: Customer

    @property
    def aggregate(self) -> str:
        return f"customer:{self.customer.id}"


class CustomerCreated(_AboutCustomer):
    """Reply to CreateCustomer, and told to whoever writes to customers."""


class CustomerUpdated(_AboutCustomer):
    """Reply to UpdateCustomer, ChangeIdentityNumbers and ChangeKyc, and told."""


class CustomerStatusChanged(_AboutCustomer):
    """Reply to ChangeCustomerStatus, and told."""

    reason: str


class _Particulars(Command):
    """What a customer tells about himself and may change."""

    first_name: PersonName
    middle_name: PersonName | None = None
    last_name: PersonName | None  # None: a person of one name, who has only a first one
    date_of_birth: date
    gender: Gender
    email: Email
    phone: Phone
    address_line1: Line
    address_line2: Line | None = None
    city: PersonName
    state: PersonName
    postal_code: PostalCode
    country: Country = HOME
    occupation: PersonName | None = None

    @model_validator(mode="after")
    def _written_as_its_post_writes_it(self) -> Self:
        """Its country stands behind the postal code, which is the field at fault all the same."""
        try:
            code = postal_code(self.postal_code, self.country)
        except PydanticCustomError as error:
            fault = InitErrorDetails(type=error, loc=("postal_code",), input=self.postal_code)
            raise ValidationError.from_exception_data(type(self).__name__, [fault]) from error
        object.__setattr__(self, "postal_code", code)
        return self


class _Boxing:
    """A command to which identity numbers come in boxes."""

    @classmethod
    def place_of(cls, field: str, message_id: UUID) -> tuple[str, ...]:
        """What a box is about: taken to another field or message, it does not open."""
        return cls.__name__, field, str(message_id)


class CreateCustomer(_Particulars, _Boxing):
    """Take on a customer; PAN and Aadhaar come sealed for the key that GetSealingKey tells, each
    for `place_of` its field, are checked, and are shown masked only."""

    reply = CustomerCreated
    senders = frozenset({"gateway", "operator"})
    roles = STAFF
    about = ("customer:{reply.customer.id}", "customer")

    pan: Sealed | None = None
    aadhaar: Sealed | None = None


class UpdateCustomer(_Particulars, Conditional):
    """Replace what may change; of another version than the caller read it is refused."""

    reply = CustomerUpdated
    about = "customer:{id}"
    must_name_version = True

    id: CustomerId


class ChangeIdentityNumbers(Command, _Boxing, Conditional):
    """Add or correct a customer's PAN or Aadhaar, each in a box as for CreateCustomer; what is left
    out stays as it is. Of another version than the caller read it is refused."""

    reply = CustomerUpdated
    about = "customer:{id}"
    must_name_version = True

    id: CustomerId
    pan: Sealed | None = None
    aadhaar: Sealed | None = None


class ChangeCustomerStatus(Command, Conditional):
    """Closing a customer with open accounts is refused."""

    reply = CustomerStatusChanged
    about = "customer:{id}"

    id: CustomerId
    status: CustomerStatus
    reason: Reason


class ChangeKyc(Command, Conditional):
    """Record whether the customer's identity was verified."""

    reply = CustomerUpdated
    about = "customer:{id}"

    id: CustomerId
    kyc_status: KycStatus
    reason: Reason


class GetCustomer(Query):
    """One customer; a customer sees himself only."""

    reply = Customer
    senders = frozenset({"gateway", "account", "auth", "loan"})
    roles = EVERYONE

    id: CustomerId


class SealingKey(Message):
    """The public key, 32 bytes of X25519 in base64url."""

    public_key: str


class GetSealingKey(Query):
    """The key to seal identity numbers for; anybody may know it."""

    reply = SealingKey
    roles = frozenset()  # the edge asks for itself; no route leads here


class Customers(Message):
    """A page of customers; `next_cursor` is None on the last one."""

    items: tuple[Customer, ...]
    next_cursor: str | None


class ListCustomers(Query):
    """Newest first; `search` matches name, e-mail, phone and customer number."""

    reply = Customers
    senders = frozenset({"gateway", "operator"})
    roles = READERS

    search: Search | None = None
    status: CustomerStatus | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None
