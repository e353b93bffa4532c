"""What happens to loans: events, what is booked, and what follows from both."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import orjson

from contracts.account.values import Leg
from infra.data.store import Store
from services.loan.domain.files import NewEvent
from services.loan.domain.repaying import CASH
from services.loan.domain.servicing.events import LoanEvent, event_of
from services.loan.domain.standing import Standing


class Happenings(Store):
    async def events(self, loan_id: UUID) -> list[LoanEvent]:
        """All that happened to a loan, in order of numbers."""
        return (await self.events_of([loan_id]))[loan_id]

    async def events_of(self, loan_ids: Collection[UUID]) -> dict[UUID, list[LoanEvent]]:
        """All that happened to each of these loans, in order of numbers."""
        rows = await self.db.fetch(
            "select loan_id, sequence, kind, value_date, booked_on, amount_minor, details, reverses"
            " from loan_events where loan_id = any($1::uuid[]) order by loan_id, sequence",
            list(loan_ids),
        )
        found: defaultdict[UUID, list[LoanEvent]] = defaultdict(list)
        for row in rows:
            found[row["loan_id"]].append(event_of(dict(row), orjson.loads(row["details"])))
        return found

    async def booked(self, loan_id: UUID) -> dict[str, int]:
        """What is booked for a loan by line of the chart, credit positive."""
        return (await self.booked_of([loan_id]))[loan_id]

    async def booked_of(self, loan_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
        """What is booked for each by line of the chart, credit positive."""
        rows = await self.db.fetch(
            "select loan_id, line, minor from loan_books where loan_id = any($1::uuid[])",
            list(loan_ids),
        )
        found: defaultdict[UUID, dict[str, int]] = defaultdict(dict)
        for row in rows:
            found[row["loan_id"]][row["line"]] = row["minor"]
        return found

    async def append(
        self,
        loan_id: UUID,
        event: NewEvent,
        *,
        booked_on: date,
        made_by: str,
        caused_by: UUID,
        operation_id: UUID | None = None,
        reference: str | None = None,
    ) -> None:
        """Add an event; the caller holds the lock of the loan."""
        await self.db.execute(
            "insert into loan_events (loan_id, sequence, kind, value_date, booked_on,"
            " amount_minor, details, reverses, made_by, caused_by, operation_id, reference,"
            " recorded_at)"
            " select $1, coalesce(max(sequence), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
            " clock_timestamp() from loan_events where loan_id = $1",
            loan_id,
            event.kind,
            event.value_date,
            booked_on,
            event.amount_minor,
            orjson.dumps(event.details).decode(),
            event.reverses,
            made_by,
            caused_by,
            operation_id,
            reference,
        )

    async def note_booked(self, loan_id: UUID, legs: Sequence[Leg]) -> None:
        """Add what was booked for a loan on the bank's own accounts."""
        own = {_line(leg): leg.amount_minor for leg in legs if _is_own(leg)}
        await self.note_booked_of({loan_id: own})

    async def note_booked_of(self, loans: Mapping[UUID, Mapping[str, int]]) -> None:
        """Add what was booked for each loan by line."""
        rows = [
            (loan_id, line, minor) for loan_id, its in loans.items() for line, minor in its.items()
        ]
        await self.db.execute(
            "insert into loan_books as kept (loan_id, line, minor)"
            " select * from unnest($1::uuid[], $2::text[], $3::bigint[])"
            " on conflict (loan_id, line) do update set minor = kept.minor + excluded.minor",
            [row[0] for row in rows],
            [row[1] for row in rows],
            [row[2] for row in rows],
        )

    async def keep_standing(self, loan_id: UUID, standing: Standing) -> None:
        """Write anew what follows from the events of a loan."""
        await self.db.execute(
            "update loans set state = $2, disbursed_minor = $3, disbursed_on = $4,"
            " outstanding_minor = $5, overdue_minor = $6, overdue_since = $7, days_past_due = $8,"
            " next_due_on = $9, next_due_minor = $10, classification = $11,"
            " classified_by = $12, stage = $13, npa_since = $14, updated_at = clock_timestamp()"
            " where loan_id = $1",
            loan_id,
            standing.state,
            standing.disbursed_minor,
            standing.disbursed_on,
            standing.outstanding_minor,
            standing.overdue_minor,
            standing.overdue_since,
            standing.days_past_due,
            standing.next_due_on,
            standing.next_due_minor,
            standing.classification,
            standing.classified_by,
            standing.stage,
            standing.npa_since,
        )
        await self.db.execute("delete from loan_instalments where loan_id = $1", loan_id)
        await self.db.executemany(
            "insert into loan_instalments values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            [
                (
                    loan_id, each.number, each.due_on, each.principal.due_minor,
                    each.interest.due_minor, each.fees.due_minor, each.penalties.due_minor,
                    each.paid_minor, each.waived_minor, each.outstanding_minor,
                )
                for each in standing.instalments
            ],
        )  # fmt: skip

    async def begin_operation(
        self, loan_id: UUID, operation_id: UUID, name: str, now: datetime
    ) -> None:
        """Keep the loan for this movement of its money until that has ended."""
        await self.db.execute(
            "update loans set operation_id = $2, operation = $3, updated_at = $4"
            " where loan_id = $1",
            loan_id,
            operation_id,
            name,
            now,
        )

    async def end_operation(self, loan_id: UUID, operation_id: UUID) -> bool:
        """Free the loan; False when it was freed before."""
        freed = await self.db.execute(
            "update loans set operation_id = null, operation = null,"
            " updated_at = clock_timestamp() where loan_id = $1 and operation_id = $2",
            loan_id,
            operation_id,
        )
        return bool(freed == "UPDATE 1")


def _is_own(leg: Leg) -> bool:
    """On a line that stands for loans; cash is what pays or is paid, like a customer's account."""
    return leg.account_number.startswith("GL-") and _line(leg) != CASH


def _line(leg: Leg) -> str:
    """`LOANS` of `GL-LOANS-INR`."""
    return leg.account_number.removeprefix("GL-").rpartition("-")[0]
