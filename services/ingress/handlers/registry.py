"""The registry that the ingress's handlers write themselves into."""

from infra.handling.service import Service
from services.ingress.store import IngressStore

# It hears of every posting, few of which anybody is told of; nobody waits for that.
service = Service("ingress", IngressStore, gather_seconds=0.1)
