"""Loans; quoting reads and writes nothing."""

from infra.data.store import Store


class LoanStore(Store):
    """Loans, on the connection of the present unit of work."""
