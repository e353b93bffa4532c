"""The rules by which statements are matched, which are dated terms of each currency."""

from datetime import date, datetime

from contracts.money import Currency
from contracts.payment.matching import MatchingRule
from infra.data.store import Store
from infra.data.terms import Terms, Version, add, in_force, versions


class MatchingRules(Store):
    async def matching_rule_in_force(self, currency: Currency, on: date) -> MatchingRule:
        """The rule on this business date."""
        found = await in_force(self.db, _what(currency), on)
        assert found is not None, "the first rule of each currency is there from the beginning"
        return _rule(currency, found, is_in_force=True)

    async def matching_rules(self, currency: Currency, on: date) -> list[MatchingRule]:
        """All rules in order, which say whether they are in force on this business date."""
        present = await in_force(self.db, _what(currency), on)
        found = await versions(self.db, _what(currency))
        return [_rule(currency, each, is_in_force=each == present) for each in found]

    async def add_matching_rule(
        self,
        currency: Currency,
        terms: Terms,
        valid_from: date,
        *,
        today: date,
        made_by: str,
        now: datetime,
    ) -> MatchingRule:
        """Add the next rule.

        Raises:
            TermsInThePast, TermsOverlap: it does not follow the last one.
        """
        added = await add(
            self.db,
            _what(currency),
            terms,
            valid_from=valid_from,
            today=today,
            made_by=made_by,
            now=now,
        )
        return _rule(currency, added, is_in_force=valid_from <= today)


def _what(currency: Currency) -> str:
    """What its rules are called in `terms`."""
    return f"settlement-matching-{currency}"


def _rule(currency: Currency, version: Version, *, is_in_force: bool) -> MatchingRule:
    return MatchingRule(
        currency=currency,
        version=version.version,
        valid_from=version.valid_from,
        is_in_force=is_in_force,
        **version.terms,
    )
