"""Passwords of partners' broker users: random, long, and kept as RabbitMQ keeps them.

They are made here and never chosen, with 256 bits of chance, so that a fast digest protects them.
"""

from secrets import token_bytes, token_urlsafe

from infra.bus.declarations import SALT_BYTES, password_digest

PASSWORD_BYTES = 32


def new_broker_password() -> str:
    return token_urlsafe(PASSWORD_BYTES)


def broker_digest(password: str) -> str:
    """With a salt of its own."""
    return password_digest(password, token_bytes(SALT_BYTES))
