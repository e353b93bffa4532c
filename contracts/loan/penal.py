"""How late payment is charged: terms of a product, which the key facts of its loans repeat."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.loan.values import Percent, PositiveMinor, TaxPercent
from contracts.money import MINOR_MAX


class PenalTerms(BaseModel):
    """Nothing is charged where rate and amount are 0; tax comes on top of both, and of the cap."""

    model_config = ConfigDict(frozen=True)

    penal_rate: Percent = Decimal(0)  # a year, of what is overdue; it bears no interest
    # Once for each instalment that is not paid within the grace, in minor units.
    penal_amount_minor: Annotated[int, Field(strict=True, ge=0, le=MINOR_MAX)] = 0
    penal_grace_days: Annotated[int, Field(strict=True, ge=0, le=31)] = 0  # after the due date
    penal_cap_minor: PositiveMinor | None = None  # of all charges of an instalment; None: none
    penal_tax_percent: TaxPercent = Decimal(0)  # of the charges
