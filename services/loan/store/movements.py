"""Movements of loans' money, as the runs of their sagas tell them."""

from uuid import UUID

from contracts.loan.operations import LoanOperation, LoanOperationState
from infra.data.store import Store

_STATES = {"completed": LoanOperationState.COMPLETED, "failed": LoanOperationState.FAILED}


class Movements(Store):
    async def operation(self, loan_id: UUID, operation_id: UUID) -> LoanOperation | None:
        """One movement of this loan's money."""
        row = await self.db.fetchrow(
            "select name, phase, code, detail, started_at from sagas"
            " where saga_id = $1 and data ->> 'loan_id' = $2",
            operation_id,
            str(loan_id),
        )
        if row is None:
            return None
        return LoanOperation(
            operation_id=operation_id,
            loan_id=loan_id,
            kind=row["name"],
            state=_STATES.get(row["phase"], LoanOperationState.PROCESSING),
            code=row["code"],
            detail=row["detail"],
            begun_at=row["started_at"],
        )
