"""The payment service's registry, on which the modules beside this one enter their handlers."""

from infra.handling.day import as_heard
from infra.handling.service import Service
from services.payment.store import PaymentStore

service = Service("payment", PaymentStore, today=as_heard)
