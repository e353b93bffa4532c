"""The ingress's messages; importing this registers them all, and the way in
of the partners (clients/), which are no part of the bank's own bus.

partners     what auth tells of partners
answers      what the owners of its commands answer, told to the partner
payments     payments begun and ended, told to partners
movements    money that moves on accounts, told to partners
loans        what happens to loans, told to partners
quarantine   what was refused, shown, judged again and trimmed
refusals     what was refused too often, told in one row
"""

from services.ingress.clients.lanes import Lanes
from services.ingress.handlers import (
    answers,
    loans,
    movements,
    partners,
    payments,
    quarantine,
    refusals,
)
from services.ingress.handlers.registry import service

service.opens(Lanes)

__all__ = [
    "answers",
    "loans",
    "movements",
    "partners",
    "payments",
    "quarantine",
    "refusals",
    "service",
]
