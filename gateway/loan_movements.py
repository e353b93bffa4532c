"""Calls that move a loan's money: sent, waited for until the books have answered, and told.

201 with the loan when it was booked while the caller waited, the refusal of the books when they
refused, and 202 with the address of the movement when it is still under way.
"""

import time

from fastapi import Response

from contracts.envelope import Command, Refused
from contracts.loan.loans import GetLoan, Loan
from contracts.loan.operations import GetLoanOperation, LoanOperation, LoanOperationState
from gateway.answers.loans import LoanAnswer, LoanOperationAnswer, operation_url
from gateway.edge import Call
from gateway.idempotency import REPLAYED
from gateway.problems import refused
from gateway.waiting import waited_for


async def moved(call: Call, command: Command) -> Response:
    """What has become of the movement that this command begins.

    Raises:
        Problem: it was refused, by the loan service or by the books.
    """
    until = time.monotonic() + call.wait_seconds
    reply = await call.send(command)
    headers = dict(REPLAYED) if reply.replayed else {}
    assert isinstance(reply.message, LoanOperation)
    begun = reply.message
    operation = await waited_for(
        call,
        reply,
        LoanOperation,
        ended_id=begun.operation_id,
        question=GetLoanOperation(loan_id=begun.loan_id, operation_id=begun.operation_id),
        is_under_way=lambda known: known.state is LoanOperationState.PROCESSING,
        until=until,
    )
    if operation.state is LoanOperationState.FAILED:
        raise refused(Refused(code=operation.code or "", detail=operation.detail or ""), headers)
    if operation.state is LoanOperationState.COMPLETED:
        loan = await call.ask(GetLoan(loan_id=operation.loan_id))
        assert isinstance(loan, Loan)
        return LoanAnswer.about(loan).response(201, headers)
    under_way = {**headers, "Location": operation_url(operation)}
    return LoanOperationAnswer.about(operation).response(202, under_way)
