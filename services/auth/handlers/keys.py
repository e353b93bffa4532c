"""The signing key: made once, told to whoever verifies tokens."""

from datetime import datetime

from contracts.auth import GetKeys, Keys
from infra.handling.context import Context
from services.auth.handlers.registry import service
from services.auth.store import AuthStore
from services.auth.tokens import SigningKey, new_signing_key

KEY_CHECK_SECONDS = 5  # edges need the key before the first log-in


@service.answers(GetKeys)
async def get_keys(query: GetKeys, store: AuthStore, context: Context) -> Keys:
    """The public keys, as a JWK set; empty for a moment when auth starts for the first time."""
    return Keys(keys=tuple(await store.public_jwks()))


@service.every(KEY_CHECK_SECONDS)
async def keep_signing_key(store: AuthStore, context: Context) -> None:
    """The first process of the first start makes the key that all share."""
    await active_key(store, context.now)


async def active_key(store: AuthStore, now: datetime) -> SigningKey:
    """The key to sign with, made here when there is none."""
    key = await store.active_key()
    if key is None:
        await store.add_active_key(new_signing_key(), now)
        key = await store.active_key()
        assert key is not None
    return key
