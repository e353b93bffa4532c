"""Statements about sessions and their refresh tokens. Locks go session first, then its tokens."""

from datetime import datetime
from uuid import UUID

import asyncpg

from infra.data.store import Store
from services.auth.domain.sessions import RefreshToken, Session, Use


class SessionStatements(Store):
    async def add_session(self, session: Session, opened_at: datetime) -> None:
        await self.db.execute(
            "insert into sessions (session_id, user_id, opened_at, expires_at)"
            " values ($1, $2, $3, $4)",
            session.session_id,
            session.user_id,
            opened_at,
            session.expires_at,
        )

    async def lock_session(self, session_id: UUID) -> Session | None:
        row = await self.db.fetchrow(
            "select * from sessions where session_id = $1 for update", session_id
        )
        return _session(row) if row else None

    async def lock_session_of(self, token_digest: bytes) -> Session | None:
        """The session whose family the token belongs to."""
        row = await self.db.fetchrow(
            "select * from sessions where session_id ="
            " (select session_id from refresh_tokens where token_digest = $1) for update",
            token_digest,
        )
        return _session(row) if row else None

    async def revoke_session(self, session_id: UUID, now: datetime) -> None:
        await self.db.execute(
            "update sessions set revoked_at = $2 where session_id = $1", session_id, now
        )

    async def revoke_sessions_of(
        self, user_id: int, now: datetime, *, but: UUID | None = None
    ) -> list[UUID]:
        """End every open session of a user, except `but`; which ones were ended."""
        rows = await self.db.fetch(
            "update sessions set revoked_at = $2 where user_id = $1 and revoked_at is null"
            " and expires_at > $2 and session_id is distinct from $3 returning session_id",
            user_id,
            now,
            but,
        )
        return [row["session_id"] for row in rows]

    async def sessions_revoked_since(self, moment: datetime, after: UUID, limit: int) -> list[UUID]:
        """Those revoked later than `moment`, in order of id, from beyond `after`."""
        rows = await self.db.fetch(
            "select session_id from sessions where revoked_at > $1 and session_id > $2"
            " order by session_id limit $3",
            moment,
            after,
            limit,
        )
        return [row["session_id"] for row in rows]

    async def drop_sessions_ended_before(self, moment: datetime, limit: int) -> None:
        """Their refresh tokens go with them."""
        await self.db.execute(
            "delete from sessions where session_id in (select session_id from sessions"
            " where expires_at < $1 order by expires_at limit $2 for update skip locked)",
            moment,
            limit,
        )

    async def add_refresh_token(
        self, token_digest: bytes, session_id: UUID, issued_at: datetime, expires_at: datetime
    ) -> None:
        await self.db.execute(
            "insert into refresh_tokens (token_digest, session_id, issued_at, expires_at)"
            " values ($1, $2, $3, $4)",
            token_digest,
            session_id,
            issued_at,
            expires_at,
        )

    async def refresh_token(self, token_digest: bytes) -> RefreshToken:
        """One whose session is locked: nobody spends it meanwhile."""
        row = await self.db.fetchrow(
            "select expires_at, used_by, used_at, used_from from refresh_tokens"
            " where token_digest = $1",
            token_digest,
        )
        assert row is not None
        return RefreshToken(**row)

    async def spend(self, token_digest: bytes, use: Use) -> None:
        await self.db.execute(
            "update refresh_tokens set used_by = $2, used_at = $3, used_from = $4"
            " where token_digest = $1",
            token_digest,
            use.message_id,
            use.now,
            use.source,
        )


def _session(row: asyncpg.Record) -> Session:
    return Session(
        session_id=row["session_id"],
        user_id=row["user_id"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )
