"""Every SQL statement of the loan service."""

from services.loan.store.loans import LoanStore

__all__ = ["LoanStore"]
