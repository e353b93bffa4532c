"""What all that happens to a loan has in common: its events, what follows, and what is booked.

The entry is always the difference between what the books should hold after the event and what they
hold now, against the account or the cash that pays or is paid. An event that changes no books,
since nothing of it was booked, is kept at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.account.values import Leg
from contracts.loan.applications import LoanClosed
from contracts.loan.operations import LoanOperationBegun
from contracts.loan.products import LoanProductTerms
from infra.handling.context import Context
from infra.handling.telling import Told
from infra.sagas.table import Saga
from services.loan.domain.ending_days import Booked
from services.loan.domain.files import LoanFile, NewEvent
from services.loan.domain.provisioning import provided, with_provision
from services.loan.domain.repaying import CASH
from services.loan.domain.servicing.arrears import arrears_of
from services.loan.domain.servicing.books import books, difference, own_account, own_legs
from services.loan.domain.servicing.events import LoanEvent
from services.loan.domain.servicing.position import Position
from services.loan.handlers.moving import begin, operation_of
from services.loan.handlers.shown import about, locked
from services.loan.sagas import Movement
from services.loan.store import LoanStore

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """A loan under lock on the terms of its product, with all that has happened to it, and its
    position today."""

    loan: LoanFile
    product: LoanProductTerms
    events: list[LoanEvent]
    now: Position
    today: date

    @property
    def sequence(self) -> int:
        """The number that the next event has."""
        return len(self.events) + 1

    def after(self, event: NewEvent) -> Position:
        """The loan as it will be today once this event is kept."""
        events = [*self.events, event.numbered(self.sequence, self.today)]
        return self.loan.position(events, self.today, self.product.servicing)


async def case_of(loan: LoanFile, store: LoanStore, context: Context) -> Case:
    """The case of a loan that the caller has locked."""
    [case] = await cases_of([loan], context.business_date, store)
    return case


async def cases_of(loans: Sequence[LoanFile], today: date, store: LoanStore) -> list[Case]:
    """The cases of loans that the caller has locked, read for all of them at once."""
    terms = await store.terms_of(loans)
    events = await store.events_of([each.loan_id for each in loans])
    return [_case(each, terms[each.loan_id], events[each.loan_id], today) for each in loans]


def _case(loan: LoanFile, product: LoanProductTerms, events: list[LoanEvent], today: date) -> Case:
    return Case(loan, product, events, loan.position(events, today, product.servicing), today)


async def open_case(command: Any, store: LoanStore, context: Context) -> Case:
    """The same of the loan that a command names.

    Raises:
        LoanNotFound, LoanBusy
    """
    return await case_of(await locked(command.loan_id, store, context), store, context)


@dataclass(frozen=True, slots=True)
class Happening:
    """An event that is to be booked: against what, in which words, and what is told of it."""

    saga: Saga[Movement]
    event: NewEvent
    after: Position
    description: str
    told: Fields
    against: Callable[[int], Leg] | None = None  # what pays or is paid; None: nobody
    value_date: date | None = None  # from when accounts count it; None: today


async def happen(
    case: Case, happening: Happening, store: LoanStore, context: Context
) -> Told[LoanOperationBegun]:
    """Send what is to be booked to the books; it is kept when they have said yes."""
    booked = await store.booked(case.loan.loan_id)
    movement = movement_of(case, happening, booked, context)
    return await begin(happening.saga, movement, store, context)


def movement_of(case: Case, happening: Happening, booked: Booked, context: Context) -> Movement:
    """What this means for the books, of which so much is booked for the loan."""
    loan, after = case.loan, happening.after
    wanted = books(after, is_npa=arrears_of(after).is_npa)
    lines = difference(with_provision(wanted, after, provided(booked)), booked)
    legs = [*own_legs(lines, loan.currency)]
    if happening.against is not None:
        legs.append(happening.against(-sum(lines.values())))
    return Movement(
        operation_id=operation_of(loan.loan_id, context),
        loan_id=loan.loan_id,
        currency=loan.currency,
        legs=tuple(legs),
        description=happening.description,
        booked_on=case.today,
        event=happening.event,
        told={
            "customer_id": loan.customer_id,
            "account_number": loan.account_number,
            "currency": loan.currency,
            **happening.told,
        },
        closes=_closed(case, after),
        made_by=context.subject.id,
        caused_by=context.message_id,
        value_date=happening.value_date,
    )


def _closed(case: Case, after: Position) -> LoanClosed | None:
    """What is told when something was owed, and nothing is after this."""
    is_closed = after.is_repaid and after.written_off is None
    if case.now.is_repaid or not is_closed:
        return None
    return LoanClosed(**about(case.loan), closed_on=case.today)


def of_account(number: str) -> Callable[[int], Leg]:
    """Against an account of a customer."""
    return lambda minor: Leg(account_number=number, amount_minor=minor)


def in_cash(loan: LoanFile, context: Context) -> Callable[[int], Leg]:
    """Against the cash of the till."""
    return lambda minor: Leg(
        account_number=own_account(CASH, loan.currency),
        amount_minor=minor,
        branch_code=context.subject.branch_code,
    )
