"""The registry that the ingress's handlers write themselves into."""

from infra.handling.service import Service
from services.ingress.store import IngressStore

service = Service("ingress", IngressStore)
