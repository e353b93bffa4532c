"""The ingress's messages; importing this registers them all.

partners     what auth tells of partners
taking       what arrives in a lane, judged and let in or refused
answers      what the account service answers, told to the partner
quarantine   what was refused, shown and trimmed
"""

from services.ingress.clients.lanes import Lanes
from services.ingress.handlers import answers, partners, quarantine
from services.ingress.handlers.registry import service

service.opens(Lanes)

__all__ = ["answers", "partners", "quarantine", "service"]
