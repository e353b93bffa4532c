"""What a payer gets whose payment failed too late: one entry from an expense to his account.

book    told under its reference until the books have said yes or no; a no is kept, for people
"""

from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from contracts.account.movements import PaymentReceived, ReceivePayment
from contracts.money import Currency, Money
from infra.sagas.table import Saga, Sends, Step
from services.payment.sagas.batches import says_nothing
from services.payment.sagas.order import PaymentOrder
from services.payment.sagas.paying import line_of
from services.payment.settings import PaymentSettings


class Compensating(BaseModel):
    """What a run knows: the payment, how late it failed, and what the books have said."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    order: PaymentOrder
    days: int
    amount: Money
    code: str | None = None  # why it could not be booked


def compensation_run(payment_id: UUID) -> UUID:
    return uuid5(payment_id, "compensation")


def compensation_line(currency: Currency) -> str:
    """What the bank pays for its own delays."""
    return f"GL-COMPENSATION-{currency}"


def compensating_saga(settings: PaymentSettings) -> Saga[Compensating]:
    """The saga of every compensation."""
    return Saga(
        name="compensation",
        version=1,
        data=Compensating,
        steps=(
            Step(
                name="book",
                do=Sends(ReceivePayment, _entry),
                learn=_learn,
                pivot=True,
                seconds=settings.account_seconds,
            ),
        ),
        completed=says_nothing,
        failed=says_nothing,
        seconds_max=settings.seconds_max,
    )


def _entry(data: Compensating) -> ReceivePayment:
    order = data.order
    return ReceivePayment(
        reference=f"compensation-{order.payment_id}",
        from_account=compensation_line(data.amount.currency),
        account_number=order.from_account,
        amount=data.amount,
        description=line_of(order.rail, "payment failed late:", order.beneficiary.name),
    )


def _learn(data: Compensating, answer: PaymentReceived) -> Compensating:
    return data.model_copy(update={"code": answer.code})
