"""How an application is scored: rules that each give points and say why.

A scorer is any function of what is known to a scorecard: `SCORER` below is the one that is used,
and the only place to change for another. It advises; a person decides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from contracts.customer import Customer, KycStatus
from contracts.loan.values import Advice, Scorecard, ScoreLine

CARD = "transparent-1"
ACCEPTED_FROM = 60  # points
DECLINED_BELOW = 30
_ADULT, _PENSION = 21, 65  # years: from and until when most people earn
_YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an application when it is made; amounts in one currency's minor units."""

    customer: Customer
    account_opened_on: date
    account_balance_minor: int
    instalment_minor: int
    income_minor: int | None  # a month, as the customer says
    running_loans: int
    days_past_due: int  # the most of any loan that he has had
    instalments_a_year: Fraction
    repaid_on: date  # the last due date
    today: date


Scorer = Callable[[Known], Scorecard]


def scorecard(known: Known) -> Scorecard:
    """The points of every rule, and what they add up to."""
    lines = tuple(rule(known) for rule in _RULES)
    points = sum(line.points for line in lines)
    advice = Advice.REFER
    if points >= ACCEPTED_FROM:
        advice = Advice.ACCEPT
    elif points < DECLINED_BELOW:
        advice = Advice.DECLINE
    return Scorecard(card=CARD, points=points, advice=advice, lines=lines)


def _papers(known: Known) -> ScoreLine:
    is_verified = known.customer.kyc_status is KycStatus.VERIFIED
    reason = "The papers are verified." if is_verified else "The papers are not verified yet."
    return ScoreLine(rule="papers", points=20 if is_verified else 0, reason=reason)


def _age(known: Known) -> ScoreLine:
    born = known.customer.date_of_birth
    now, then = _years(born, known.today), _years(born, known.repaid_on)
    points = 15 if now >= _ADULT and then <= _PENSION else 0
    reason = f"{now} years old now, {then} when the last instalment falls due."
    return ScoreLine(rule="age", points=points, reason=reason)


def _relation(known: Known) -> ScoreLine:
    days = (known.today - known.account_opened_on).days
    points = 15 if days >= _YEAR_DAYS else 5
    return ScoreLine(rule="relation", points=points, reason=f"The account is {days} days old.")


def _burden(known: Known) -> ScoreLine:
    """How much of a month's income an average month's instalments take."""
    if known.income_minor is None:
        return ScoreLine(rule="burden", points=0, reason="No income is stated.")
    monthly = known.instalment_minor * known.instalments_a_year
    percent = monthly * 100 // (known.income_minor * 12)
    points = 30 if percent <= 40 else 15 if percent <= 60 else -20
    reason = f"Instalments take {percent} percent of the stated income."
    return ScoreLine(rule="burden", points=points, reason=reason)


def _buffer(known: Known) -> ScoreLine:
    count = max(known.account_balance_minor, 0) // known.instalment_minor
    points = 20 if count >= 3 else 10 if count >= 1 else 0
    reason = f"The balance covers {count} instalments."
    return ScoreLine(rule="buffer", points=points, reason=reason)


def _record(known: Known) -> ScoreLine:
    if known.days_past_due:
        points, reason = -40, f"A loan is {known.days_past_due} days past due."
    else:
        points, reason = 10 - 5 * min(known.running_loans, 4), "No loan is past due"
        reason += f", {known.running_loans} running."
    return ScoreLine(rule="record", points=points, reason=reason)


def _years(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


_RULES = (_papers, _age, _relation, _burden, _buffer, _record)
SCORER: Scorer = scorecard
