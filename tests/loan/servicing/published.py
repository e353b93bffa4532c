"""Schedules that others have published of loans on their way, and how they are written down here.

Figures are those of fixtures of Apache Fineract: OF_2024 at commit 4198b0b, OF_2025 in the public
copy of it that is yvesfopanz/orizoncoreb_v1 at commit b2f6c55. A schedule is named by its feature
file and the line at which its scenario begins there. It is written so:

    name: kind of loan, rules
    principal rate x instalments start: event; event; on date
    = due date principal/interest/paid/balance after it/fees/penalties; next instalment

Dates are year, month and day in two digits each. A kind names method, type of schedule, WHOLE for
instalments in whole units, how often they are due, DAILY where interest goes by days, days in year
and month, and DOWN for a down payment in percent. Events are what is `lent`, `paid`, `refunded`,
a `fee` or `penalty` that is charged, an event that is `undone` by its number, a new `rate`, what is
overdue `respread`, and, `from` a due date on, another `due` date, `more` instalments, or a `grace`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.loan.quotes import QuoteLoan
from contracts.loan.servicing import ServicingRules
from services.loan.domain.servicing.events import LoanEvent, event_of
from tests.loan.terms import inr

_RULES: dict[str, dict[str, str]] = {
    "recalculated": {"recalculation": "DAILY"},
    "on due dates": {"recalculation": "SAME_AS_REPAYMENT"},
    "next": {"prepayment": "NEXT_INSTALMENTS"},
    "smaller": {"prepayment": "REDUCE_INSTALMENT"},
    "fewer": {"prepayment": "REDUCE_NUMBER"},
    "late free": {"late_interest": "NONE"},
    "until paid": {"late_interest": "UNTIL_REPAYMENT"},
    "closed on due date": {"pre_closure": "TO_DUE_DATE"},
}
_KINDS: dict[str, dict[str, Any]] = {
    "EMI": {"method": "EMI"},
    "FLAT": {"method": "FLAT"},
    "PROGRESSIVE": {"schedule_type": "PROGRESSIVE"},
    "CUMULATIVE": {"schedule_type": "CUMULATIVE"},
    "WHOLE": {"instalment_multiple_minor": 100},
    "MONTHLY": {"frequency": "MONTHLY"},
    "WEEKLY": {"frequency": "WEEKLY"},
    "DAILY": {"interest_period": "DAILY"},
}
_EVENTS: dict[str, dict[str, Any]] = {
    "lent": {"kind": "disbursed"},
    "paid": {"kind": "repaid"},
    "refunded": {"kind": "refunded"},
    "fee": {"kind": "charged", "part": "fees", "name": "fee"},
    "penalty": {"kind": "charged", "part": "penalties", "name": "penalty"},
    "undone": {"kind": "repayment-reversed"},
    "rate": {"kind": "rate-changed"},
    "respread": {"kind": "re-amortised"},
    "from": {"kind": "rescheduled"},
}
_CHANGES = {"more": "extra_instalments", "grace": "principal_grace", "deferred": "interest_grace"}
Row = tuple[date, int, int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Kept:
    name: str
    terms: QuoteLoan
    rules: ServicingRules
    events: tuple[LoanEvent, ...]
    on: date
    rows: list[Row]  # due date, principal, interest, paid, balance, fees, penalties


def kept(block: str) -> Iterator[Kept]:
    """The loans of a block of them."""
    lines = block.replace("\n  ", " ").splitlines()
    for kind, history, rows in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        name, kind = kind.split(": ")
        words, *rules = kind.split(", ")
        terms, happened = history.split(": ")
        *events, on = happened.split("; ")
        yield Kept(
            name,
            QuoteLoan.model_validate(_terms(terms) | _kind(words)),
            ServicingRules.model_validate(
                {k: v for each in rules for k, v in _RULES[each].items()}
            ),
            tuple(_event(number, each) for number, each in enumerate(events, start=1)),
            _day(on.removeprefix("on ")),
            [_row(each) for each in rows.removeprefix("= ").split("; ")],
        )


def _day(text: str) -> date:
    return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))


def _terms(text: str) -> dict[str, Any]:
    principal, rate, _, count, start = text.split()
    return {
        "principal_minor": inr(principal),
        "annual_rate": Decimal(rate.removesuffix("%")),
        "instalments": int(count),
        "start_date": _day(start),
    }


def _kind(words: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for word in words.split():
        if "/" in word:
            made["days_in_year"], made["days_in_month"] = word.split("/")
        elif word.startswith("EVERY_"):
            made |= {"frequency": "EVERY_N_DAYS", "every_days": int(word[6:])}
        elif word.startswith("DOWN_"):
            made["down_payment_percent"] = Decimal(word[5:])
        else:
            made |= _KINDS[word]
    return made


def _event(number: int, text: str) -> LoanEvent:
    on, verb, *words = text.split()
    columns = {**_EVENTS[verb], "sequence": number, "value_date": _day(on), "booked_on": _day(on)}
    return event_of(columns, _details(verb, words) | _EVENTS[verb])


def _details(verb: str, words: list[str]) -> dict[str, Any]:
    if verb == "undone":
        return {"reverses": int(words[0])}
    if verb == "rate":
        return {"annual_rate": Decimal(words[0])}
    if verb == "from":
        return {"from_due": _day(words[0])} | dict(_changes(words[1:]))
    return {"amount_minor": inr(words[0])} if words else {}


def _changes(words: list[str]) -> Iterator[tuple[str, Any]]:
    for name, value in zip(words[::2], words[1::2], strict=True):
        if name == "due":
            yield "new_due", _day(value)
        elif name == "at":
            yield "annual_rate", Decimal(value)
        else:
            yield _CHANGES[name], int(value)


def _row(text: str) -> Row:
    due, figures = text.split()
    principal, interest, paid, balance, *charges = map(inr, figures.split("/"))
    fees, penalties = charges or (0, 0)
    return _day(due), principal, interest, paid, balance, fees, penalties
