"""What has happened to a loan, as it is told."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from infra.data.store import Store
from services.loan.domain.servicing.events import LoanEvent, event_of

_TOLD = (
    "sequence", "kind", "value_date", "booked_on", "recorded_at", "amount_minor", "operation_id",
    "reference", "reverses",
)  # fmt: skip


class Histories(Store):
    async def happened(self, loan_id: UUID) -> list[tuple[LoanEvent, dict[str, Any]]]:
        """All events of a loan in order of numbers, each with what is told of it."""
        rows = await self.db.fetch(
            "select sequence, kind, value_date, booked_on, recorded_at, amount_minor, operation_id,"
            " reference, reverses, details from loan_events where loan_id = $1 order by sequence",
            loan_id,
        )
        return [
            (event_of(dict(row), orjson.loads(row["details"])), {name: row[name] for name in _TOLD})
            for row in rows
        ]

    async def makers(self, loan_id: UUID) -> dict[int, tuple[str, datetime]]:
        """Who made each event of a loan, and when it was written down."""
        rows = await self.db.fetch(
            "select sequence, made_by, recorded_at from loan_events where loan_id = $1", loan_id
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    async def sequence_of(self, loan_id: UUID, operation_id: UUID) -> int | None:
        """The number of the event that this movement has left; None: it has left none."""
        found: int | None = await self.db.fetchval(
            "select sequence from loan_events where loan_id = $1 and operation_id = $2",
            loan_id,
            operation_id,
        )
        return found
