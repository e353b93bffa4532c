"""The sagas of what banks ask back, as this service runs them."""

from typing import Any

from infra.sagas.table import Saga
from services.payment.sagas import (
    agreeing_sagas,
    declining_sagas,
    recalling_sagas,
    taking_saga,
)
from services.payment.settings import PaymentSettings

RECALLING = recalling_sagas(PaymentSettings())
TAKING = taking_saga(PaymentSettings())
AGREEING = agreeing_sagas(PaymentSettings())
DECLINING = declining_sagas(PaymentSettings())
RECALL_SAGAS: tuple[Saga[Any], ...] = (
    *RECALLING.values(),
    TAKING,
    *AGREEING.values(),
    *DECLINING.values(),
)
