"""Loan terms for tests: a plain loan, of which each test changes what matters to it."""

from datetime import date
from decimal import Decimal
from typing import Any

from contracts.loan.quotes import LoanSchedule, QuoteLoan
from contracts.loan.terms import Fee
from contracts.money import Currency, parse_amount

INR = Currency.INR


def inr(text: str) -> int:
    """`inr("303.22") == 30322`; also for zero, which is no amount of an instruction."""
    return parse_amount(text, INR) if Decimal(text) else 0


def terms(principal: str = "5000", annual_rate: str = "12", **changes: Any) -> QuoteLoan:
    """A loan of `principal` rupees over 18 months, unless `changes` say otherwise."""
    plain: dict[str, Any] = {"instalments": 18, "start_date": date(2022, 11, 1)}
    return QuoteLoan(
        principal_minor=inr(principal), annual_rate=Decimal(annual_rate), **(plain | changes)
    )


def fee(amount: str, name: str = "processing") -> Fee:
    return Fee(name=name, amount_minor=inr(amount))


def rows(schedule: LoanSchedule) -> list[tuple[int, int, int]]:
    """Principal, interest and balance of each instalment."""
    return [
        (each.principal_minor, each.interest_minor, each.balance_minor)
        for each in schedule.instalments
    ]


def printed(table: str) -> list[tuple[int, int, int]]:
    """Rows as the sources print them: `"255.00/50.00→4745.00; 257.55/47.45→4487.45"`."""
    cells = [row.replace("→", "/").split("/") for row in table.split(";")]
    return [(inr(row[0].strip()), inr(row[1].strip()), inr(row[2].strip())) for row in cells]
