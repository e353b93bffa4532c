"""The ingress process: `uvicorn services.ingress.app:app`."""

from infra.process.app import build_app
from services.ingress.handlers import service

app = build_app(service)
