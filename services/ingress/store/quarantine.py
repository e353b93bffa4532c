"""Statements about what was not let in."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from contracts.envelope import Refused
from contracts.ingress import QuarantinedMessage
from infra.bus.wire import OUTSIDER_BYTES_MAX
from infra.data.store import Store
from services.ingress.domain.arrivals import KEY_ID, SIGNATURE, TEXT_MAX, Arrival

BODY_KEPT = OUTSIDER_BYTES_MAX  # bytes of a refused body: all of any that could be let in
BODY_SHOWN = 1_000  # of them
KEPT_PER_PARTNER = 1_000  # messages; the oldest go


_SHOWN = (
    "id", "received_at", "code", "detail", "message_id", "type", "key_id", "size", "body",
    "replay_asked_at", "replayed_at", "replay_code",
)  # fmt: skip


class QuarantineStatements(Store):
    async def quarantine(
        self, partner: str, arrival: Arrival, why: Refused, trace_id: str, now: datetime
    ) -> None:
        await self.db.execute(
            "insert into quarantine (partner, received_at, code, detail, message_id, type, key_id,"
            " size, body, trace_id, user_id, sent_at, content_type, content_encoding, signature,"
            " is_whole)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
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
            _kept(arrival.user_id),
            arrival.timestamp,
            _kept(arrival.content_type),
            _kept(arrival.content_encoding),
            _kept(arrival.signature),
            len(arrival.body) <= BODY_KEPT,
        )

    async def quarantined_before(
        self, partner: str, before_id: int, limit: int
    ) -> Sequence[QuarantinedMessage]:
        """Newest first."""
        rows = await self.db.fetch(
            "select * from quarantine where partner = $1 and id < $2 order by id desc limit $3",
            partner,
            before_id,
            limit,
        )
        return [_shown(row) for row in rows]

    async def is_whole(self, partner: str, id_: int) -> bool | None:
        """Whether all of it was kept, and it stays until this transaction ends; None when there is
        no such message of this partner."""
        found: bool | None = await self.db.fetchval(
            "select is_whole from quarantine where partner = $1 and id = $2 for no key update",
            partner,
            id_,
        )
        return found

    async def ask_replay(self, id_: int, now: datetime) -> QuarantinedMessage:
        """To be judged again; one that was asked for before stays as it is."""
        row = await self.db.fetchrow(
            "update quarantine set replay_asked_at = coalesce(replay_asked_at, $2)"
            " where id = $1 returning *",
            id_,
            now,
        )
        assert row is not None
        return _shown(row)

    async def to_replay(self, partner: str, limit: int) -> Sequence[Arrival]:
        """What waits to be judged again, the oldest first."""
        rows = await self.db.fetch(
            "select * from quarantine where partner = $1 and replay_asked_at is not null"
            " and replayed_at is null order by id limit $2",
            partner,
            limit,
        )
        return [_arrival(row) for row in rows]

    async def waits_for_replay(self, id_: int) -> bool:
        return bool(
            await self.db.fetchval(
                "select true from quarantine where id = $1 and replayed_at is null", id_
            )
        )

    async def note_replay(self, id_: int, code: str | None, now: datetime) -> None:
        await self.db.execute(
            "update quarantine set replayed_at = $2, replay_code = $3 where id = $1",
            id_,
            now,
            code,
        )

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


def _shown(row: asyncpg.Record) -> QuarantinedMessage:
    shown = {name: row[name] for name in _SHOWN}
    body = row["body"][:BODY_SHOWN].decode(errors="replace")
    return QuarantinedMessage(**{**shown, "body": body})


def _arrival(row: asyncpg.Record) -> Arrival:
    signed = {KEY_ID: row["key_id"], SIGNATURE: row["signature"]}
    return Arrival(
        body=row["body"],
        user_id=row["user_id"],
        message_id=row["message_id"],
        type=row["type"],
        timestamp=row["sent_at"],
        content_type=row["content_type"],
        content_encoding=row["content_encoding"],
        headers=signed,
        replay_of=row["id"],
    )
