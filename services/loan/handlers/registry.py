"""The loan service's registry, on which the modules beside this one enter their handlers."""

from infra.handling.day import as_heard
from infra.handling.service import Service
from services.loan.store import LoanStore

service = Service("loan", LoanStore, today=as_heard)
