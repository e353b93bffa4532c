"""The payment service's registry, on which the modules beside this one enter their handlers."""

from infra.handling.service import Service
from services.payment.store import PaymentStore

service = Service("payment", PaymentStore)
