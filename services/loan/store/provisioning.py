"""The rates at which the bank provides for its loans, in dated versions."""

from collections.abc import Collection
from datetime import date, datetime

from contracts.loan.provisioning import Provisioning, ProvisioningVersion, ProvisionRate
from infra.data.store import Store
from infra.data.terms import Version, add, versions

PROVISIONING = "loan-provisioning"


class ProvisionRates(Store):
    async def provision_rates(self, on: date) -> tuple[ProvisionRate, ...]:
        """The rates that are in force on that date."""
        return (await self.provisioning(on)).rates

    async def provisioning(self, on: date) -> Provisioning:
        """The rates that are in force on that date, and all versions."""
        history = await versions(self.db, PROVISIONING)
        present = [each for each in history if each.valid_from <= on][-1]
        shown = tuple(_shown(each, is_in_force=each == present) for each in history)
        return Provisioning(
            version=present.version,
            valid_from=present.valid_from,
            rates=shown[present.version - 1].rates,
            versions=shown,
        )

    async def add_provisioning(
        self,
        rates: Collection[ProvisionRate],
        valid_from: date,
        *,
        today: date,
        made_by: str,
        now: datetime,
    ) -> ProvisioningVersion:
        """Add the next version.

        Raises:
            TermsInThePast, TermsOverlap: it does not follow the last one.
        """
        kept = {"rates": [each.model_dump(mode="json") for each in rates]}
        added = await add(
            self.db,
            PROVISIONING,
            kept,
            valid_from=valid_from,
            today=today,
            made_by=made_by,
            now=now,
        )
        return _shown(added, is_in_force=added.valid_from <= today)


def _shown(version: Version, *, is_in_force: bool) -> ProvisioningVersion:
    return ProvisioningVersion(
        version=version.version,
        valid_from=version.valid_from,
        is_in_force=is_in_force,
        **version.terms,
    )
