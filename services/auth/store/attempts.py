"""Statements about failed log-ins: rows, so that all processes and the next start know of them."""

from collections.abc import Sequence
from datetime import datetime

from infra.data.store import Store


class AttemptStatements(Store):
    async def lock_refusal(self, counter_digest: bytes) -> datetime | None:
        """Until when attempts are refused; waits for an attempt that is being counted."""
        refused_until: datetime | None = await self.db.fetchval(
            "select refused_until from login_failures where counter_digest = $1 for update",
            counter_digest,
        )
        return refused_until

    async def last_refusal(self, counter_digests: Sequence[bytes]) -> datetime | None:
        """Until when one of these is refused. Not locked: many who share one would queue for it."""
        refused_until: datetime | None = await self.db.fetchval(
            "select max(refused_until) from login_failures where counter_digest = any($1)",
            counter_digests,
        )
        return refused_until

    async def is_known_source(self, counter_digest: bytes, since: datetime) -> bool:
        """True when this name has signed in from this source since then."""
        is_known: bool = await self.db.fetchval(
            "select exists (select from known_sources"
            " where counter_digest = $1 and last_seen_at >= $2)",
            counter_digest,
            since,
        )
        return is_known

    async def know_source(self, counter_digest: bytes, now: datetime) -> None:
        await self.db.execute(
            "insert into known_sources (counter_digest, last_seen_at) values ($1, $2)"
            " on conflict (counter_digest) do update set last_seen_at = excluded.last_seen_at",
            counter_digest,
            now,
        )

    async def drop_sources_seen_before(self, moment: datetime, limit: int) -> None:
        await self.db.execute(
            "delete from known_sources where counter_digest in (select counter_digest"
            " from known_sources where last_seen_at < $1 limit $2 for update skip locked)",
            moment,
            limit,
        )

    async def count_failure(
        self, counter_digest: bytes, now: datetime, forgotten_before: datetime
    ) -> int:
        """Failures in a row with this one; those before `forgotten_before` count no more."""
        failures: int = await self.db.fetchval(
            "insert into login_failures as f (counter_digest, failures, last_failed_at)"
            " values ($1, 1, $2) on conflict (counter_digest) do update set failures ="
            " case when f.last_failed_at < $3 then 1 else f.failures + 1 end,"
            " last_failed_at = $2 returning failures",
            counter_digest,
            now,
            forgotten_before,
        )
        return failures

    async def refuse_until(self, counter_digest: bytes, moment: datetime) -> None:
        await self.db.execute(
            "update login_failures set refused_until = $2 where counter_digest = $1",
            counter_digest,
            moment,
        )

    async def forget_failures(self, counter_digest: bytes) -> None:
        await self.db.execute(
            "delete from login_failures where counter_digest = $1", counter_digest
        )

    async def drop_failures_before(self, moment: datetime, limit: int) -> None:
        await self.db.execute(
            "delete from login_failures where counter_digest in (select counter_digest"
            " from login_failures where last_failed_at < $1 limit $2 for update skip locked)",
            moment,
            limit,
        )
