"""Payments that are asked back; `recalls_now` joins what was asked with what has come of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from contracts.money import Currency
from contracts.payment.recalled import PaymentRecall, RecallReason, RecallState
from contracts.payment.values import Rail
from infra.data.store import Store
from services.payment.sagas import Recalling


class Recalls(Store):
    async def keep_recall(self, recall: Recalling, *, reason: str, by: str, at: datetime) -> None:
        """Keep who asks a payment back, and why; its run has begun."""
        await self.db.execute(
            "insert into recalls (recall_id, payment_id, code, reason, asked_by, asked_at)"
            " values ($1, $2, $3, $4, $5, $6)",
            recall.recall_id,
            recall.payment_id,
            recall.code,
            reason,
            by,
            at,
        )

    async def recalls_of(self, payment_ids: Sequence[UUID]) -> dict[UUID, list[PaymentRecall]]:
        """All recalls of each of these payments, oldest first."""
        rows = await self.db.fetch(
            "select * from recalls_now where payment_id = any($1::uuid[]) order by number",
            list(payment_ids),
        )
        found: dict[UUID, list[PaymentRecall]] = {payment_id: [] for payment_id in payment_ids}
        for row in rows:
            found[row["payment_id"]].append(_recall(row))
        return found

    async def recalls_page(
        self,
        *,
        state: RecallState | None,
        needs_attention: bool | None,
        before: int | None,
        limit: int,
    ) -> list[tuple[int, PaymentRecall]]:
        """With their numbers, newest first; None does not filter."""
        rows = await self.db.fetch(
            "select * from recalls_now"
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


def _recall(row: asyncpg.Record) -> PaymentRecall:
    return PaymentRecall(
        recall_id=row["recall_id"],
        payment_id=row["payment_id"],
        state=RecallState(row["state"]),
        rail=Rail(row["rail"]),
        amount_minor=row["amount_minor"],
        currency=Currency(row["currency"]),
        code=RecallReason(row["code"]),
        reason=row["reason"],
        asked_by=row["asked_by"],
        answer_code=row["answer_code"],
        answer_detail=row["answer_detail"],
        needs_attention=row["needs_attention"],
        created_at=row["asked_at"],
        updated_at=row["updated_at"],
    )
