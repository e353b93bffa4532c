"""The sagas of loans: a movement of the money of one loan, or what many have earned by a day.

A changed table becomes a new version; the old one stays in `RETIRED` until no run follows it.
"""

from contracts.loan.operations import LoanDisbursed
from contracts.loan.repayments import (
    LoanOperationCompleted,
    LoanWrittenOff,
    RepaymentReceived,
    RepaymentReversed,
)
from contracts.loan.top_ups import LoanToppedUp
from infra.sagas.table import Saga
from services.loan.sagas.accrual import Accrual, accrual_saga
from services.loan.sagas.movement import Movement, movement_saga
from services.loan.settings import LoanSettings

RETIRED: tuple[Saga[Movement], ...] = ()

_SETTINGS = LoanSettings()
DISBURSEMENT = movement_saga("disbursement", lambda told: LoanDisbursed(**told), _SETTINGS)
TOP_UP = movement_saga("top-up", lambda told: LoanToppedUp(**told), _SETTINGS)
REPAYMENT = movement_saga("repayment", lambda told: RepaymentReceived(**told), _SETTINGS)
REVERSAL = movement_saga("reversal", lambda told: RepaymentReversed(**told), _SETTINGS)
WRITE_OFF = movement_saga("write-off", lambda told: LoanWrittenOff(**told), _SETTINGS)
REFUND, WAIVER, RECOVERY, GIVING_BACK = (
    movement_saga(name, lambda told: LoanOperationCompleted(**told), _SETTINGS)
    for name in ("refund", "waiver", "recovery", "giving-back")
)
ACCRUAL = accrual_saga(_SETTINGS)
SAGAS_OF_LOANS = (
    DISBURSEMENT, TOP_UP, REPAYMENT, REVERSAL, WRITE_OFF, REFUND, WAIVER, RECOVERY, GIVING_BACK,
)  # fmt: skip

__all__ = [
    "ACCRUAL",
    "DISBURSEMENT",
    "GIVING_BACK",
    "RECOVERY",
    "REFUND",
    "REPAYMENT",
    "RETIRED",
    "REVERSAL",
    "SAGAS_OF_LOANS",
    "TOP_UP",
    "WAIVER",
    "WRITE_OFF",
    "Accrual",
    "Movement",
]
