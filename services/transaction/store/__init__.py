"""Every SQL statement of the transaction service.

history          the movements of customers' accounts
standing_orders  standing orders, and what became of each of their transfers
due              which of them are due
"""

from infra.data.database import Connection
from infra.sagas.repertoire import Repertoire
from services.transaction.sagas import STANDING_ORDER
from services.transaction.store.due import DueOrders
from services.transaction.store.history import History
from services.transaction.store.standing_orders import KeptOrders

SAGAS = Repertoire("transaction", [STANDING_ORDER])


class TransactionStore(History, KeptOrders, DueOrders):
    """All that this service keeps, on the connection of the present unit of work."""

    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self.sagas = SAGAS.runs(db)


__all__ = ["SAGAS", "TransactionStore"]
