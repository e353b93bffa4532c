"""At which rates the bank provides for what may be lost of its loans."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.loan.provisioning import (
    AddProvisioningVersion,
    GetProvisioning,
    Provisioning,
    ProvisioningVersion,
    ProvisionRate,
)
from contracts.loan.values import Stage
from gateway.money import ExactDecimal
from gateway.routing import EdgeRouter
from gateway.schemas import Answer, Body, IsoDate, example
from gateway.telling import From

router = EdgeRouter("/api/loans/provisioning", "loans")

RATES = [
    {"stage": stage, "secured_percent": secured, "unsecured_percent": unsecured}
    for stage, secured, unsecured in (
        ("standard", "0.40", "0.40"), ("sma-0", "0.40", "0.40"), ("sma-1", "0.40", "0.40"),
        ("sma-2", "5", "5"), ("sub-standard", "15", "25"), ("doubtful-1", "25", "100"),
        ("doubtful-2", "40", "100"), ("doubtful-3", "100", "100"),
    )
]  # fmt: skip
IN_FORCE = {"version": 1, "valid_from": "2026-01-01", "rates": RATES}


class ProvisionRateRequest(Body):
    """What is provided for loans of a stage, in percent of the principal that is owed."""

    stage: Stage
    secured_percent: ExactDecimal
    unsecured_percent: ExactDecimal


class ProvisioningRequest(Body):
    """All rates; special mention that is left out is provided for as standard."""

    model_config = example(valid_from="2099-01-01", rates=RATES)

    valid_from: IsoDate
    rates: Annotated[tuple[ProvisionRateRequest, ...], Field(min_length=1, max_length=len(Stage))]


class ProvisionRateAnswer(Answer):
    """What is provided for loans of a stage, in percent of the principal that is owed."""

    tells = ProvisionRate

    stage: Stage
    secured_percent: Annotated[str, From("secured_percent", "{:f}".format)]
    unsecured_percent: Annotated[str, From("unsecured_percent", "{:f}".format)]


class ProvisioningVersionAnswer(Answer):
    """Rates that hold from `valid_from` on, before the next ones."""

    model_config = example(is_in_force=True, **IN_FORCE)
    location: ClassVar[str | None] = "/api/loans/provisioning"
    tells = ProvisioningVersion

    version: int
    valid_from: date
    rates: tuple[ProvisionRateAnswer, ...]
    is_in_force: bool


class ProvisioningAnswer(Answer):
    """The rates that are in force, with all versions, those to come included."""

    model_config = example(**IN_FORCE, versions=[{"is_in_force": True, **IN_FORCE}])
    tells = Provisioning

    version: int
    valid_from: date
    rates: tuple[ProvisionRateAnswer, ...]
    versions: tuple[ProvisioningVersionAnswer, ...]


@router.asks(GetProvisioning, "GET ", answers=ProvisioningAnswer)
def get_provisioning() -> GetProvisioning:
    """How much is provided for loans by their stages, and from when on it was or will be."""
    return GetProvisioning()


@router.sends(AddProvisioningVersion, "POST ", answers=ProvisioningVersionAnswer)
def add_provisioning_version(body: ProvisioningRequest) -> AddProvisioningVersion:
    """Provide for all loans at other rates from a date on, once a manager approves it."""
    return AddProvisioningVersion(**body.model_dump())
