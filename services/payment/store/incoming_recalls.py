"""What other banks ask for as it came; `incoming_recalls_now` joins it with where it stands."""

from datetime import datetime
from uuid import UUID

import asyncpg

from contracts.payment.incoming import IncomingPayment
from contracts.payment.incoming_recalls import (
    IncomingRecall,
    IncomingRecallState,
    RecallRefusalCode,
)
from contracts.payment.values import Rail
from infra.data.store import Store
from services.payment.sagas import AskedOfUs
from services.payment.store.incoming import shown_incoming

TOLD_AT_ONCE_MAX = 100  # of those that were taken; the rest follow within seconds


class IncomingRecalls(Store):
    async def credit_of(self, rail: Rail, transfer_id: UUID) -> IncomingPayment | None:
        """What came under this id of a rail, unless it was refused as a second one."""
        row = await self.db.fetchrow(
            "select * from incoming_now where rail = $1 and transfer_id = $2 and not is_reuse",
            rail,
            transfer_id,
        )
        return shown_incoming(row) if row else None

    async def keep_asked(self, asked: AskedOfUs, credit_id: UUID | None, at: datetime) -> bool:
        """Keep what another bank asks for; False: it was asked under this id before."""
        kept = await self.db.fetchval(
            "insert into incoming_recalls (key, taking_id, rail, recall_id, transfer_id,"
            " credit_id, asked, received_at) values ($1, $2, $3, $4, $5, $6, $7, $8)"
            " on conflict do nothing returning key",
            asked.key,
            asked.taking_id,
            asked.rail,
            asked.recall_id,
            asked.transfer_id,
            credit_id,
            asked.model_dump_json(),
            at,
        )
        return kept is not None

    async def note_decision(
        self,
        key: UUID,
        *,
        code: RecallRefusalCode | None,
        by: str | None,
        reason: str | None,
        at: datetime,
    ) -> None:
        """Keep a yes, or with a code a no; the caller knows that none was kept before."""
        await self.db.execute(
            "update incoming_recalls set is_agreed = $2, answer_code = $3, decided_by = $4,"
            " reason = $5, decided_at = $6 where key = $1",
            key,
            code is None,
            code,
            by,
            reason,
            at,
        )

    async def taken(self) -> list[tuple[AskedOfUs, str | None]]:
        """Those of which the books have said and nothing is told yet, locked; with the code of the
        books' refusal, or None: it is taken."""
        rows = await self.db.fetch(
            "select r.asked, run.code from incoming_recalls r"
            " join sagas run on run.saga_id = r.taking_id"
            " where r.is_agreed and run.phase in ('completed', 'failed')"
            " and not exists (select from sagas told where told.saga_id = r.key)"
            " order by r.number limit $1 for update of r skip locked",
            TOLD_AT_ONCE_MAX,
        )
        return [(AskedOfUs.model_validate_json(row[0]), row[1]) for row in rows]

    async def note_refusal_of_books(self, key: UUID, code: RecallRefusalCode, because: str) -> None:
        """A yes became a no."""
        await self.db.execute(
            "update incoming_recalls set answer_code = $2, refused_because = $3 where key = $1",
            key,
            code,
            because,
        )

    async def asked_of_us(self, key: UUID) -> tuple[AskedOfUs, IncomingRecall] | None:
        """One of them, as it came and as it stands."""
        row = await self.db.fetchrow("select * from incoming_recalls_now where key = $1", key)
        return (AskedOfUs.model_validate_json(row["asked"]), _recall(row)) if row else None

    async def asked_for(self, credit_id: UUID | None) -> list[IncomingRecall]:
        """All recalls of this credit."""
        rows = await self.db.fetch(
            "select * from incoming_recalls_now where credit_id = $1 order by number", credit_id
        )
        return [_recall(row) for row in rows]

    async def asked_page(
        self,
        *,
        state: IncomingRecallState | None,
        needs_attention: bool | None,
        before: int | None,
        limit: int,
    ) -> list[tuple[int, IncomingRecall]]:
        """With their numbers, newest first; None does not filter."""
        rows = await self.db.fetch(
            "select * from incoming_recalls_now"
            " where ($1::text is null or state = $1)"
            " and ($2::boolean is null or needs_attention = $2)"
            " and ($3::bigint is null or number < $3)"
            " order by number desc limit $4",
            state,
            needs_attention,
            before,
            limit,
        )
        return [(row["number"], _recall(row)) for row in rows]


def _recall(row: asyncpg.Record) -> IncomingRecall:
    asked = AskedOfUs.model_validate_json(row["asked"])
    return IncomingRecall(
        recall_id=row["key"],
        state=IncomingRecallState(row["state"]),
        rail=Rail(row["rail"]),
        given_recall_id=row["recall_id"],
        transfer_id=row["transfer_id"],
        incoming_id=row["credit_id"],
        to_account=row["to_account"],
        amount_minor=asked.amount.minor,
        currency=asked.amount.currency,
        code=asked.code,
        detail=asked.detail,
        answer_code=RecallRefusalCode(row["answer_code"]) if row["answer_code"] else None,
        reason=row["reason"],
        refused_because=row["refused_because"],
        decided_by=row["decided_by"],
        needs_attention=row["needs_attention"],
        created_at=row["received_at"],
        updated_at=row["updated_at"],
    )
