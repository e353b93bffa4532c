"""Customers: who they are, their status, their accounts."""

import asyncio
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field

from contracts.account.accounts import Accounts, ListAccounts
from contracts.account.values import AccountStatus
from contracts.contact import HOME, Country, Email, Phone, PostalCode
from contracts.customer import (
    ChangeCustomerStatus,
    ChangeIdentityNumbers,
    ChangeKyc,
    CreateCustomer,
    Customer,
    CustomerCreated,
    Customers,
    CustomerStatus,
    CustomerUpdated,
    Gender,
    GetCustomer,
    KycStatus,
    Line,
    ListCustomers,
    PersonName,
    UpdateCustomer,
)
from contracts.words import Reason, Search
from gateway.answers.accounts import AccountsAnswer
from gateway.edge import Call
from gateway.idempotency import REPLAYED, Key
from gateway.preconditions import etag
from gateway.problems import missing
from gateway.routing import EdgeRouter, Part, Rendering, respond
from gateway.schemas import After, Answer, Body, IsoDate, Limit, Page, RowPath, example

router = EdgeRouter("/api/customers", "customers")

# Only its owner can say whether it is one; here, that it is written as one.
IdentityNumber = Annotated[str, Field(max_length=20, pattern=r"^[A-Za-z0-9 -]*$")]

A_PERSON = {
    "first_name": "John", "last_name": "Doe", "date_of_birth": "1990-01-01", "gender": "MALE",
    "email": "john.doe@example.com", "phone": "1234567890", "address_line1": "123 Main St",
    "city": "Mumbai", "state": "Maharashtra", "postal_code": "400001",
}  # fmt: skip
A_CUSTOMER = {
    "id": 1, "uuid": "01941f29-7c00-7000-8000-000000000005", "customer_number": "CU-00000001",
    **A_PERSON, "phone": "+911234567890", "middle_name": None, "address_line2": None,
    "country": "IN", "occupation": None,
    "pan": None, "aadhaar": None, "status": "ACTIVE", "kyc_status": "PENDING", "version": 1,
    "created_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T10:00:00Z",
}  # fmt: skip


class PersonRequest(Body):
    """What may be changed of a customer."""

    model_config = example(**A_PERSON)

    first_name: PersonName
    middle_name: PersonName | None = None
    last_name: PersonName | None
    date_of_birth: IsoDate
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


class CustomerRequest(PersonRequest):
    """A new customer; identity numbers are checked, stored encrypted and shown masked."""

    pan: IdentityNumber | None = None
    aadhaar: IdentityNumber | None = None


class IdentityNumbersRequest(Body):
    """What is added or corrected; what is left out stays as it is."""

    model_config = example(pan="ABCPE1234F")

    pan: IdentityNumber | None = None
    aadhaar: IdentityNumber | None = None


class CustomerStatusRequest(Body):
    """The status that the customer gets, and why."""

    model_config = example(status="SUSPENDED", reason="documents expired")

    status: CustomerStatus
    reason: Reason


class KycRequest(Body):
    """What became of the identity check, and why."""

    model_config = example(kyc_status="VERIFIED", reason="passport seen")

    kyc_status: KycStatus
    reason: Reason


class CustomerAnswer(Answer):
    """A customer; `version` is what If-Match wants, as the ETag."""

    model_config = example(**A_CUSTOMER)
    location: ClassVar[str | None] = "/api/customers/{id}"
    tells = Customer

    id: int
    uuid: UUID
    customer_number: str
    first_name: str
    middle_name: str | None
    last_name: str | None
    date_of_birth: date
    gender: Gender
    email: str
    phone: str
    address_line1: str
    address_line2: str | None
    city: str
    state: str
    postal_code: str
    country: str
    occupation: str | None
    pan: str | None
    aadhaar: str | None
    status: CustomerStatus
    kyc_status: KycStatus
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def etag(self) -> str:
        return etag(self.version)


class CustomersAnswer(Page[CustomerAnswer]):
    """Customers, newest first."""

    model_config = example(items=[A_CUSTOMER], next_cursor=None)
    tells = Customers


