"""Events of loans for tests: `paid("863", "2022-12-01")` on a loan of 5 000 from 1 Nov 2022."""

from datetime import date
from typing import Any

from contracts.loan.servicing import ServicingRules
from contracts.loan.words import DaysInMonth, InterestPeriod
from services.loan.domain.servicing.events import Disbursed, LoanEvent, Repaid
from services.loan.domain.servicing.position import Position
from services.loan.domain.servicing.replaying import replay
from tests.loan.terms import inr, terms

START = date(2022, 11, 1)


def day(text: str) -> date:
    return date.fromisoformat(text)


def rules(**chosen: Any) -> ServicingRules:
    return ServicingRules(**chosen)


def paid(amount: str, on: str, **more: Any) -> dict[str, Any]:
    return {"amount_minor": inr(amount), "value_date": day(on), **more}


def history(*repayments: dict[str, Any], principal: str = "5000") -> list[LoanEvent]:
    """Paid out on the first day, then repaid so, each known on its day unless it says otherwise."""
    first = Disbursed(sequence=1, value_date=START, booked_on=START, amount_minor=inr(principal))
    return [
        first,
        *(
            Repaid(sequence=number, **{"booked_on": each["value_date"], **each})
            for number, each in enumerate(repayments, start=2)
        ),
    ]


BY_DAYS: dict[str, Any] = {
    "interest_period": InterestPeriod.DAILY,
    "days_in_month": DaysInMonth.ACTUAL,
}


def position(*repayments: dict[str, Any], on: str, instalments: int = 6, **chosen: Any) -> Position:
    """The plain loan, whose interest is a twelfth of the yearly rate, under these rules."""
    wanted = terms(instalments=instalments)
    return replay(wanted, history(*repayments), day(on), rules=rules(**chosen))


def daily(*repayments: dict[str, Any], on: str, **chosen: Any) -> Position:
    """A loan of 5 000 at 12 % by the day, in 6 instalments of whole rupees."""
    wanted = terms(instalments=6, instalment_multiple_minor=100, **BY_DAYS)
    return replay(wanted, history(*repayments), day(on), rules=rules(**chosen))


def rows(found: Position) -> list[tuple[int, int, int, int]]:
    """Principal, interest, what is paid, and balance of each instalment."""
    return [
        (each.principal.due_minor, each.interest.due_minor, each.paid_minor, each.balance_minor)
        for each in found.instalments
    ]


def printed(table: str) -> list[tuple[int, int, int, int]]:
    """Rows written as `"813.68/49.32/863/4186.32; …"`."""
    cells = [[inr(cell.strip()) for cell in row.split("/")] for row in table.split(";")]
    return [(row[0], row[1], row[2], row[3]) for row in cells]
