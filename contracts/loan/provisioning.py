"""How much is provided for what may be lost of loans: rates of the whole bank, in versions."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import READERS, Approval, Command, Message, Query, Role
from contracts.loan.values import Stage

_ADMINS = frozenset({Role.ADMIN})
ProvisionPercent = Annotated[Decimal, Field(ge=0, le=100, max_digits=9, decimal_places=6)]


class ProvisionRate(BaseModel):
    """What is provided for loans of a stage, in percent of the principal that is owed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: Stage
    secured_percent: ProvisionPercent
    unsecured_percent: ProvisionPercent


class ProvisioningVersion(Message):
    """Rates that hold from `valid_from` on, until the next ones; one for each stage but a loss."""

    version: int  # 1, 2, 3 …
    valid_from: date  # a business date
    rates: tuple[ProvisionRate, ...]
    is_in_force: bool  # today


class Provisioning(Message):
    """The rates that are in force, and all versions, those to come included."""

    version: int
    valid_from: date
    rates: tuple[ProvisionRate, ...]
    versions: tuple[ProvisioningVersion, ...]


class GetProvisioning(Query):
    """How much is provided for loans by their stages."""

    reply = Provisioning
    roles = READERS


class ProvisioningVersionAdded(ProvisioningVersion):
    """Reply to AddProvisioningVersion."""


class AddProvisioningVersion(Command):
    """Provide for all loans at other rates from a business date on, once a manager approves."""

    reply = ProvisioningVersionAdded
    roles = _ADMINS
    approval = Approval(makers=_ADMINS)
    about = "loan-provisioning:{valid_from}"

    valid_from: date  # today's business date or a later one, after that of the last version
    # Each stage once; special mention that is left out is provided for as standard.
    rates: Annotated[tuple[ProvisionRate, ...], Field(min_length=1, max_length=len(Stage))]
