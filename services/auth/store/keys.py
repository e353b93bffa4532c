"""Statements about signing keys."""

from datetime import datetime

import orjson

from infra.data.store import Store
from services.auth.tokens import SigningKey


class KeyStatements(Store):
    async def active_key(self) -> SigningKey | None:
        row = await self.db.fetchrow(
            "select kid, public_jwk, sealed_private_key from signing_keys where is_active"
        )
        if row is None:
            return None
        return SigningKey(
            kid=row["kid"],
            public_jwk=orjson.loads(row["public_jwk"]),
            sealed_private_key=row["sealed_private_key"],
        )

    async def add_active_key(self, key: SigningKey, now: datetime) -> None:
        """Unless another process was first; then this waits for its commit and adds nothing."""
        await self.db.execute(
            "insert into signing_keys (kid, public_jwk, sealed_private_key, is_active, created_at)"
            " values ($1, $2, $3, true, $4) on conflict (is_active) where is_active do nothing",
            key.kid,
            orjson.dumps(key.public_jwk).decode(),
            key.sealed_private_key,
            now,
        )

    async def public_jwks(self) -> list[dict[str, str]]:
        rows = await self.db.fetch("select public_jwk from signing_keys order by created_at")
        return [orjson.loads(row["public_jwk"]) for row in rows]
