"""What follows from the events of loans: how they stand, and their instalments."""

from collections.abc import Mapping
from uuid import UUID

from infra.data.store import Store
from services.loan.domain.standing import Standing

_LOANS = """
update loans l set state = new.state, disbursed_minor = new.disbursed,
    principal_minor = greatest(l.principal_minor, new.disbursed), -- more than was approved
    disbursed_on = new.disbursed_on, outstanding_minor = new.outstanding,
    overdue_minor = new.overdue, overdue_since = new.since, days_past_due = new.days,
    next_due_on = new.next_on, next_due_minor = new.next_minor, classification = new.class,
    classified_by = new.by, stage = new.stage, npa_since = new.npa_since,
    updated_at = clock_timestamp()
from unnest($1::uuid[], $2::text[], $3::bigint[], $4::date[], $5::bigint[], $6::bigint[],
    $7::date[], $8::integer[], $9::date[], $10::bigint[], $11::text[], $12::text[], $13::text[],
    $14::date[])
    as new(loan_id, state, disbursed, disbursed_on, outstanding, overdue, since, days, next_on,
    next_minor, class, by, stage, npa_since)
where l.loan_id = new.loan_id
"""
_FEWER = """
delete from loan_instalments i using unnest($1::uuid[], $2::integer[]) as new(loan_id, count)
where i.loan_id = new.loan_id and i.number > new.count
"""
_INSTALMENTS = """
insert into loan_instalments as kept select * from unnest($1::uuid[], $2::integer[], $3::date[],
    $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
    $10::bigint[])
on conflict (loan_id, number) do update set due_date = excluded.due_date,
    principal_minor = excluded.principal_minor, interest_minor = excluded.interest_minor,
    fees_minor = excluded.fees_minor, penalties_minor = excluded.penalties_minor,
    paid_minor = excluded.paid_minor, waived_minor = excluded.waived_minor,
    outstanding_minor = excluded.outstanding_minor
where kept.* is distinct from excluded.*
"""


class Standings(Store):
    async def keep_standings(self, standings: Mapping[UUID, Standing]) -> None:
        """Write anew what follows from the events of each of these loans, where that differs."""
        its = list(standings.values())
        await self.db.execute(
            _LOANS,
            list(standings),
            [each.state for each in its],
            [each.disbursed_minor for each in its],
            [each.disbursed_on for each in its],
            [each.outstanding_minor for each in its],
            [each.overdue_minor for each in its],
            [each.overdue_since for each in its],
            [each.days_past_due for each in its],
            [each.next_due_on for each in its],
            [each.next_due_minor for each in its],
            [each.classification for each in its],
            [each.classified_by for each in its],
            [each.stage for each in its],
            [each.npa_since for each in its],
        )
        await self._keep_instalments(standings)

    async def _keep_instalments(self, standings: Mapping[UUID, Standing]) -> None:
        """Instalments are numbered from 1 on."""
        counts = [len(each.instalments) for each in standings.values()]
        await self.db.execute(_FEWER, list(standings), counts)
        rows = [
            (
                loan_id, each.number, each.due_on, each.principal.due_minor,
                each.interest.due_minor, each.fees.due_minor, each.penalties.due_minor,
                each.paid_minor, each.waived_minor, each.outstanding_minor,
            )
            for loan_id, standing in standings.items()
            for each in standing.instalments
        ]  # fmt: skip
        if rows:
            await self.db.execute(_INSTALMENTS, *map(list, zip(*rows, strict=True)))
