"""The transaction process: `uvicorn services.transaction.app:app`."""

from infra.process.app import build_app
from services.transaction.handlers import service

app = build_app(service)
