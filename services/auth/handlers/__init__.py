"""Auth's messages, one function each, in a module per noun; importing this registers them all."""

from services.auth.handlers import customers, keys, partners, sessions, users
from services.auth.handlers.registry import service

__all__ = ["customers", "keys", "partners", "service", "sessions", "users"]
