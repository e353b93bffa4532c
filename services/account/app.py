"""The account process: `uvicorn services.account.app:app`."""

from infra.process.app import build_app
from services.account.handlers import service

app = build_app(service)
