"""The shape of a schedule: what makes its instalments differ from equal ones.

A quote has any, an application what its product allows, and key facts and loans repeat it.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.money import MINOR_MAX

INSTALMENTS_MAX = 600  # fifty years of months
DAYS_MAX = 366  # between two instalments

Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=9, decimal_places=6)]
Amount = Annotated[int, Field(strict=True, ge=0, le=MINOR_MAX)]  # minor units
Count = Annotated[int, Field(strict=True, ge=0, le=INSTALMENTS_MAX)]  # of the first instalments
Days = Annotated[int, Field(strict=True, ge=1, le=DAYS_MAX)]


class Shape(BaseModel):
    """By default instalments are equal, and the first one is due after the first period."""

    model_config = ConfigDict(frozen=True)

    every_days: Days | None = None  # with EVERY_N_DAYS alone
    principal_grace: Count = 0  # instalments that repay no principal
    interest_grace: Count = 0  # instalments without the interest, which is due with the next one
    interest_free_periods: Count = 0
    moratorium: Count = 0  # instalments with nothing due: both graces in one
    balloon_minor: Amount = 0  # of the principal, left to the last instalment
    down_payment_minor: Amount = 0  # paid back when the loan is first paid out
    down_payment_percent: Percent = Decimal(0)  # instead, of each part that is paid out


class ShapeLimits(BaseModel):
    """How far applications for a product may choose the shape; by default not at all."""

    model_config = ConfigDict(frozen=True)

    every_days_min: Days = 1  # where EVERY_N_DAYS is offered
    every_days_max: Days = DAYS_MAX
    principal_grace_max: Count = 0
    interest_grace_max: Count = 0
    interest_free_periods_max: Count = 0
    moratorium_max: Count = 0
    balloon_percent_max: Percent = Decimal(0)  # of the principal
    down_payment_percent_max: Percent = Decimal(0)  # of the principal
