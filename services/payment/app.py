"""The payment process: `uvicorn services.payment.app:app`."""

from infra.app import build_app
from services.payment.handlers import service

app = build_app(service)
