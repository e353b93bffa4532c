"""Auth's messages, one function each, in a module per noun; importing this registers them all."""

from services.auth.handlers import keys, sessions, users
from services.auth.handlers.registry import service

__all__ = ["keys", "service", "sessions", "users"]
