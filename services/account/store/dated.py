"""Terms that hold from a date on."""

from collections.abc import Collection
from datetime import date

from infra.data.store import Store
from infra.data.terms import Terms, all_in_force


class DatedTerms(Store):
    async def terms_on(self, whats: Collection[str], on: date) -> dict[str, Terms]:
        """The terms of each that hold on this date."""
        found = await all_in_force(self.db, whats, on)
        return {what: version.terms for what, version in found.items()}
