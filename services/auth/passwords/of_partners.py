"""Passwords of partners' broker users: random, long, and kept as RabbitMQ keeps them.

They are made here and never chosen, with 256 bits of chance, so that a fast digest protects them.
"""

from base64 import b64encode
from hashlib import sha256
from secrets import token_bytes, token_urlsafe

PASSWORD_BYTES = 32
_SALT_BYTES = 4  # as RabbitMQ reads it


def new_broker_password() -> str:
    return token_urlsafe(PASSWORD_BYTES)


def broker_digest(password: str) -> str:
    """By `rabbit_password_hashing_sha256`: the salt, and the digest of salt and password."""
    salt = token_bytes(_SALT_BYTES)
    return b64encode(salt + sha256(salt + password.encode()).digest()).decode()
