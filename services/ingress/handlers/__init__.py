"""The ingress's messages; importing this registers them all, and the way in
of the partners (clients/), which are no part of the bank's own bus.

partners     what auth tells of partners
answers      what the account service answers, told to the partner
quarantine   what was refused, shown and trimmed
"""

from services.ingress.clients.lanes import Lanes
from services.ingress.handlers import answers, partners, quarantine
from services.ingress.handlers.registry import service

service.opens(Lanes)

__all__ = ["answers", "partners", "quarantine", "service"]
