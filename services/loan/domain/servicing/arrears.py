"""How late a borrower is, at the end of a day, and how the Reserve Bank has such loans classified.

By its circulars on income recognition (12 Nov 2021, 15 Feb 2022) the day on which an amount falls
due and is not paid is the first of the days past due. Special mention (SMA-0) begins at the end of
that day, SMA-1 after more than 30 days, SMA-2 after more than 60, and after more than 90 the loan
is non-performing: due on 31 March, it is so at the end of 29 June. A loan that has become so stays
it until all that is due is paid; the other classes follow the oldest amount that is due.

Special mention follows any amount that fell due by the schedule, fees among them. Penal charges do
not count: they are what being late costs, and have no due date. Principal and interest alone make a
loan non-performing, and once they are paid it performs again, whatever is left of charges.

It is the borrower who does not perform: of several loans all are non-performing as soon as one is,
until all that is due on any of them is paid. The bank finds that at the end of each day.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.loan.values import Classification, ClassifiedBy
from services.loan.domain.servicing.position import Instalment, Position

_SMA_1_DAYS, _SMA_2_DAYS = 30, 60  # more than so many
_NPA_AFTER = timedelta(days=90)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Arrears:
    """At the end of a day, or before the one that is under way."""

    on: date  # that day
    overdue_minor: int  # all that is due and not paid, penal charges too
    since: date | None  # due date of the oldest amount; None: nothing but penal charges is overdue
    days_past_due: int  # 0 on the due date
    classification: Classification
    classified_by: ClassifiedBy
    npa_since: date | None  # at the end of which day that began; None: it performs

    @property
    def is_npa(self) -> bool:
        return self.classification is Classification.NPA


@dataclass(frozen=True, slots=True)
class Debt:
    """Something that was to be paid, and when it was."""

    due_on: date
    paid_on: date  # the first day at the end of which it is not unpaid
    npa_on: date  # at the end of this day the borrower does not perform if it is unpaid then


def arrears_of(position: Position, *, is_over: bool = True) -> Arrears:
    """At the end of the day of the position; of a loan that was written off, on that day.

    While the day is not over what is due on it is not late, and what was paid on it counts.
    """
    day = position.on if is_over else position.on - _ONE_DAY
    if position.written_off is not None:
        day = min(day, position.written_off.on)
    due = [each for each in position.instalments if each.due_on <= day]
    since = min((each.due_on for each in due if each.late_minor), default=None)
    own = None if since is None else npa_since([*_due(position, day, day + _ONE_DAY)], day)
    of_borrower = None if position.is_repaid else position.borrower_npa_since
    npa = min((each for each in (own, of_borrower) if each is not None), default=None)
    is_npa = npa is not None
    return Arrears(
        day,
        sum(each.outstanding_minor for each in due),
        since,
        0 if since is None else (day - since).days + (not is_over),
        Classification.NPA if is_npa else _classification(day, since),
        ClassifiedBy.BORROWER if is_npa and own is None else ClassifiedBy.LOAN,
        npa,
    )


def debts_of(position: Position) -> Iterator[Debt]:
    """All that was to be paid by the day of the position; of a loan that was written off, until
    then, and all that was lost at once, which is unpaid until it is recovered."""
    loss, never = position.written_off, position.on + _ONE_DAY
    if loss is None or not position.outstanding_minor:
        yield from _due(position, position.on, never)
        return
    recovered_on = loss.recovered_on or never
    yield from _due(position, loss.on, recovered_on)
    yield Debt(loss.on, recovered_on, loss.on)


def npa_since(debts: Collection[Debt], day: date) -> date | None:
    """At the end of which day it began that somebody with these debts does not perform, if he does
    not at the end of this one: since then something was due and unpaid every day."""
    began = _spell(debts, day)
    return min(
        (
            each.npa_on
            for each in debts
            if began <= each.due_on <= day and each.npa_on <= min(each.paid_on - _ONE_DAY, day)
        ),
        default=None,
    )


def _classification(day: date, since: date | None) -> Classification:
    """Of a loan that performs."""
    if since is None:
        return Classification.STANDARD
    days = (day - since).days + 1
    if days > _SMA_2_DAYS:
        return Classification.SMA_2
    return Classification.SMA_1 if days > _SMA_1_DAYS else Classification.SMA_0


def _due(position: Position, day: date, never: date) -> Iterator[Debt]:
    """Principal and interest that were to be paid by this day; what is not still is so `never`."""
    for each in position.instalments:
        if each.due_on <= day:
            yield Debt(each.due_on, _paid_on(each, never), each.due_on + _NPA_AFTER)


def _spell(debts: Collection[Debt], day: date) -> date:
    """When the arrears of now began: from then on something was due and unpaid every day."""
    began = day + _ONE_DAY
    for each in sorted(debts, key=lambda each: each.due_on, reverse=True):
        if each.due_on < began <= each.paid_on:
            began = each.due_on
    return began


def _paid_on(instalment: Instalment, never: date) -> date:
    """`never` if it is unpaid still; of which nothing was to be paid is paid when it is due."""
    if instalment.debt_minor:
        return never
    return instalment.settled_on or instalment.due_on
