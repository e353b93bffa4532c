"""What many loans have earned by a day, in one entry of the ledger.

    post-entry   the pivot: sent again under its id until the books have said yes or no

The loans have noted it as booked when it is sent, so that the next day does not book it again. If
the books refuse it, it is taken back from what is noted, and the next day books it with its own.
"""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.account.movements import PostEntry
from contracts.account.values import EntryKind
from contracts.money import Currency
from infra.sagas.table import Saga
from services.loan.domain.ending_days import legs_of
from services.loan.sagas.posting import post_entry
from services.loan.settings import LoanSettings


class Accrual(BaseModel):
    """What a run knows: by loan, what was booked on which line, credit positive."""

    model_config = ConfigDict(frozen=True)

    accrual_id: UUID
    day: date  # a business date that is over
    currency: Currency
    loans: dict[UUID, dict[str, int]]

    @property
    def reference(self) -> str:
        """Under which the ledger books it once."""
        return f"ACCRUAL-{self.accrual_id.hex}"


def accrual_saga(settings: LoanSettings) -> Saga[Accrual]:
    return Saga(
        name="accrual",
        version=1,
        data=Accrual,
        steps=(post_entry(_entry, settings),),
        completed=lambda accrual: (),
        failed=lambda accrual, code, detail: (),
        seconds_max=settings.seconds_max,
    )


def _entry(accrual: Accrual) -> PostEntry:
    return PostEntry(
        reference=accrual.reference,
        kind=EntryKind.LOAN,
        currency=accrual.currency,
        legs=legs_of(accrual.loans.values(), accrual.currency),
        description=f"Loans, end of {accrual.day}",
        value_date=accrual.day,
    )
