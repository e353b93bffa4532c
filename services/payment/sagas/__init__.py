"""The saga of each rail, those that end a payment which the rail contradicted, those of money that
comes in, that of the settlement between the banks, and that of what differs from it.

paying      the table of steps that all rails share
batches     what leaves in one message, over a rail that takes batches
rails       what each rail is told of a payment, and what its answers mean
booking     the table of those that book one entry and nothing else
settling    the net of a window, moved to the central bank
differences what is written off between the ledger and the central bank
resolving   what two managers decide about a contradiction
receiving   money that other banks pay to our customers
returning   money that comes back and has no payer to go to
compensating    what a payer gets whose payment failed too late
recalling   payments that are asked back
giving_back what other banks ask for that they have paid to our customers

A changed table becomes a new version; the old one stays in `RETIRED` until no run follows it.
"""

from collections.abc import Iterable
from typing import Any

from contracts.payment.values import Rail
from infra.sagas.table import Saga, Together
from services.payment.sagas.compensating import Compensating, compensating_saga
from services.payment.sagas.differences import WritingOff, difference_saga
from services.payment.sagas.giving_back import (
    AskedOfUs,
    Taking,
    agreeing_sagas,
    declining_sagas,
    taking_saga,
)
from services.payment.sagas.order import PaymentOrder
from services.payment.sagas.paying import paying, unscreened
from services.payment.sagas.rails import IN_BATCHES, PAYS_ADDRESSES, RAILS
from services.payment.sagas.recalling import Recalling, recalling_sagas
from services.payment.sagas.receiving import IncomingCredit, receiving_sagas, refusing_sagas
from services.payment.sagas.resolving import Resolving, resolving_sagas
from services.payment.sagas.returning import ReturnedMoney, set_aside_saga
from services.payment.sagas.settling import Settling, settlement_saga
from services.payment.settings import PaymentSettings

RETIRED: tuple[Saga[PaymentOrder], ...] = tuple(
    unscreened(paying(side, PaymentSettings())) for side in RAILS
)


def sagas_by_rail(settings: PaymentSettings) -> dict[Rail, Saga[PaymentOrder]]:
    """The saga that new payments over each rail follow."""
    return {side.rail: paying(side, settings) for side in RAILS}


def batch_sagas(sagas: Iterable[Saga[PaymentOrder]]) -> list[Saga[Any]]:
    """The sagas of the batches in which payments that follow these leave."""
    steps = [step.do for saga in sagas for step in saga.steps]
    return [do.saga for do in steps if isinstance(do, Together)]


__all__ = [
    "IN_BATCHES",
    "PAYS_ADDRESSES",
    "RAILS",
    "RETIRED",
    "AskedOfUs",
    "Compensating",
    "IncomingCredit",
    "PaymentOrder",
    "Recalling",
    "Resolving",
    "ReturnedMoney",
    "Settling",
    "Taking",
    "WritingOff",
    "agreeing_sagas",
    "batch_sagas",
    "compensating_saga",
    "declining_sagas",
    "difference_saga",
    "recalling_sagas",
    "receiving_sagas",
    "refusing_sagas",
    "resolving_sagas",
    "sagas_by_rail",
    "set_aside_saga",
    "settlement_saga",
    "taking_saga",
]
