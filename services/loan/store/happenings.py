"""What happens to loans: events, what is booked, and the movements they are kept for."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import orjson

from contracts.account.values import Leg
from infra.data.store import Store
from services.loan.domain.files import NewEvent
from services.loan.domain.repaying import CASH
from services.loan.domain.servicing.events import LoanEvent, event_of

_APPEND = """
insert into loan_events (loan_id, sequence, kind, value_date, booked_on, amount_minor, details,
    reverses, made_by, caused_by, operation_id, reference, recorded_at)
select loan_id, 1 + coalesce((select max(sequence) from loan_events e
    where e.loan_id = new.loan_id), 0), kind, value_date, booked_on, amount_minor, details::jsonb,
    reverses, made_by, caused_by, operation_id, reference, clock_timestamp()
from unnest($1::uuid[], $2::text[], $3::date[], $4::date[], $5::bigint[], $6::text[],
    $7::integer[], $8::text[], $9::uuid[], $10::uuid[], $11::text[])
    as new(loan_id, kind, value_date, booked_on, amount_minor, details, reverses, made_by,
    caused_by, operation_id, reference)
"""


@dataclass(frozen=True, slots=True)
class Happened:
    """What is to be written down of a loan."""

    loan_id: UUID
    event: NewEvent
    booked_on: date
    made_by: str
    caused_by: UUID
    operation_id: UUID | None = None  # the movement of money that it records
    reference: str | None = None  # of its entry in the ledger


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

    async def append(self, happened: Sequence[Happened]) -> None:
        """Add an event to each of these loans, none of which is there twice; the caller holds their
        locks."""
        await self.db.execute(
            _APPEND,
            [each.loan_id for each in happened],
            [each.event.kind for each in happened],
            [each.event.value_date for each in happened],
            [each.booked_on for each in happened],
            [each.event.amount_minor for each in happened],
            [orjson.dumps(each.event.details).decode() for each in happened],
            [each.event.reverses for each in happened],
            [each.made_by for each in happened],
            [each.caused_by for each in happened],
            [each.operation_id for each in happened],
            [each.reference for each in happened],
        )

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

    async def begin_operations(
        self, operations: Mapping[UUID, UUID], name: str, now: datetime
    ) -> None:
        """Keep each loan for a movement of its money until that has ended."""
        await self.db.execute(
            "update loans l set operation_id = new.id, operation = $3, updated_at = $4"
            " from unnest($1::uuid[], $2::uuid[]) as new(loan_id, id)"
            " where l.loan_id = new.loan_id",
            list(operations),
            list(operations.values()),
            name,
            now,
        )

    async def end_operations(self, operation_ids: Sequence[UUID]) -> set[UUID]:
        """Free the loans that are kept for these movements; which of them had not ended before."""
        rows = await self.db.fetch(
            "with ended as (select loan_id, operation_id from loans"
            " where operation_id = any($1::uuid[]))"
            " update loans l set operation_id = null, operation = null,"
            " updated_at = clock_timestamp() from ended where l.loan_id = ended.loan_id"
            " returning ended.operation_id",
            operation_ids,
        )
        return {row[0] for row in rows}


def own_lines(legs: Sequence[Leg]) -> dict[str, int]:
    """What these legs book on the bank's own accounts, by line of the chart."""
    return {_line(leg): leg.amount_minor for leg in legs if _is_own(leg)}


def _is_own(leg: Leg) -> bool:
    """On a line that stands for loans; cash is what pays or is paid, like a customer's account."""
    return leg.account_number.startswith("GL-") and _line(leg) != CASH


def _line(leg: Leg) -> str:
    """`LOANS` of `GL-LOANS-INR`."""
    return leg.account_number.removeprefix("GL-").rpartition("-")[0]
