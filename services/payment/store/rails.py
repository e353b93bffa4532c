"""The rules of rails, which are dated terms; in `terms` a rail goes by its name."""

from collections.abc import Collection
from datetime import date, datetime

from contracts.payment.rails import RailRule
from contracts.payment.values import Rail
from infra.data.store import Store
from infra.data.terms import Terms, Version, add, all_in_force, in_force, versions


class Rails(Store):
    async def rail_rules_in_force(self, rails: Collection[Rail], on: date) -> dict[Rail, RailRule]:
        """The rule of each in force on this business date; a rail without one carries nothing."""
        found = await all_in_force(self.db, rails, on)
        return {Rail(what): _rule(each, is_in_force=True) for what, each in found.items()}

    async def rail_rules(self, rail: Rail, on: date) -> list[RailRule]:
        """All rules in order, which say whether they are in force on this business date."""
        present = await in_force(self.db, rail, on)
        found = await versions(self.db, rail)
        return [_rule(each, is_in_force=each == present) for each in found]

    async def add_rail_rule(
        self,
        rail: Rail,
        terms: Terms,
        valid_from: date,
        *,
        today: date,
        made_by: str,
        now: datetime,
    ) -> RailRule:
        """Add the next rule.

        Raises:
            TermsInThePast, TermsOverlap: it does not follow the last one.
        """
        added = await add(
            self.db, rail, terms, valid_from=valid_from, today=today, made_by=made_by, now=now
        )
        return _rule(added, is_in_force=valid_from <= today)


def _rule(version: Version, *, is_in_force: bool) -> RailRule:
    return RailRule(
        rail=Rail(version.what),
        version=version.version,
        valid_from=version.valid_from,
        is_in_force=is_in_force,
        **version.terms,
    )
