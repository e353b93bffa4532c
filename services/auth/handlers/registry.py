"""The registry that auth's handlers write themselves into."""

from infra.service import Service
from services.auth.store import AuthStore

service = Service("auth", AuthStore)
