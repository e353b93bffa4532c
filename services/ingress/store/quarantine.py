"""Statements about what was not let in."""

from collections.abc import Sequence
from datetime import datetime

from contracts.envelope import Refused
from contracts.ingress import QuarantinedMessage
from infra.data.store import Store
from services.ingress.domain.arrivals import TEXT_MAX, Arrival

BODY_KEPT = 4_096  # bytes of a refused body; whoever sent it has the rest
BODY_SHOWN = 1_000  # of them
KEPT_PER_PARTNER = 1_000  # messages; the oldest go


class QuarantineStatements(Store):
    async def quarantine(
        self, partner: str, arrival: Arrival, why: Refused, trace_id: str, now: datetime
    ) -> None:
        await self.db.execute(
            "insert into quarantine (partner, received_at, code, detail, message_id, type, key_id,"
            " size, body, trace_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            partner,
            now,
            why.code,
            _kept(why.detail),
            _kept(arrival.message_id),
            _kept(arrival.type),
            _kept(arrival.key_id),
            len(arrival.body),
            arrival.body[:BODY_KEPT],
            trace_id,
        )

    async def quarantined_before(
        self, partner: str, before_id: int, limit: int
    ) -> Sequence[QuarantinedMessage]:
        """Newest first."""
        rows = await self.db.fetch(
            "select id, received_at, code, detail, message_id, type, key_id, size, body"
            " from quarantine where partner = $1 and id < $2 order by id desc limit $3",
            partner,
            before_id,
            limit,
        )
        return [QuarantinedMessage(**{**row, "body": _shown(row["body"])}) for row in rows]

    async def trim_quarantine(self, limit: int) -> None:
        """Forget all but the newest of each partner, at most so many at once."""
        await self.db.execute(
            "delete from quarantine where id in ("
            " select q.id from partners p cross join lateral (select id from quarantine"
            " where partner = p.name order by id desc offset $1 limit $2) as q limit $2)",
            KEPT_PER_PARTNER,
            limit,
        )


def _kept(text: str | None) -> str | None:
    """PostgreSQL keeps no NUL."""
    return None if text is None else text[:TEXT_MAX].replace("\0", "\ufffd")


def _shown(body: bytes) -> str:
    return body[:BODY_SHOWN].decode(errors="replace")
