"""Every SQL statement of the transaction service.

history   the movements of customers' accounts
"""

from services.transaction.store.history import History


class TransactionStore(History):
    """All that this service keeps, on the connection of the present unit of work."""


__all__ = ["TransactionStore"]
