"""Reports, from figures that are rebuilt from events."""

from datetime import date

from contracts.account.books import TrialBalanceLine
from contracts.account.values import LineClass
from contracts.money import Currency
from contracts.reporting import GetTrialBalanceReport, TrialBalanceReport
from gateway.money import MoneyText
from gateway.routing import EdgeRouter
from gateway.schemas import Answer, AsOf, example

router = EdgeRouter("/api/reports", "reports")


class TrialBalanceLineAnswer(Answer):
    """A line of the chart of accounts, with the sums of its postings."""

    tells = TrialBalanceLine

    gl_code: str
    name: str
    currency: Currency
    line_class: LineClass | None
    debit: MoneyText
    credit: MoneyText
    balance: MoneyText | None  # on the side on which the class grows: debit for what is owned


class TrialBalanceAnswer(Answer):
    """Totals per line of the chart of accounts; debits equal credits in every currency.

    `gaps` counts the accounts of which a posting is still to be heard although a later one was: at
    0 the figures are whole up to the last posting counted.
    """

    model_config = example(
        as_of="2026-01-01",
        lines=[
            {"gl_code": "CASH", "name": "Cash in vaults and tills", "currency": "INR",
             "line_class": "ASSET", "debit": "1000.00", "credit": "0.00", "balance": "1000.00"},
            {"gl_code": "SAVINGS", "name": "Savings deposits", "currency": "INR",
             "line_class": "LIABILITY", "debit": "0.00", "credit": "1000.00",
             "balance": "1000.00"},
        ],
        postings_counted=2, gaps=0,
    )  # fmt: skip
    tells = TrialBalanceReport

    as_of: date | None
    lines: tuple[TrialBalanceLineAnswer, ...]
    postings_counted: int
    gaps: int


@router.asks(GetTrialBalanceReport, "GET /trial-balance", answers=TrialBalanceAnswer)
def get_trial_balance(as_of: AsOf = None) -> GetTrialBalanceReport:
    """The trial balance at the end of a business date; without one, of all counted so far."""
    return GetTrialBalanceReport(as_of=as_of)
