"""Loans that are paid out: repaid, told on a date, relieved, planned anew, written off."""

from typing import Annotated

from fastapi import Path, Query, Response
from pydantic import Field, StrictBool, StrictInt

from contracts.envelope import Command
from contracts.loan.operations import LoanOperationBegun
from contracts.loan.positions import (
    GetInstalmentExplanation,
    GetLoanExplanation,
    GetLoanTransactions,
    GetPayoff,
)
from contracts.loan.repayments import (
    RecoverLoan,
    RefundOverpayment,
    RepayLoan,
    ReverseRepayment,
    WaivedPart,
    WaiveLoanDues,
    WriteLoanOff,
)
from contracts.loan.rescheduling import (
    GrantMoratorium,
    MoratoriumInterest,
    ReamortiseLoan,
    RescheduleLoan,
)
from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.words import AccountNumber, Reason
from gateway.answers.accounts import ACCOUNT
from gateway.answers.loan_positions import (
    LoanExplanationAnswer,
    LoanTransactionsAnswer,
    PayoffAnswer,
)
from gateway.answers.loans import LOAN, OPERATION, LoanAnswer, LoanOperationAnswer
from gateway.edge import Call
from gateway.idempotency import Key
from gateway.loan_movements import moved
from gateway.money import Amount, ExactDecimal, money, part_or_whole
from gateway.operations import OperationAccepted
from gateway.routing import EdgeRouter, Rendering
from gateway.schemas import Body, IsoDate, UuidPath, example

router = EdgeRouter("/api/loans", "loans")

LoanPath = Annotated[UuidPath, Path(examples=[LOAN])]
RepaymentPath = Annotated[UuidPath, Path(examples=[OPERATION])]
NumberPath = Annotated[int, Field(ge=1, le=2_000), Path(examples=[1])]
OnDate = Annotated[IsoDate | None, Query(description="Today, or a day to come.")]
More = Annotated[StrictInt, Field(ge=0, le=600)]

LATER = Rendering(202, LoanOperationAnswer, LoanOperationBegun)
UNDER_WAY = {202: LoanOperationAnswer | OperationAccepted}


class PaymentRequest(Body):
    """From an account of the borrower, or in cash at a till."""

    amount: Amount
    currency: Currency = DEFAULT_CURRENCY
    from_account: AccountNumber | None = None
    cash: StrictBool = False


class RepaymentRequest(PaymentRequest):
    """A repayment; staff may say from which day it counts."""

    model_config = example(amount="100.00", from_account=ACCOUNT)

    paid_on: IsoDate | None = None


class RecoveryRequest(PaymentRequest):
    """What is paid on a loan that was written off."""

    model_config = example(amount="100.00", from_account=ACCOUNT)


class RefundRequest(Body):
    """Without an amount all that was overpaid is given back."""

    model_config = example(amount="10.00")

    amount: Amount | None = None
    currency: Currency = DEFAULT_CURRENCY


class WaiverRequest(Body):
    """What the bank does without, the oldest first."""

    model_config = example(part="interest", amount="10.00", reason="our mistake")

    part: WaivedPart
    amount: Amount
    currency: Currency = DEFAULT_CURRENCY
    reason: Reason


class RescheduleRequest(Body):
    """The instalments due on `from_due` or later, planned anew; what is left out stays."""

    model_config = example(from_due="2026-03-01", extra_instalments=2, reason="lower income")

    from_due: IsoDate
    new_due: IsoDate | None = None
    annual_rate: ExactDecimal | None = None
    extra_instalments: More = 0
    principal_grace: More = 0
    interest_grace: More = 0
    reason: Reason


class MoratoriumRequest(Body):
    """The next so many instalments, of which nothing is due; as many are added at the end."""

    model_config = example(instalments=3, interest="CAPITALISED", reason="a flood")

    instalments: Annotated[StrictInt, Field(ge=1, le=600)]
    interest: MoratoriumInterest = MoratoriumInterest.CAPITALISED
    reason: Reason


class ReliefReasonRequest(Body):
    """Why."""

    model_config = example(reason="as agreed with the borrower")

    reason: Reason


@router.calls(
    RepayLoan, "POST /{loan_id}/repayments", gives=LoanAnswer, status=201, key=Key.REQUIRED,
    also=UNDER_WAY, later=LATER,
)  # fmt: skip
async def repay_loan(call: Call, loan_id: LoanPath, body: RepaymentRequest) -> Response:
    """Repay; 201 when it was booked while you waited."""
    command = RepayLoan(
        loan_id=loan_id,
        amount=money(body.amount, body.currency),
        paid_on=body.paid_on,
        from_account=body.from_account,
        in_cash=body.cash,
    )
    return await moved(call, command)


@router.calls(
    ReverseRepayment, "POST /{loan_id}/repayments/{repayment_id}/reverse", gives=LoanAnswer,
    status=201, key=Key.REQUIRED, also=UNDER_WAY, later=LATER,
)  # fmt: skip
async def reverse_repayment(
    call: Call, loan_id: LoanPath, repayment_id: RepaymentPath, body: ReliefReasonRequest
) -> Response:
    """Take a repayment back, once a second manager has approved it; the money goes back."""
    return await moved(
        call, ReverseRepayment(loan_id=loan_id, repayment_id=repayment_id, reason=body.reason)
    )


