"""Every SQL statement of the payment service.

payments      payments as they were accepted and as they stand
rails         the dated rules of what each rail carries
resolutions   what managers propose and decide about those that the rail contradicted
"""

from services.payment.store.payments import (
    BY_RAIL,
    RESOLVING,
    SAGAS,
    AcceptedPayment,
    PaymentStore,
)

__all__ = ["BY_RAIL", "RESOLVING", "SAGAS", "AcceptedPayment", "PaymentStore"]
