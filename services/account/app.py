"""The account process: `uvicorn services.account.app:app`."""

from infra.process.app import build_app
from services.account.handlers import service
from services.account.sealing import receipt_key

# A missing or malformed BANK_SECRET ends the process here instead of failing every receipt.
receipt_key()

app = build_app(service)
