"""Resolutions: `resolutions_now` joins what people decided with how far its bookings are."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from contracts.payment.values import (
    PaymentState,
    Rail,
    Resolution,
    ResolutionOutcome,
    ResolutionState,
)
from infra.data.store import Store
from services.payment.sagas.resolving import resolution_run


class Resolutions(Store):
    async def resolutions(self, payment_ids: Sequence[UUID]) -> dict[UUID, list[Resolution]]:
        """All resolutions of each of these payments, oldest first."""
        rows = await self.db.fetch(
            "select * from resolutions_now where payment_id = any($1::uuid[])"
            " order by payment_id, number",
            list(payment_ids),
        )
        found: dict[UUID, list[Resolution]] = {payment_id: [] for payment_id in payment_ids}
        for row in rows:
            found[row["payment_id"]].append(_resolution(row))
        return found

    async def propose(
        self,
        payment_id: UUID,
        number: int,
        outcome: ResolutionOutcome,
        ends_as: PaymentState,
        *,
        by: str,
        reason: str,
        at: datetime,
    ) -> None:
        """Keep a proposal; the caller holds the lock of the payment's run."""
        await self.db.execute(
            "insert into resolutions (payment_id, number, outcome, ends_as, reason, proposed_by,"
            " proposed_at) values ($1, $2, $3, $4, $5, $6, $7)",
            payment_id,
            number,
            outcome,
            ends_as,
            reason,
            by,
            at,
        )

    async def decide(
        self, payment_id: UUID, number: int, *, by: str, at: datetime, approved: bool, books: bool
    ) -> None:
        """Keep who decided the open proposal; what it books is the run of its number."""
        await self.db.execute(
            "update resolutions set is_approved = $3, decided_by = $4, decided_at = $5,"
            " saga_id = $6 where payment_id = $1 and number = $2 and is_approved is null",
            payment_id,
            number,
            approved,
            by,
            at,
            resolution_run(payment_id, number) if books else None,
        )

    async def note_contradictions(
        self, told: Sequence[tuple[UUID, Rail, ResolutionOutcome]]
    ) -> None:
        """What rails say of their payments, against the last resolution unless it was rejected.

        What a rail has given back it had accepted before, so that is no contradiction.
        """
        await self.db.execute(
            "update resolutions r set contradicted_at = clock_timestamp()"
            " from unnest($1::uuid[], $2::text[], $3::text[]) as told(payment_id, rail, outcome)"
            " join payments p using (payment_id, rail)"
            " where r.payment_id = p.payment_id and r.outcome <> told.outcome"
            " and r.is_approved is not false and r.contradicted_at is null"
            " and not exists (select from resolutions later"
            " where later.payment_id = r.payment_id and later.number > r.number)"
            " and not exists (select from returns back"
            " where back.transfer_id = r.payment_id and back.resolution = r.number)",
            *zip(*told, strict=True),
        )


def _resolution(row: asyncpg.Record) -> Resolution:
    return Resolution(
        number=row["number"],
        outcome=ResolutionOutcome(row["outcome"]),
        state=ResolutionState(row["state"]),
        code=row["code"],
        reason=row["reason"],
        proposed_by=row["proposed_by"],
        proposed_at=row["proposed_at"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        ended_at=row["ended_at"],
        contradicted_at=row["contradicted_at"],
    )
