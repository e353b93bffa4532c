"""The saga of each rail, and those that end a payment which the rail contradicted.

A changed table becomes a new version; the old one stays in `RETIRED` until no run follows it.
"""

from contracts.payment.values import Rail
from infra.sagas.table import Saga
from services.payment.sagas.imps import imps
from services.payment.sagas.order import PaymentOrder
from services.payment.sagas.resolving import Resolving, resolving_sagas
from services.payment.settings import PaymentSettings

RETIRED: tuple[Saga[PaymentOrder], ...] = ()


def sagas_by_rail(settings: PaymentSettings) -> dict[Rail, Saga[PaymentOrder]]:
    """The saga that new payments over each rail follow."""
    return {Rail.IMPS: imps(settings)}


__all__ = ["RETIRED", "PaymentOrder", "Resolving", "resolving_sagas", "sagas_by_rail"]
