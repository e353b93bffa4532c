"""Penal charges: what late payment costs. They follow from the key facts and the events alone.

A charge is made in the morning, before anything happens on its day: the amount once, on the day
after the grace; the rate on the day of each month on which the instalment was due, if the grace is
over by then, for the days since the last such day, on what is overdue of the instalment at that
moment. So what becomes known late changes charges as it changes all else. Penal charges themselves
bear neither interest nor charges, and nothing is charged in a moratorium, while a rescheduled loan
has a pause of principal, or once it is written off.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from contracts.calendar import months_after
from contracts.loan.penal import PenalTerms
from services.loan.domain.rounding import rounded
from services.loan.domain.servicing.course import Course
from services.loan.domain.servicing.lines import Line
from services.loan.domain.servicing.position import PenalCharge, Stretch

_ONE_DAY = timedelta(days=1)
_YEAR_DAYS = 365


def charge_late(course: Course, day: date) -> None:
    """Make the charges of all mornings until this one; the due dates before it have passed."""
    if course.penal is not None and course.written_off is None:
        for line in course.lines[: course.at]:
            if line.late:
                _charge(course, course.penal, line, day)
            else:
                line.late_since = day
    course.charged_until = day


def penalties_tax(line: Line) -> int:
    """The tax in the penal charges of a line, as far as the bank does not do without them."""
    due, waived = line.penalties.due, line.penalties.waived
    return rounded(Fraction(line.penalties_tax * (due - waived), due)) if due else 0


def _charge(course: Course, terms: PenalTerms, line: Line, day: date) -> None:
    """What has become to be charged of a line since it was last looked at; nothing was paid."""
    last_of_grace = line.due + timedelta(days=terms.penal_grace_days)
    first = last_of_grace + _ONE_DAY
    if course.charged_until < first <= day and not _is_paused(course, first):
        _add(line, terms, first, terms.penal_amount_minor, None)
    for on in _monthly(line.due, max(course.charged_until, last_of_grace), day):
        days = _days(line, terms, on)
        if not _is_paused(course, on):
            _add(line, terms, on, days.interest_minor, days)
        line.late_since = on


def _monthly(due: date, after: date, until: date) -> Iterator[date]:
    """The days of the month of a due date, so long after it."""
    count = max((after.year - due.year) * 12 + after.month - due.month, 1)
    while (on := months_after(due, count)) <= until:
        if on > after:
            yield on
        count += 1


def _days(line: Line, terms: PenalTerms, until: date) -> Stretch:
    """The days that are charged at once, on what is overdue now."""
    since = line.late_since or line.due
    factor = Fraction(terms.penal_rate) / 100 * Fraction((until - since).days, _YEAR_DAYS)
    return Stretch(since, until, line.late, terms.penal_rate, factor)


def _add(line: Line, terms: PenalTerms, on: date, wanted: int, days: Stretch | None) -> None:
    """Charge this much with the tax on it, as far as the cap allows."""
    amount = wanted
    if terms.penal_cap_minor is not None:
        charged = sum(each.amount_minor for each in line.penal_charges)
        amount = min(wanted, terms.penal_cap_minor - charged)
    if amount <= 0:
        return
    tax = rounded(amount * Fraction(terms.penal_tax_percent) / 100)
    line.penalties.due += amount + tax
    line.penalties_tax += tax
    line.penal_charges.append(PenalCharge(on, terms, amount, tax, days, amount < wanted))


def _is_paused(course: Course, on: date) -> bool:
    return any(line.start < on <= line.due for line in course.lines if line.is_paused)