THE_CUSTOMER = Part("customer", CustomerAnswer)
CHANGED = Part("customer", CustomerAnswer, hides=frozenset({"reason"}))
CREATED = Rendering(201, THE_CUSTOMER, CustomerCreated)
UPDATED = Rendering(200, THE_CUSTOMER, CustomerUpdated)


@router.calls(
    CreateCustomer, "POST ", gives=CustomerAnswer, status=201, key=Key.OPTIONAL, later=CREATED
)
async def create_customer(call: Call, body: CustomerRequest) -> Response:
    """Register a customer; e-mail, phone and identity numbers belong to one customer only."""
    numbers = {"pan": body.pan, "aadhaar": body.aadhaar}
    sealed = await call.edge.identity_numbers.sealed(CreateCustomer, call.message_id, numbers)
    details = body.model_dump(exclude=set(numbers))
    reply = await call.send(CreateCustomer(**details, **sealed))
    return respond(CREATED, reply.message, REPLAYED if reply.replayed else None)


@router.asks(ListCustomers, "GET ", answers=CustomersAnswer)
def list_customers(
    search: Annotated[Search | None, Query()] = None,
    status: Annotated[CustomerStatus | None, Query()] = None,
    limit: Limit = 25,
    cursor: After = None,
) -> ListCustomers:
    """Customers, newest first; `search` looks at name, e-mail, phone and customer number."""
    return ListCustomers(search=search, status=status, limit=limit, cursor=cursor)


@router.asks(GetCustomer, "GET /{customer_id}", answers=CustomerAnswer)
def get_customer(customer_id: RowPath) -> GetCustomer:
    """A customer; `If-Match` wants his ETag when he is changed."""
    return GetCustomer(id=customer_id)


@router.sends(UpdateCustomer, "PUT /{customer_id}", answers=THE_CUSTOMER, status=200)
def update_customer(customer_id: RowPath, body: PersonRequest) -> UpdateCustomer:
    """Replace what may change, if nobody else did since you read it."""
    return UpdateCustomer(id=customer_id, **body.model_dump())


@router.calls(
    ChangeIdentityNumbers, "PATCH /{customer_id}/identity-numbers", gives=CustomerAnswer,
    key=Key.OPTIONAL, later=UPDATED,
)  # fmt: skip
async def change_identity_numbers(
    call: Call, customer_id: RowPath, body: IdentityNumbersRequest
) -> Response:
    """Add or correct PAN and Aadhaar, if nobody else changed the customer since you read him."""
    numbers = {name: number for name, number in body if number}
    if not numbers:
        raise missing("pan", "aadhaar")
    sealed = await call.edge.identity_numbers.sealed(
        ChangeIdentityNumbers, call.message_id, numbers
    )
    reply = await call.send(ChangeIdentityNumbers(id=customer_id, **sealed))
    return respond(UPDATED, reply.message, REPLAYED if reply.replayed else None)


@router.calls(ListAccounts, "GET /{customer_id}/accounts", gives=AccountsAnswer)
async def list_accounts_of_customer(
    call: Call,
    customer_id: RowPath,
    status: Annotated[AccountStatus | None, Query()] = None,
    limit: Limit = 25,
    cursor: After = None,
) -> Response:
    """The accounts of a customer; 404 if there is no such customer."""
    accounts = ListAccounts(customer_id=customer_id, status=status, limit=limit, cursor=cursor)
    found, _ = await asyncio.gather(call.ask(accounts), call.ask(GetCustomer(id=customer_id)))
    assert isinstance(found, Accounts)
    return AccountsAnswer.about(found).response(200)


@router.sends(ChangeCustomerStatus, "PATCH /{customer_id}/status", answers=CHANGED, status=200)
def change_customer_status(
    customer_id: RowPath, body: CustomerStatusRequest
) -> ChangeCustomerStatus:
    """Suspend, close or reactivate; closing with open accounts is refused."""
    return ChangeCustomerStatus(id=customer_id, status=body.status, reason=body.reason)


@router.sends(ChangeKyc, "PATCH /{customer_id}/kyc", answers=THE_CUSTOMER, status=200)
def change_kyc(customer_id: RowPath, body: KycRequest) -> ChangeKyc:
    """State what became of the identity check."""
    return ChangeKyc(id=customer_id, kyc_status=body.kyc_status, reason=body.reason)
