"""The loan service's SQL: none yet, because a quote is computed and not kept."""

from infra.data.store import Store


class LoanStore(Store):
    """Loans; quoting reads and writes nothing."""
