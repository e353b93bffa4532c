"""A difference between the ledger and the central bank that is written off: one entry between the
settlement account and the line of differences.

    post-entry   the pivot: sent again under its id until the books have said yes or no
"""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.account.movements import PostEntry
from contracts.account.values import EntryKind, Leg
from contracts.money import Currency
from infra.sagas.table import Saga
from services.payment.domain.breaks import DIFFERENCES
from services.payment.domain.settling import settlement_account
from services.payment.sagas.booking import booking
from services.payment.settings import PaymentSettings


class WritingOff(BaseModel):
    """What a run knows: what comes to the settlement account, and under which name."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    write_off_id: UUID
    currency: Currency
    reference: str
    minor: int  # positive where money comes in


def difference_saga(settings: PaymentSettings) -> Saga[WritingOff]:
    """The saga of every difference."""
    return booking("difference", WritingOff, _entry, settings)


def _entry(data: WritingOff) -> PostEntry:
    differences = f"{DIFFERENCES}{data.currency}"
    return PostEntry(
        reference=data.reference,
        kind=EntryKind.PAYMENT,
        currency=data.currency,
        legs=(
            Leg(account_number=settlement_account(data.currency), amount_minor=-data.minor),
            Leg(account_number=differences, amount_minor=data.minor),
        ),
        description="difference to the central bank written off",
    )
