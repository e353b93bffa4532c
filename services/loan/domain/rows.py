"""The rows of a schedule as they are told: down payments and instalments, in order of dates."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from contracts.loan.quotes import Disbursement, Instalment
from contracts.loan.words import ScheduleType
from services.loan.domain.down_payments import DownPayment
from services.loan.domain.fees import instalment_fees
from services.loan.domain.rounding import rounded
from services.loan.domain.spans import Outline, Span
from services.loan.domain.walk import Part

_FACTOR_DIGITS = 12


def rows_of(
    plan: Outline,
    parts: Sequence[Part],
    down: Sequence[DownPayment],
    paid_out: Sequence[Disbursement],
) -> tuple[Instalment, ...]:
    """What is due, date by date. What is paid out on a due date, and the down payment on it, come
    before the instalment of that date, but after it in a progressive schedule."""
    due: list[tuple[Span, Part] | DownPayment] = list(zip(plan.spans, parts, strict=False))
    for payment in down:
        before = [span for span in plan.spans[: len(parts)] if _is_before(plan, span, payment.on)]
        due.insert(len(before) + sum(isinstance(each, DownPayment) for each in due), payment)
    rows, repaid = [], 0
    for number, each in enumerate(due, start=1):
        if isinstance(each, DownPayment):
            repaid += each.amount_minor
            lent = sum(part.amount_minor for part in paid_out if part.on <= each.on)
            rows.append(_down_payment(number, each, lent - repaid))
        else:
            repaid += each[1].principal_minor
            lent = sum(
                part.amount_minor for part in paid_out if not _is_before(plan, each[0], part.on)
            )
            rows.append(_instalment(plan, number, *each, lent - repaid))
    return tuple(rows)


def _is_before(plan: Outline, span: Span, day: date) -> bool:
    """Whether an instalment stands before what is paid out on the day: in a progressive schedule
    also one that is due on it."""
    is_progressive = plan.terms.schedule_type is ScheduleType.PROGRESSIVE
    return span.period.due < day or (is_progressive and span.period.due == day)


def _instalment(
    plan: Outline, number: int, span: Span, part: Part, balance_minor: int
) -> Instalment:
    fees, _ = instalment_fees(plan.terms, part.principal_minor, part.interest_minor)
    return Instalment(
        number=number,
        from_date=span.period.start,
        due_date=span.period.due,
        days=span.period.days,
        rate_factor=printed_factor(Fraction(span.factor, plan.scale)),
        principal_minor=part.principal_minor,
        interest_minor=part.interest_minor,
        fees_minor=fees,
        due_minor=part.due_minor + fees,
        balance_minor=balance_minor,
    )


def _down_payment(number: int, payment: DownPayment, balance_minor: int) -> Instalment:
    return Instalment(
        number=number,
        from_date=payment.on,
        due_date=payment.on,
        principal_minor=payment.amount_minor,
        interest_minor=0,
        fees_minor=0,
        due_minor=payment.amount_minor,
        balance_minor=balance_minor,
    )


def printed_factor(factor: Fraction | int) -> Decimal:
    """A rate factor as it is told, with twelve decimals."""
    return Decimal(rounded(Fraction(factor * 10**_FACTOR_DIGITS))).scaleb(-_FACTOR_DIGITS)
