"""The auth process: `uvicorn services.auth.app:app`."""

from infra.process.app import build_app
from services.auth.handlers import service
from services.auth.sealing import sealer

# A missing or malformed BANK_SECRET ends the process here instead of failing every log-in.
sealer()

app = build_app(service)
