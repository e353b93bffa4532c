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
            return await self._kept_at_once(loan_id, operation_id)
        return LoanOperation(
            operation_id=operation_id,
            loan_id=loan_id,
            kind=row["name"],
            state=_STATES.get(row["phase"], LoanOperationState.PROCESSING),
            code=row["code"],
            detail=row["detail"],
            begun_at=row["started_at"],
        )

    async def _kept_at_once(self, loan_id: UUID, operation_id: UUID) -> LoanOperation | None:
        """One that had nothing to book, and so has no run."""
        row = await self.db.fetchrow(
            "select kind, recorded_at from loan_events where loan_id = $1 and operation_id = $2",
            loan_id,
            operation_id,
        )
        if row is None:
            return None
        return LoanOperation(
            operation_id=operation_id,
            loan_id=loan_id,
            kind=row["kind"],
            state=LoanOperationState.COMPLETED,
            code=None,
            detail=None,
            begun_at=row["recorded_at"],
        )
