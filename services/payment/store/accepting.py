"""A payment as it is handed over to be kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from infra.runtime.tracing import Trace
from services.payment.domain.beneficiaries import PaidTo, goes_by, paid_to
from services.payment.sagas import PaymentOrder


@dataclass(frozen=True, slots=True)
class AcceptedPayment:
    """A payment that is to be kept, and the request that it comes from."""

    order: PaymentOrder
    requested_by: UUID
    accepted_at: datetime
    trace: Trace | None
    is_to_new: bool = False  # little goes to such payees

    @property
    def paid_to(self) -> PaidTo | None:
        """Under whom it is counted; None: whose account pays is not known yet."""
        return paid_to(self.order.beneficiary, self.order.payer, self.order.customer_id)

    @property
    def row(self) -> tuple[Any, ...]:
        order = self.order
        return (
            order.payment_id,
            self.requested_by,
            order.payer.customer_id,
            order.rail,
            order.from_account,
            order.amount.minor,
            order.amount.currency,
            order.model_dump_json(),
            self.accepted_at,
            self.paid_to.customer_id if self.paid_to else None,
            goes_by(order.beneficiary),
            self.is_to_new,
        )
