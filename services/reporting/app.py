"""The reporting process: `uvicorn services.reporting.app:app`."""

from infra.process.app import build_app
from services.reporting.handlers import service

app = build_app(service)
