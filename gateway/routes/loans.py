"""Loans, from the application until they are paid out."""

import asyncio
from typing import Annotated

from fastapi import Path, Query, Response
from pydantic import Field, StrictInt

from contracts.loan.applications import ApplyForLoan, ApproveLoan, CancelLoan, RejectLoan
from contracts.loan.collecting import ListLoansToCollect
from contracts.loan.loans import GetKeyFacts, GetLoan, GetLoanSchedule, KeyFacts, ListLoans
from contracts.loan.operations import (
    DisburseLoan,
    GetLoanOperation,
    LoanOperationBegun,
)
from contracts.loan.values import Classification, LoanProductCode
from contracts.loan.words import Frequency, Method
from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.words import AccountNumber, Reason, Text
from gateway.answers.accounts import ACCOUNT
from gateway.answers.loan_collections import LoansToCollectAnswer
from gateway.answers.loan_key_facts import KeyFactsAnswer
from gateway.answers.loans import (
    LOAN,
    OPERATION,
    LoanAnswer,
    LoanOperationAnswer,
    LoansAnswer,
    ScheduleAnswer,
)
from gateway.edge import Call
from gateway.idempotency import Key
from gateway.key_facts_pdf import key_facts_pdf
from gateway.loan_movements import moved
from gateway.loan_terms import ShapeRequest
from gateway.money import Amount, ExactDecimal, minor_units, part_or_whole
from gateway.operations import OperationAccepted
from gateway.pdf import Format, shown
from gateway.routing import EdgeRouter, Rendering
from gateway.schemas import After, Body, IsoDate, Limit, RowFilter, RowId, UuidPath, example
from gateway.states import LOAN_WORDS, LoanState

router = EdgeRouter("/api/loans", "loans")

LoanPath = Annotated[UuidPath, Path(examples=[LOAN])]
VersionFilter = Annotated[RowFilter, Query(description="As it was then; left out: as it is now.")]
OperationPath = Annotated[UuidPath, Path(examples=[OPERATION])]


class ApplicationRequest(ShapeRequest):
    """What is left out is the product's: its rate, its first method and frequency. How far the
    shape of the schedule can be chosen, the product says."""

    model_config = example(
        customer_id=1, account_number=ACCOUNT, product_code="PERSONAL", principal="120000.00",
        instalments=12, monthly_income="90000.00",
    )  # fmt: skip

    customer_id: RowId
    account_number: AccountNumber
    product_code: LoanProductCode
    principal: Amount
    currency: Currency = DEFAULT_CURRENCY
    instalments: Annotated[StrictInt, Field(ge=1, le=600)]
    annual_rate: ExactDecimal | None = None
    start_date: IsoDate | None = None
    first_due_date: IsoDate | None = None
    method: Method | None = None
    frequency: Frequency | None = None
    monthly_income: Amount | None = None


class LoanApprovalRequest(Body):
    """Why it is approved; nothing has to be said."""

    model_config = example(reason="income verified")

    reason: Text = ""


class LoanReasonRequest(Body):
    """Why."""

    model_config = example(reason="income not proven")

    reason: Reason


class DisbursementRequest(Body):
    """Without an amount all that is left of the principal is paid out."""

    model_config = example(amount="120000.00")

    amount: Amount | None = None
    currency: Currency | None = None


@router.sends(ApplyForLoan, "POST ", answers=LoanAnswer)
def apply_for_loan(body: ApplicationRequest) -> ApplyForLoan:
    """Apply for a loan of a customer; it is scored, and its key facts can be read."""
    income = body.monthly_income
    others = {"principal", "monthly_income", *ShapeRequest.model_fields}
    return ApplyForLoan(
        **body.model_dump(exclude=others),
        **body.shape(body.currency),
        principal_minor=minor_units(body.principal, body.currency, "/principal"),
        monthly_income_minor=(
            None if income is None else minor_units(income, body.currency, "/monthly_income")
        ),
    )


