"""Statements about failed log-ins: rows, so that all processes and the next start know of them."""

from datetime import datetime

from infra.service import Store


class AttemptStatements(Store):
    async def lock_refusal(self, username_digest: bytes) -> datetime | None:
        """Until when attempts are refused; waits for an attempt that is being counted."""
        refused_until: datetime | None = await self.db.fetchval(
            "select refused_until from login_failures where username_digest = $1 for update",
            username_digest,
        )
        return refused_until

    async def count_failure(
        self, username_digest: bytes, now: datetime, forgotten_before: datetime
    ) -> int:
        """Failures in a row with this one; those before `forgotten_before` count no more."""
        failures: int = await self.db.fetchval(
            "insert into login_failures as f (username_digest, failures, last_failed_at)"
            " values ($1, 1, $2) on conflict (username_digest) do update set failures ="
            " case when f.last_failed_at < $3 then 1 else f.failures + 1 end,"
            " last_failed_at = $2 returning failures",
            username_digest,
            now,
            forgotten_before,
        )
        return failures

    async def refuse_until(self, username_digest: bytes, moment: datetime) -> None:
        await self.db.execute(
            "update login_failures set refused_until = $2 where username_digest = $1",
            username_digest,
            moment,
        )

    async def forget_failures(self, username_digest: bytes) -> None:
        await self.db.execute(
            "delete from login_failures where username_digest = $1", username_digest
        )

    async def drop_failures_before(self, moment: datetime, limit: int) -> None:
        await self.db.execute(
            "delete from login_failures where username_digest in (select username_digest"
            " from login_failures where last_failed_at < $1 limit $2 for update skip locked)",
            moment,
            limit,
        )
