"""A loan as it is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.loan.loans import KeyFacts
from contracts.loan.penal import PenalTerms
from contracts.loan.quotes import QuoteLoan
from contracts.loan.servicing import ServicingRules
from contracts.loan.values import LoanState
from contracts.money import Currency
from services.loan.domain.servicing.events import LoanEvent, event_of
from services.loan.domain.servicing.position import Position
from services.loan.domain.servicing.replaying import replay


class NewEvent(BaseModel):
    """Something that happens to a loan, before it has its number: the columns of its row."""

    model_config = ConfigDict(frozen=True)

    kind: str  # `disbursed`, `cancelled` …
    value_date: date  # from when it counts
    amount_minor: int | None = None
    details: dict[str, Any] = {}
    reverses: int | None = None  # the number of the event that it takes back

    def numbered(self, sequence: int, booked_on: date) -> LoanEvent:
        """The event as it will be when it is kept."""
        columns = self.model_dump(exclude={"details"})
        return event_of({**columns, "sequence": sequence, "booked_on": booked_on}, self.details)


@dataclass(frozen=True, slots=True)
class LoanFile:
    """A loan with the terms and the key facts that it was applied for with."""

    loan_id: UUID
    state: LoanState
    customer_id: int
    account_number: str
    product_code: str
    product_version: int
    currency: Currency
    principal_minor: int
    terms: QuoteLoan
    key_facts: KeyFacts
    applied_by: str
    operation_id: UUID | None
    disbursed_minor: int
    disbursed_on: date | None
    tranches: int  # in how many parts it was paid out so far
    ended_on: date | None  # the last date whose end was worked for it

    def has_ended_after(self, day: date) -> bool:
        """Whether the work of a later day was done for it already."""
        return self.ended_on is not None and self.ended_on > day

    @property
    def penal(self) -> PenalTerms | None:
        """How late payment is charged, by what the borrower was told; None: it is not."""
        if self.key_facts.penal_amount_minor is None:
            return None
        return PenalTerms.model_validate(self.key_facts, from_attributes=True)

    def position(self, events: Iterable[LoanEvent], on: date, rules: ServicingRules) -> Position:
        """The loan on a date by these events, under the rules of its product's version."""
        return replay(self.terms, events, on, rules=rules, penal=self.penal)
