"""The rates at which the bank provides for its loans: seen, and changed from a date on."""

from contracts.loan.provisioning import (
    AddProvisioningVersion,
    GetProvisioning,
    Provisioning,
    ProvisioningVersionAdded,
)
from infra.handling.context import Context
from services.loan.domain.provisioning import whole_rates
from services.loan.handlers.registry import service
from services.loan.store import LoanStore


@service.handles(AddProvisioningVersion)
async def add_provisioning_version(
    command: AddProvisioningVersion, store: LoanStore, context: Context
) -> ProvisioningVersionAdded:
    """Add the next version; the end of the first day on which it holds books the difference."""
    added = await store.add_provisioning(
        whole_rates(command.rates),
        command.valid_from,
        today=context.business_date,
        made_by=context.subject.id,
        now=context.now,
    )
    return ProvisioningVersionAdded(**added.model_dump())


@service.answers(GetProvisioning)
async def get_provisioning(
    query: GetProvisioning, store: LoanStore, context: Context
) -> Provisioning:
    """The rates in force, with all versions."""
    return await store.provisioning(context.business_date)
