"""Loans held against the ledger, for who looks after the books."""

from uuid import UUID

from fastapi import Response

from contracts.loan.control import (
    ControlLine,
    GetLoanControl,
    HeldLine,
    LoanControl,
    LoanThatDiffers,
)
from contracts.money import Currency
from contracts.reporting import GetTrialBalanceReport, TrialBalanceReport
from gateway.answers.loans import LOAN
from gateway.edge import Call
from gateway.money import MoneyText
from gateway.routing import EdgeRouter
from gateway.schemas import Answer, example

router = EdgeRouter("/api/reports", "reports")


class ControlLineAnswer(Answer):
    """A line of the chart on which loans alone are booked; amounts credit positive."""

    tells = ControlLine

    line: str
    currency: Currency
    noted: MoneyText
    held: MoneyText
    difference: MoneyText


class LoanThatDiffersAnswer(Answer):
    """A loan for which not that is noted which was booked; amounts credit positive."""

    tells = LoanThatDiffers

    loan_id: UUID
    line: str
    currency: Currency
    noted: MoneyText
    booked: MoneyText


class LoanControlAnswer(Answer):
    """Whether loans and ledger agree. With `under_way` above 0 a difference may be on its way."""

    model_config = example(
        lines=[
            {"line": "LOANS", "currency": "INR", "noted": "-120000.00", "held": "-120000.50",
             "difference": "-0.50"},
        ],
        loans=[
            {"loan_id": LOAN, "line": "LOANS", "currency": "INR", "noted": "-120000.00",
             "booked": "-120000.50"},
        ],
        under_way=0,
    )  # fmt: skip
    tells = LoanControl

    lines: tuple[ControlLineAnswer, ...]
    loans: tuple[LoanThatDiffersAnswer, ...]
    under_way: int


@router.calls(GetLoanControl, "GET /loan-control", gives=LoanControlAnswer)
async def get_loan_control(call: Call) -> Response:
    """Loans held against the trial balance by line; where they differ, the loans behind it."""
    report = await call.ask(GetTrialBalanceReport())
    assert isinstance(report, TrialBalanceReport)
    held = tuple(
        HeldLine(
            gl_code=each.gl_code,
            currency=each.currency,
            held_minor=each.credit_minor - each.debit_minor,
        )
        for each in report.lines
    )
    control = await call.ask(GetLoanControl(held=held))
    assert isinstance(control, LoanControl)
    return LoanControlAnswer.about(control).response(200)
