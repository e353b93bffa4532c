"""The turn around times of rails, which are dated terms, and what was paid for longer ones."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from contracts.payment.turnaround import TurnaroundRule
from contracts.payment.values import Compensation, CompensationState, Rail
from infra.data.store import Store
from infra.data.terms import Terms, Version, add, all_in_force, in_force, versions
from infra.sagas.table import Phase
from services.payment.sagas.compensating import Compensating, compensation_run

_OF = "turnaround-"  # the name of a rail's rules in `terms` is this and the rail's


class Turnaround(Store):
    async def turnaround_in_force(
        self, rails: Collection[Rail], on: date
    ) -> dict[Rail, TurnaroundRule]:
        """The rule of each in force on this business date, where there is one."""
        found = await all_in_force(self.db, [f"{_OF}{rail}" for rail in rails], on)
        rules = [_rule(each, is_in_force=True) for each in found.values()]
        return {rule.rail: rule for rule in rules}

    async def turnaround_rules(self, rail: Rail, on: date) -> list[TurnaroundRule]:
        """All rules in order, which say whether they are in force on this business date."""
        present = await in_force(self.db, f"{_OF}{rail}", on)
        found = await versions(self.db, f"{_OF}{rail}")
        return [_rule(each, is_in_force=each == present) for each in found]

    async def add_turnaround_rule(
        self,
        rail: Rail,
        terms: Terms,
        valid_from: date,
        *,
        today: date,
        made_by: str,
        now: datetime,
    ) -> TurnaroundRule:
        """Add the next rule.

        Raises:
            TermsInThePast, TermsOverlap: it does not follow the last one.
        """
        added = await add(
            self.db, f"{_OF}{rail}", terms, valid_from=valid_from, today=today, made_by=made_by,
            now=now,
        )  # fmt: skip
        return _rule(added, is_in_force=valid_from <= today)

    async def compensations(self, payment_ids: Sequence[UUID]) -> dict[UUID, Compensation]:
        """What the payers of these payments got, or are to get, because they failed late."""
        by_run = {compensation_run(each): each for each in payment_ids}
        rows = await self.db.fetch(
            "select saga_id, phase, data from sagas where saga_id = any($1::uuid[])", list(by_run)
        )
        return {by_run[row["saga_id"]]: _compensation(row["phase"], row["data"]) for row in rows}


def _rule(version: Version, *, is_in_force: bool) -> TurnaroundRule:
    return TurnaroundRule(
        rail=Rail(version.what.removeprefix(_OF)),
        version=version.version,
        valid_from=version.valid_from,
        is_in_force=is_in_force,
        **version.terms,
    )


def _compensation(phase: str, data: str) -> Compensation:
    known = Compensating.model_validate_json(data)
    if not Phase(phase).is_end:
        state = CompensationState.PROCESSING
    else:
        state = CompensationState.FAILED if known.code else CompensationState.COMPLETED
    return Compensation(
        days=known.days,
        amount_minor=known.amount.minor,
        currency=known.amount.currency,
        state=state,
        code=known.code,
    )
