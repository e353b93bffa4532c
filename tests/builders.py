"""Named examples, so that a test says only what matters to it."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from contracts.envelope import GATEWAY, Message, Role, Subject
from contracts.money import Currency, Money, parse_amount
from infra.deployment.contracts.examples import example
from infra.deployment.contracts.schemas import json_schema
from infra.handling.context import Context
from infra.runtime.clock import business_date

M = TypeVar("M", bound=Message)

ALICE = "AC-20260101-000001"
BOB = "AC-20260101-000002"
ALICE_ID = 1  # the customer behind ALICE
BOB_ID = 2


def a_phone() -> str:
    """A number that nobody else has been given."""
    return f"+919{uuid4().int % 10**9:09d}"


def inr(amount: str) -> Money:
    """`inr("10.50")`; the text form keeps floats out of tests too."""
    return money(amount, Currency.INR)


def money(amount: str, currency: Currency) -> Money:
    return Money(minor=parse_amount(amount, currency), currency=currency)


def staff(role: Role = Role.TELLER, *, branch_code: str = "BR001") -> Subject:
    """A person who works for the bank."""
    return Subject(id=str(UUID(int=100)), role=role, branch_code=branch_code)


def customer(customer_id: int = ALICE_ID) -> Subject:
    """A signed-in customer, who may touch his own only."""
    return Subject(id=str(UUID(int=customer_id)), role=Role.CUSTOMER, customer_id=customer_id)


def context(
    subject: Subject, now: datetime, *, message_id: UUID | None = None, **known: Any
) -> Context:
    """What a handler knows about a new message from the gateway, or what `known` says instead."""
    usual: dict[str, Any] = {"correlation_id": "c-1", "causation_id": None, "sender": GATEWAY}
    return Context(
        message_id=message_id or uuid4(),
        subject=subject,
        now=now,
        business_date=business_date(now),
        **(usual | known),
    )


def an(kind: type[M], /, **fields: object) -> M:
    """A valid message of any kind with these fields, the rest as in its published example."""
    return kind.model_validate(example(json_schema(kind)) | fields)