@router.calls(
    RefundOverpayment, "POST /{loan_id}/refunds", gives=LoanAnswer, status=201, key=Key.REQUIRED,
    also=UNDER_WAY, later=LATER,
)  # fmt: skip
async def refund_overpayment(call: Call, loan_id: LoanPath, body: RefundRequest) -> Response:
    """Give back what was paid too much, into the account of the loan."""
    amount = part_or_whole(body.amount, body.currency)
    assert amount is not None
    return await moved(call, RefundOverpayment(loan_id=loan_id, amount=amount))


@router.calls(
    WaiveLoanDues, "POST /{loan_id}/waive", gives=LoanAnswer, status=201, key=Key.REQUIRED,
    also=UNDER_WAY, later=LATER,
)  # fmt: skip
async def waive_loan_dues(call: Call, loan_id: LoanPath, body: WaiverRequest) -> Response:
    """Do without interest, fees or penal charges, once a second manager has approved it."""
    return await moved(
        call,
        WaiveLoanDues(
            loan_id=loan_id,
            part=body.part,
            amount=money(body.amount, body.currency),
            reason=body.reason,
        ),
    )


@router.calls(
    WriteLoanOff, "POST /{loan_id}/write-off", gives=LoanAnswer, status=201, key=Key.REQUIRED,
    also=UNDER_WAY, later=LATER,
)  # fmt: skip
async def write_loan_off(call: Call, loan_id: LoanPath, body: ReliefReasonRequest) -> Response:
    """Book what is owed as a loss, once a second manager has approved it."""
    return await moved(call, WriteLoanOff(loan_id=loan_id, reason=body.reason))


@router.calls(
    RecoverLoan, "POST /{loan_id}/recoveries", gives=LoanAnswer, status=201, key=Key.REQUIRED,
    also=UNDER_WAY, later=LATER,
)  # fmt: skip
async def recover_loan(call: Call, loan_id: LoanPath, body: RecoveryRequest) -> Response:
    """Take what is paid on a loan that was written off."""
    command: Command = RecoverLoan(
        loan_id=loan_id,
        amount=money(body.amount, body.currency),
        from_account=body.from_account,
        in_cash=body.cash,
    )
    return await moved(call, command)


@router.sends(RescheduleLoan, "POST /{loan_id}/reschedule", answers=LoanAnswer, status=200)
def reschedule_loan(loan_id: LoanPath, body: RescheduleRequest) -> RescheduleLoan:
    """Plan instalments to come anew, once a second manager has approved it."""
    return RescheduleLoan(loan_id=loan_id, **body.model_dump())


@router.sends(GrantMoratorium, "POST /{loan_id}/moratorium", answers=LoanAnswer, status=200)
def grant_moratorium(loan_id: LoanPath, body: MoratoriumRequest) -> GrantMoratorium:
    """Let nothing be due for some instalments, once a second manager has approved it."""
    return GrantMoratorium(loan_id=loan_id, **body.model_dump())


@router.sends(ReamortiseLoan, "POST /{loan_id}/re-amortise", answers=LoanAnswer, status=200)
def reamortise_loan(loan_id: LoanPath, body: ReliefReasonRequest) -> ReamortiseLoan:
    """Spread arrears of principal over the instalments to come, once a second one approved it."""
    return ReamortiseLoan(loan_id=loan_id, reason=body.reason)


@router.asks(GetPayoff, "GET /{loan_id}/payoff", answers=PayoffAnswer)
def get_payoff(loan_id: LoanPath, on: OnDate = None) -> GetPayoff:
    """What closes the loan if it is paid on this date; paid, it leaves nothing."""
    return GetPayoff(loan_id=loan_id, on=on)


@router.asks(GetLoanTransactions, "GET /{loan_id}/transactions", answers=LoanTransactionsAnswer)
def get_loan_transactions(loan_id: LoanPath) -> GetLoanTransactions:
    """All that has happened to the loan, and what each repayment paid."""
    return GetLoanTransactions(loan_id=loan_id)


@router.asks(GetLoanExplanation, "GET /{loan_id}/explain", answers=LoanExplanationAnswer)
def get_loan_explanation(loan_id: LoanPath, on: OnDate = None) -> GetLoanExplanation:
    """Why that closes the loan which does, in lines that add up to it."""
    return GetLoanExplanation(loan_id=loan_id, on=on)


@router.asks(
    GetInstalmentExplanation,
    "GET /{loan_id}/instalments/{number}/explain",
    answers=LoanExplanationAnswer,
)
def get_instalment_explanation(loan_id: LoanPath, number: NumberPath) -> GetInstalmentExplanation:
    """Why what is left of an instalment is what it is, in lines that add up to it."""
    return GetInstalmentExplanation(loan_id=loan_id, number=number)
