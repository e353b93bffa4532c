"""The loan process: `uvicorn services.loan.app:app`."""

from infra.process.app import build_app
from services.loan.handlers import service

app = build_app(service)