@router.asks(ListLoans, "GET ", answers=LoansAnswer)
def list_loans(
    customer_id: RowFilter = None,
    state: Annotated[LoanState | None, LOAN_WORDS.either, Query()] = None,
    days_past_due_min: RowFilter = None,
    limit: Limit = 25,
    cursor: After = None,
) -> ListLoans:
    """Loans, newest first; a customer sees his own."""
    return ListLoans(
        customer_id=customer_id,
        state=LOAN_WORDS.inside(state),
        days_past_due_min=days_past_due_min,
        limit=limit,
        cursor=cursor,
    )


@router.asks(ListLoansToCollect, "GET /collections", answers=LoansToCollectAnswer)
def list_loans_to_collect(
    classification: Annotated[Classification | None, Query()] = None,
    days_past_due_min: RowFilter = None,
    limit: Limit = 25,
    cursor: After = None,
) -> ListLoansToCollect:
    """Loans that were overdue when the last day ended, the longest overdue first."""
    return ListLoansToCollect(
        classification=classification,
        days_past_due_min=days_past_due_min,
        limit=limit,
        cursor=cursor,
    )


@router.asks(GetLoan, "GET /{loan_id}", answers=LoanAnswer)
def get_loan(loan_id: LoanPath) -> GetLoan:
    """A loan as it stands."""
    return GetLoan(loan_id=loan_id)


@router.asks(GetLoanSchedule, "GET /{loan_id}/schedule", answers=ScheduleAnswer)
def get_loan_schedule(loan_id: LoanPath, version: VersionFilter = None) -> GetLoanSchedule:
    """Its instalments, as applied for or, once it is paid out, as they are, or as they were."""
    return GetLoanSchedule(loan_id=loan_id, version=version)


@router.sends(ApproveLoan, "POST /{loan_id}/approve", answers=LoanAnswer, status=200)
def approve_loan(loan_id: LoanPath, body: LoanApprovalRequest) -> ApproveLoan:
    """Let it be paid out. Not by whoever applied; above an amount a second person approves."""
    return ApproveLoan(loan_id=loan_id, reason=body.reason)


@router.sends(RejectLoan, "POST /{loan_id}/reject", answers=LoanAnswer, status=200)
def reject_loan(loan_id: LoanPath, body: LoanReasonRequest) -> RejectLoan:
    """Refuse an application. Not by whoever made it."""
    return RejectLoan(loan_id=loan_id, reason=body.reason)


@router.sends(CancelLoan, "POST /{loan_id}/cancel", answers=LoanAnswer, status=200)
def cancel_loan(loan_id: LoanPath, body: LoanReasonRequest) -> CancelLoan:
    """Give it up before anything is paid out."""
    return CancelLoan(loan_id=loan_id, reason=body.reason)


@router.calls(GetKeyFacts, "GET /{loan_id}/key-facts", gives=KeyFactsAnswer)
async def get_key_facts(
    call: Call,
    loan_id: LoanPath,
    format: Annotated[Format, Query()] = Format.JSON,
) -> Response:
    """What the borrower is told before it is approved, as JSON or as a PDF to be signed."""
    facts = await call.ask(GetKeyFacts(loan_id=loan_id))
    assert isinstance(facts, KeyFacts)
    answer = KeyFactsAnswer.about(facts)
    if format is Format.JSON:
        return answer.response(200)
    return shown(await asyncio.to_thread(key_facts_pdf, answer), f"key-facts-{loan_id}")


@router.asks(
    GetLoanOperation, "GET /{loan_id}/operations/{operation_id}", answers=LoanOperationAnswer
)
def get_loan_operation(loan_id: LoanPath, operation_id: OperationPath) -> GetLoanOperation:
    """A movement of the loan's money, and how far it is."""
    return GetLoanOperation(loan_id=loan_id, operation_id=operation_id)


@router.calls(
    DisburseLoan, "POST /{loan_id}/disburse", gives=LoanAnswer, status=201, key=Key.REQUIRED,
    also={202: LoanOperationAnswer | OperationAccepted},
    later=Rendering(202, LoanOperationAnswer, LoanOperationBegun),
)  # fmt: skip
async def disburse_loan(call: Call, loan_id: LoanPath, body: DisbursementRequest) -> Response:
    """Pay it out, in whole or in part; 201 when it was booked while you waited."""
    amount = part_or_whole(body.amount, body.currency)
    return await moved(call, DisburseLoan(loan_id=loan_id, amount=amount))
