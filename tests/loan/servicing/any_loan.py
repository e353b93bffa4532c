"""Loans of any terms under any rules with any history, for what must hold of all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from contracts.calendar import HolidayRule
from contracts.loan.quotes import QuoteLoan
from contracts.loan.rescheduling import MoratoriumInterest
from contracts.loan.servicing import ServicingRules
from contracts.loan.terms import Fee
from contracts.loan.words import (
    DayCount,
    DaysInMonth,
    DaysInYear,
    FeeCharged,
    Frequency,
    InterestPeriod,
    Method,
    PercentOf,
    ScheduleType,
)
from contracts.words import Weekday
from services.loan.domain.refusals import UnsupportedTerms
from services.loan.domain.schedule import draw_schedule
from services.loan.domain.servicing.events import (
    Charged,
    Disbursed,
    LoanEvent,
    MoratoriumGranted,
    Part,
    RateChanged,
    Reamortised,
    Repaid,
    RepaymentReversed,
    Rescheduled,
    ToppedUp,
    Waived,
)
from services.loan.domain.servicing.plan import Plan
from services.loan.domain.servicing.position import Position
from services.loan.domain.servicing.replaying import replay
from tests.loan.servicing.test_replay import ANY_RULES

START = date(2023, 10, 31)
DAYS = st.integers(0, 500)
MINOR = st.one_of(st.integers(1, 3_000_000), st.integers(1, 50))

FEW = st.sampled_from((0, 0, 0, 0, 2))
SERVICE = Fee(
    name="service", percent=Decimal(1), percent_of=PercentOf.PRINCIPAL_AND_INTEREST,
    charged=FeeCharged.PER_INSTALMENT, tax_percent=Decimal(18),
)  # fmt: skip

TERMS = st.builds(
    QuoteLoan,
    principal_minor=st.one_of(st.integers(1_000, 3_000_000), st.integers(1, 50)),
    annual_rate=st.one_of(st.decimals(0, 60, places=2), st.just(Decimal(0))),
    instalments=st.integers(1, 14),
    start_date=st.just(START),
    first_due_date=st.none() | st.integers(5, 60).map(lambda days: START + timedelta(days=days)),
    method=st.sampled_from(Method),
    frequency=st.sampled_from(Frequency),
    every_days=st.none() | st.integers(1, 45),
    interest_period=st.sampled_from(InterestPeriod),
    days_in_year=st.sampled_from(DaysInYear),
    days_in_month=st.sampled_from(DaysInMonth),
    day_count=st.none() | st.sampled_from(DayCount),
    schedule_type=st.none() | st.sampled_from(ScheduleType),
    instalment_multiple_minor=st.sampled_from((1, 5, 100)),
    principal_grace=FEW,
    interest_grace=FEW,
    interest_free_periods=FEW,
    moratorium=FEW,
    balloon_minor=st.sampled_from((0, 0, 0, 7)),
    down_payment_percent=st.sampled_from((Decimal(0), Decimal(0), Decimal(20))),
    weekly_holidays=st.sampled_from(((), (Weekday.SUNDAY,))),
    holiday_rule=st.sampled_from(HolidayRule),
    fees=st.sampled_from(((), (SERVICE,))),
).map(lambda wanted: _fitting(wanted))


def _fitting(wanted: QuoteLoan) -> QuoteLoan:
    is_free = wanted.frequency is Frequency.EVERY_N_DAYS
    grace = min(wanted.principal_grace, wanted.instalments - 1)
    every = (wanted.every_days or 15) if is_free else None
    return wanted.model_copy(update={"every_days": every, "principal_grace": grace})


def _one(kind: type[Any], **fields: Any) -> st.SearchStrategy[Any]:
    return st.tuples(st.just(kind), DAYS, st.fixed_dictionaries(fields))


HAPPENINGS = st.lists(
    st.one_of(
        _one(Repaid, amount_minor=MINOR),
        _one(Repaid, amount_minor=MINOR),
        _one(
            Charged,
            amount_minor=MINOR,
            part=st.sampled_from((Part.FEES, Part.PENALTIES)),
            name=st.just("charge"),
        ),
        _one(
            Waived,
            amount_minor=MINOR,
            part=st.sampled_from((Part.FEES, Part.PENALTIES, Part.INTEREST)),
        ),
        _one(RateChanged, annual_rate=st.sampled_from((Decimal(0), Decimal(6), Decimal(30)))),
        _one(
            Rescheduled,
            from_due=DAYS.map(lambda days: START + timedelta(days=days)),
            days_later=st.none() | st.integers(0, 45),  # becomes `new_due`
            extra_instalments=st.integers(0, 3),
            principal_grace=st.integers(0, 2),
            interest_grace=st.integers(0, 2),
            annual_rate=st.sampled_from((None, Decimal(9))),
        ),
        _one(Reamortised),
        _one(
            MoratoriumGranted,
            instalments=st.integers(1, 4),
            interest=st.sampled_from(MoratoriumInterest),
        ),
        _one(ToppedUp, amount_minor=MINOR, extra_instalments=st.integers(0, 3)),
    ),
    max_size=8,
)


@dataclass(frozen=True)
class AnyLoan:
    """A loan with its history in order of numbers; `replayed` is what it comes to on a date."""

    terms: QuoteLoan
    rules: ServicingRules
    events: tuple[LoanEvent, ...]

    def known(self, on: date) -> list[LoanEvent]:
        """What had happened by a date and was not taken back, whenever that became known."""
        back = {each.reverses for each in self.events if isinstance(each, RepaymentReversed)}
        return [each for each in self.events if each.value_date <= on and each.sequence not in back]

    def replayed(self, on: date, events: Sequence[LoanEvent] | None = None) -> Position:
        return replay(self.terms, self.events if events is None else events, on, rules=self.rules)


def _loan(
    terms: QuoteLoan, rules: ServicingRules, happenings: Any, taken_back: int, part: int, days: int
) -> AnyLoan:
    events: list[LoanEvent] = list(_paid_out(terms, terms.principal_minor * part // 4, days))
    for number, (kind, days_on, fields) in enumerate(happenings, start=len(events) + 1):
        on = START + timedelta(days=days_on)
        events.append(kind(sequence=number, value_date=on, booked_on=on, **_dated(on, fields)))
    wrong = [each for each in events if isinstance(each, Repaid)][:taken_back]
    for each in wrong:
        known = each.value_date + timedelta(days=20)
        number = len(events) + 1
        events.append(
            RepaymentReversed(
                sequence=number, value_date=known, booked_on=known, reverses=each.sequence
            )
        )
    return AnyLoan(terms, rules, _lent(terms, events))


def _lent(terms: QuoteLoan, events: list[LoanEvent]) -> tuple[LoanEvent, ...]:
    """The same, with no more lent, and no moratorium, than commands allow: on a running loan that
    does not bear flat interest, with instalments to come, and once all of it is paid out."""
    rest = [each for each in events if not isinstance(each, ToppedUp | MoratoriumGranted)]
    out = max(each.value_date for each in rest if isinstance(each, Disbursed))
    kept = [
        each
        for each in events
        if not isinstance(each, ToppedUp | MoratoriumGranted)
        or (
            terms.method is not Method.FLAT
            and each.value_date >= out
            and replay(terms, rest, each.value_date).instalments[-1].due_on > each.value_date
        )
    ]
    numbers = {each.sequence: place for place, each in enumerate(kept, start=1)}
    return tuple(renumbered(each, numbers) for each in kept)


def _paid_out(terms: QuoteLoan, first: int, days: int) -> Iterator[Disbursed]:
    """In one part or two, the second one before the last due date."""
    whole = terms.principal_minor
    first = first or whole
    yield Disbursed(sequence=1, value_date=START, booked_on=START, amount_minor=first)
    on = START + timedelta(days=days)
    if first < whole and on < Plan(terms).periods(START)[-1].due:
        yield Disbursed(sequence=2, value_date=on, booked_on=on, amount_minor=whole - first)


def _dated(on: date, fields: dict[str, Any]) -> dict[str, Any]:
    """With a new due date after the day itself and the due date that it replaces."""
    if "days_later" not in fields:
        return fields
    fields = dict(fields)
    days = fields.pop("days_later")
    first = max(fields["from_due"], on + timedelta(days=1))
    return {**fields, "new_due": None if days is None else first + timedelta(days=days)}


def _is_drawn(terms: QuoteLoan) -> bool:
    try:
        draw_schedule(terms)
        replay(terms, _paid_out(terms, 0, 0), START)
    except UnsupportedTerms:
        return False
    return True


ANY_LOAN = st.builds(
    _loan,
    TERMS.filter(lambda terms: _is_drawn(terms)),
    ANY_RULES,
    HAPPENINGS,
    taken_back=st.sampled_from((0, 0, 1, 2)),
    part=st.sampled_from((4, 4, 1, 2)),
    days=st.integers(0, 200),
)
ON = st.integers(0, 540).map(lambda days: START + timedelta(days=days))


def recorded_otherwise(loan: AnyLoan, chance: Random) -> tuple[list[LoanEvent], dict[int, int]]:
    """The same history as it came to be known in another order, and the old number of each new one.

    What came of one day in one rank keeps its order: there it is part of what happened.
    """
    first, *rest = loan.events
    places = list(range(len(rest)))
    chance.shuffle(places)
    shuffled = [rest[place] for place in places]
    for day_and_rank in {each.order[:2] for each in rest}:
        at = [n for n, each in enumerate(shuffled) if each.order[:2] == day_and_rank]
        in_order = sorted((shuffled[n] for n in at), key=lambda each: each.sequence)
        for n, each in zip(at, in_order, strict=True):
            shuffled[n] = each
    numbers = {each.sequence: n for n, each in enumerate((first, *shuffled), start=1)}
    known = max(each.booked_on for each in loan.events)
    again = [renumbered(each, numbers, booked_on=known) for each in shuffled]
    return [first, *again], {new: old for old, new in numbers.items()}


def renumbered(event: LoanEvent, numbers: dict[int, int], **changes: Any) -> LoanEvent:
    """The same event under its new number."""
    changes["sequence"] = numbers[event.sequence]
    if isinstance(event, RepaymentReversed):
        changes["reverses"] = numbers[event.reverses]
    return event.model_copy(update=changes)


__all__ = ["ANY_LOAN", "ON", "START", "AnyLoan", "recorded_otherwise"]
