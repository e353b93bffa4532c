"""Password hashes: argon2id in threads, few at a time, and the list of common passwords.

One hash takes 19 MiB and some 50 ms of a core on purpose. Without a bound on how many run at the
same time, log-ins would be the cheapest way to stop the bank: whoever calls this is a handler of
the room HASHING.
"""

import asyncio
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from passlib.context import CryptContext
from pydantic import SecretStr

from services.auth.domain.passwords import normal

HASHES_MAX = 2  # at the same time

_CONTEXT = CryptContext(
    schemes=["argon2", "bcrypt"],
    deprecated=["bcrypt"],
    argon2__type="ID",
    argon2__memory_cost=19_456,  # KiB
    argon2__time_cost=2,
    argon2__parallelism=1,
)

# What an unknown user's password is compared with, for the time it takes; as dear as a fresh hash.
NOBODYS_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$G4PwvjfmPCdEyJnTem9tTQ"
    "$EsTSKrSgdxY0vpSZkiOHxZiauNAzViTABqWJRUr2JLs"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    is_right: bool
    upgraded_hash: str | None = None  # to be stored instead: the old one is of a weaker kind


async def hash_password(password: SecretStr) -> str:
    return await asyncio.to_thread(_CONTEXT.hash, normal(password.get_secret_value()))


async def verify(password: SecretStr, password_hash: str | None) -> Verdict:
    """Judge a password; without a hash it takes as long and is wrong."""
    return await asyncio.to_thread(_verify, normal(password.get_secret_value()), password_hash)


@cache
def common_passwords() -> frozenset[str]:
    """Well-known passwords and the words they are made of, in lower case."""
    listed = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(listed.split())


def _verify(password: str, password_hash: str | None) -> Verdict:
    try:
        is_right, upgraded = _CONTEXT.verify_and_update(password, password_hash or NOBODYS_HASH)
    except ValueError:
        # bcrypt takes neither zero bytes nor more than 72 bytes, so this cannot be the password.
        return Verdict(is_right=False)
    return Verdict(is_right and password_hash is not None, upgraded)
