"""The transaction service's registry, on which the modules beside this one enter their handlers."""

from infra.handling.day import as_heard
from infra.handling.service import Service
from services.transaction.store import TransactionStore

# Nobody waits for what is kept here, and one commit for many events spares the others the machine.
service = Service("transaction", TransactionStore, gather_seconds=0.1, today=as_heard)
