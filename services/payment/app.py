"""The payment process: `uvicorn services.payment.app:app`."""

from infra.process.app import build_app
from services.payment.handlers import service

app = build_app(service)
