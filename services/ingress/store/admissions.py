"""Statements about messages that were let in, their answers, and how payments have ended."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from infra.data.store import Store
from services.ingress.domain.telling import Told


@dataclass(frozen=True, slots=True)
class Admission:
    """A message that was let in."""

    partner: str
    message_id: UUID  # the partner's own
    internal_id: UUID
    type: str
    fingerprint: bytes
    admitted_at: datetime
    business_date: date
    amount_minor: int | None
    trace_id: str
    answer: Told | None = None  # None: the bank has not answered yet
    end: Told | None = None  # of a payment; None: it has not ended


class AdmissionStatements(Store):
    async def admission(self, partner: str, message_id: UUID) -> Admission | None:
        row = await self.db.fetchrow(
            "select * from admissions where partner = $1 and message_id = $2", partner, message_id
        )
        return _admission(row) if row else None

    async def admit(self, admission: Admission) -> None:
        await self.db.execute(
            "insert into admissions (partner, message_id, internal_id, type, fingerprint,"
            " admitted_at, business_date, amount_minor, trace_id)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            admission.partner,
            admission.message_id,
            admission.internal_id,
            admission.type,
            admission.fingerprint,
            admission.admitted_at,
            admission.business_date,
            admission.amount_minor,
            admission.trace_id,
        )

    async def note_answer(self, internal_id: UUID, told: Told, now: datetime) -> Admission | None:
        """Whose message it answers; None when nobody waits for it, or not any more."""
        row = await self.db.fetchrow(
            "update admissions set answer_type = $2, answer = $3, answered_at = $4"
            " where internal_id = $1 and answer is null returning *",
            internal_id,
            told.type,
            told.body,
            now,
        )
        return _admission(row) if row else None

    async def lock_admission(self, internal_id: UUID) -> Admission | None:
        """What was let in as this message; its answer waits for this transaction."""
        row = await self.db.fetchrow(
            "select * from admissions where internal_id = $1 for update", internal_id
        )
        return _admission(row) if row else None

    async def note_end(self, internal_id: UUID, told: Told, now: datetime) -> None:
        await self.db.execute(
            "update admissions set end_type = $2, end_told = $3, ended_at = $4"
            " where internal_id = $1",
            internal_id,
            told.type,
            told.body,
            now,
        )


def _admission(row: asyncpg.Record) -> Admission:
    return Admission(
        partner=row["partner"],
        message_id=row["message_id"],
        internal_id=row["internal_id"],
        type=row["type"],
        fingerprint=row["fingerprint"],
        admitted_at=row["admitted_at"],
        business_date=row["business_date"],
        amount_minor=row["amount_minor"],
        trace_id=row["trace_id"].hex,
        answer=Told(row["answer_type"], row["answer"]) if row["answer_type"] else None,
        end=Told(row["end_type"], row["end_told"]) if row["end_type"] else None,
    )
