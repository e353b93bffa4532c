"""The customer process: `uvicorn services.customer.app:app`."""

from infra.process.app import build_app
from services.customer.handlers import service
from services.customer.sealing import vault

# A missing or malformed BANK_SECRET ends the process here instead of failing at the first number.
vault()

app = build_app(service)
