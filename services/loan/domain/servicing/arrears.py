"""How late a borrower is, at the end of a day, and how the Reserve Bank has such loans classified.

By its circulars on income recognition (12 Nov 2021, 15 Feb 2022) the day on which an amount falls
due and is not paid is the first of the days past due. Special mention (SMA-0) begins at the end of
that day, SMA-1 after more than 30 days, SMA-2 after more than 60, and after more than 90 the loan
is non-performing: due on 31 March, it is so at the end of 29 June. A loan that has become so stays
it until all that is due is paid; the other classes follow the oldest amount that is due.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.loan.domain.servicing.position import Instalment, Position

_SMA_1_DAYS, _SMA_2_DAYS, _NPA_DAYS = 30, 60, 90  # more than so many
_ONE_DAY = timedelta(days=1)


class Classification(StrEnum):
    STANDARD = "standard"
    SMA_0 = "sma-0"
    SMA_1 = "sma-1"
    SMA_2 = "sma-2"
    NPA = "npa"


@dataclass(frozen=True, slots=True)
class Arrears:
    """At the end of a day, or before the one that is under way."""

    overdue_minor: int
    since: date | None  # due date of the oldest amount; None: nothing is overdue
    days_past_due: int  # 0 on the due date
    classification: Classification


def arrears_of(position: Position, *, is_over: bool = True) -> Arrears:
    """At the end of the day of the position; of a loan that was written off, on that day.

    While the day is not over what is due on it is not late, and what was paid on it counts.
    """
    day = position.on if is_over else position.on - _ONE_DAY
    if position.written_off is not None:
        day = min(day, position.written_off.on)
    unpaid = [
        each for each in position.instalments if each.due_on <= day and each.outstanding_minor
    ]
    if not unpaid:
        return Arrears(0, None, 0, Classification.STANDARD)
    since = min(each.due_on for each in unpaid)
    return Arrears(
        sum(each.outstanding_minor for each in unpaid),
        since,
        (day - since).days + (not is_over),
        _classification(position, day, since),
    )


def _classification(position: Position, day: date, since: date) -> Classification:
    if _was_ever_npa(position, day):
        return Classification.NPA
    days = (day - since).days + 1
    if days > _SMA_2_DAYS:
        return Classification.SMA_2
    return Classification.SMA_1 if days > _SMA_1_DAYS else Classification.SMA_0


def _was_ever_npa(position: Position, day: date) -> bool:
    """Whether any instalment was late for so long since there were last no arrears at all."""
    began = _spell(position, day)
    return any(
        (min(_paid_on(each, day) - _ONE_DAY, day) - each.due_on).days + 1 > _NPA_DAYS
        for each in position.instalments
        if began <= each.due_on <= day
    )


def _spell(position: Position, day: date) -> date:
    """When the arrears of now began: from then on something was due and unpaid every day."""
    began = day + _ONE_DAY
    for each in sorted(position.instalments, key=lambda each: each.due_on, reverse=True):
        if each.due_on < began <= _paid_on(each, day):
            began = each.due_on
    return began


def _paid_on(instalment: Instalment, day: date) -> date:
    """The first day at the end of which it is not unpaid; after `day` if it is unpaid still."""
    if instalment.outstanding_minor or instalment.settled_on is None:
        return day + _ONE_DAY
    return instalment.settled_on
