"""The end of a day of a loan: what it has earned, how late it is, and what is provided for it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.account.values import Leg
from contracts.loan.days import InstalmentOverdue, PenaltyCharged
from contracts.loan.servicing import ServicingRules
from contracts.loan.values import Stage
from contracts.money import Currency
from services.loan.domain.files import LoanFile
from services.loan.domain.provisioning import (
    Percents,
    provided,
    provision_due,
    stage_of,
    with_provision,
)
from services.loan.domain.servicing.arrears import Arrears, arrears_of
from services.loan.domain.servicing.books import books, difference, own_legs
from services.loan.domain.servicing.events import LoanEvent
from services.loan.domain.servicing.position import Instalment, Position
from services.loan.domain.standing import next_due

_ONE_DAY = timedelta(days=1)

Booked = Mapping[str, int]  # by line of the chart, credit positive


@dataclass(frozen=True, slots=True)
class DayEnd:
    """What follows for one loan; `lines` are still to be booked."""

    arrears: Arrears
    stage: Stage
    outstanding_minor: int  # principal: interest of a moratorium has become some
    next_due: Instalment | None  # after the day
    lines: Booked
    overdue: tuple[InstalmentOverdue, ...]  # that fell due on the day and are not paid
    charged: tuple[PenaltyCharged, ...]  # for being late, on the day


def day_end(
    loan: LoanFile,
    events: Sequence[LoanEvent],
    day: date,
    rules: ServicingRules,
    booked: Booked,
    percents: Percents,
) -> DayEnd:
    """The end of a day of a loan of which this much is booked, provided for at these rates.

    What happened after the day may be booked already, so the books go by the last of the two.
    """
    position = loan.position(events, day, rules)
    last = max([day, *(each.value_date for each in events)])
    present = position if last == day else loan.position(events, last, rules)
    arrears, latest = arrears_of(position), arrears_of(present)
    is_lost = present.written_off is not None
    provision = provided(booked) if is_lost else provision_due(present, latest, percents)
    lines = books(present, is_npa=latest.is_npa)
    return DayEnd(
        arrears,
        stage_of(arrears),
        present.principal_minor,
        next_due(position, day + _ONE_DAY),
        difference(with_provision(lines, present, provision), booked),
        tuple(_overdue(loan, position)),
        tuple(_charged(loan, position)),
    )


def legs_of(lines: Iterable[Booked], currency: Currency) -> tuple[Leg, ...]:
    """One entry for what many loans have to book; a line on which they cancel out has no leg."""
    totals: Counter[str] = Counter()
    for each in lines:
        for line, minor in each.items():
            totals[line] += minor
    return own_legs({line: minor for line, minor in sorted(totals.items()) if minor}, currency)


def opposite(lines: Booked) -> dict[str, int]:
    """What takes a booking back."""
    return {line: -minor for line, minor in lines.items()}


def _overdue(loan: LoanFile, position: Position) -> Iterable[InstalmentOverdue]:
    for each in position.instalments:
        if each.due_on == position.on and each.outstanding_minor:
            yield InstalmentOverdue(
                loan_id=loan.loan_id,
                customer_id=loan.customer_id,
                account_number=loan.account_number,
                number=each.number,
                due_on=each.due_on,
                currency=loan.currency,
                outstanding_minor=each.outstanding_minor,
            )


def _charged(loan: LoanFile, position: Position) -> Iterable[PenaltyCharged]:
    for each in position.instalments:
        for charge in each.penal_charges:
            if charge.on == position.on:
                yield PenaltyCharged(
                    loan_id=loan.loan_id,
                    customer_id=loan.customer_id,
                    account_number=loan.account_number,
                    number=each.number,
                    due_on=each.due_on,
                    charged_on=charge.on,
                    currency=loan.currency,
                    amount_minor=charge.amount_minor + charge.tax_minor,
                    tax_minor=charge.tax_minor,
                )
