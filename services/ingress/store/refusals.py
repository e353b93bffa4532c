"""Statements about how often each lane is refused, and how often for its signatures."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from infra.data.store import Store

Counts = Mapping[str, int]  # by code


class RefusalStatements(Store):
    async def count_refusal(self, partner: str, code: str, minute: datetime) -> int:
        """How many there are of this partner in this minute, with this one."""
        found: int = await self.db.fetchval(
            "with counted as (insert into refusals (partner, minute, code, refused)"
            " values ($1, $2, $3, 1) on conflict (partner, minute, code)"
            " do update set refused = refusals.refused + 1 returning refused)"
            " select (select refused from counted) + coalesce(sum(refused), 0)::integer"
            " from refusals where partner = $1 and minute = $2 and code <> $3",
            partner,
            minute,
            code,
        )
        return found

    async def count_bad_signature(self, partner: str, within: timedelta, now: datetime) -> int:
        """How many there were of this partner within so long, with this one; older ones go."""
        found: int = await self.db.fetchval(
            "with gone as (delete from bad_signatures where partner = $1 and received_at <= $2),"
            " added as (insert into bad_signatures (partner, received_at) values ($1, $3))"
            " select 1 + count(*) from bad_signatures where partner = $1 and received_at > $2",
            partner,
            now - within,
            now,
        )
        return found

    async def forget_bad_signatures(self, partner: str) -> None:
        await self.db.execute("delete from bad_signatures where partner = $1", partner)

    async def take_refusals(self, before: datetime) -> Mapping[tuple[str, datetime], Counts]:
        """Those of the minutes before, by partner and minute; they are counted no longer."""
        rows = await self.db.fetch(
            "delete from refusals where minute < $1 returning partner, minute, code, refused",
            before,
        )
        found: dict[tuple[str, datetime], dict[str, int]] = defaultdict(dict)
        for row in rows:
            found[row["partner"], row["minute"]][row["code"]] = row["refused"]
        return found
