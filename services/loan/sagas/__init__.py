"""The sagas of loans: each moves money of one loan by one entry of the ledger.

A changed table becomes a new version; the old one stays in `RETIRED` until no run follows it.
"""

from contracts.loan.operations import LoanDisbursed
from infra.sagas.table import Saga
from services.loan.sagas.movement import Fields, Movement, movement_saga
from services.loan.settings import LoanSettings

RETIRED: tuple[Saga[Movement], ...] = ()


def _disbursed(fields: Fields) -> LoanDisbursed:
    return LoanDisbursed(**fields)


DISBURSEMENT = movement_saga("disbursement", _disbursed, LoanSettings())

__all__ = ["DISBURSEMENT", "RETIRED", "Movement"]
