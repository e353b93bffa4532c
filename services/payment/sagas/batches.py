"""Transfers that leave in one message: what a batch is, and its saga beside those of its payments.

    submit-batch   the pivot; no answer: asked about; unaware: the same batch again

Which payments are in it was decided in the transaction that began it, and never changes. What the
rail says of each of them moves the payment itself.
"""

from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.envelope import Event
from contracts.payment.values import Rail
from contracts.rail.batches import BATCH_MAX, BatchInquiry, BatchSubmission, SaidOfBatches
from contracts.rail.bodies import Transfer
from infra.runtime.clock import BUSINESS_ZONE
from infra.sagas.table import Meaning, Saga, Sends, Step, Together
from services.payment.sagas.order import PaymentOrder
from services.payment.settings import PaymentSettings


class Batch(BaseModel):
    """Transfers over one rail with one cut-off, of one currency."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    batch_id: UUID
    number: str
    cut_off: datetime
    transfers: tuple[Transfer, ...]

    @property
    def net_minor(self) -> int:
        return sum(each.amount.minor for each in self.transfers)


def together(rail: Rail, said: SaidOfBatches, settings: PaymentSettings) -> Together[PaymentOrder]:
    """How payments over this rail leave."""

    def batch(batch_id: UUID, orders: Sequence[PaymentOrder]) -> Batch:
        cut_off = cut_off_of(orders[0])
        return Batch(
            batch_id=batch_id,
            number=number_of(rail, cut_off, batch_id),
            cut_off=cut_off,
            transfers=tuple(Transfer(**words_of(order)) for order in orders),
        )

    return Together(
        saga=_saga(f"{rail.lower()}-batch", said, settings), data=batch, key=_key, most=BATCH_MAX
    )


def cut_off_of(order: PaymentOrder) -> datetime:
    """When its batch leaves."""
    assert order.cut_off is not None, "accepted without a cut-off over a rail that takes batches"
    return order.cut_off


def number_of(rail: Rail, cut_off: datetime, batch_id: UUID) -> str:
    """For people, and no identity: `NEFT-20261127-1030-042917`, by the clock of India."""
    local = cut_off.astimezone(BUSINESS_ZONE)
    return f"{rail}-{local:%Y%m%d-%H%M}-{batch_id.int % 10**6:06d}"


def words_of(order: PaymentOrder) -> dict[str, Any]:
    """A payment, as every rail is told of it; the payee by his account or by his address."""
    payee = order.beneficiary
    return {
        "transfer_id": order.payment_id,
        "amount": order.amount,
        "beneficiary_name": payee.name,
        **(
            {"beneficiary_vpa": payee.vpa}
            if payee.vpa
            else {"beneficiary_account": payee.account_number, "beneficiary_ifsc": payee.ifsc}
        ),
        "remitter_account": order.from_account,
        "description": order.description,
    }


def _key(order: PaymentOrder) -> Hashable:
    return cut_off_of(order), order.amount.currency


def _saga(name: str, said: SaidOfBatches, settings: PaymentSettings) -> Saga[Batch]:
    def submit(batch: Batch) -> BatchSubmission:
        return said.submit(
            batch_id=batch.batch_id,
            number=batch.number,
            cut_off=batch.cut_off,
            net_minor=batch.net_minor,
            currency=batch.transfers[0].amount.currency,
            transfers=batch.transfers,
        )

    def inquire(batch: Batch) -> BatchInquiry:
        return said.inquire(batch_id=batch.batch_id)

    step = Step(
        name="submit-batch",
        do=Sends(said.submit, submit),
        inquire=Sends(said.inquire, inquire),
        pivot=True,
        seconds=settings.rail_seconds,
        answers={
            said.settled: Meaning.DONE,
            said.refused: Meaning.REFUSED,
            said.unaware: Meaning.UNAWARE,
        },
        answered_run=lambda answer: answer.batch_id,
    )
    return Saga(
        name=name,
        version=1,
        data=Batch,
        steps=(step,),
        completed=says_nothing,
        failed=says_nothing,
        seconds_max=settings.seconds_max,
    )


def says_nothing(*_: object) -> Sequence[Event]:
    """What became of it is told where it matters."""
    return ()
