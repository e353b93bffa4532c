"""A settlement between the banks: the net of a window goes from the clearing line of its rail to
the bank's account at the central bank.

    post-entry   the pivot: sent again under its id until the books have said yes or no
"""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.account.movements import PostEntry
from contracts.account.values import EntryKind, Leg
from contracts.money import Currency
from contracts.payment.values import Rail
from infra.sagas.table import Saga
from services.payment.domain.settling import clearing_line, settlement_account
from services.payment.sagas.booking import booking
from services.payment.settings import PaymentSettings


class Settling(BaseModel):
    """What a run knows: what is to be moved, and under which name."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    settlement_id: UUID
    rail: Rail
    currency: Currency
    reference: str
    net_minor: int  # positive where we pay


def settlement_saga(settings: PaymentSettings) -> Saga[Settling]:
    """The saga of every settlement."""
    return booking("settlement", Settling, _entry, settings)


def _entry(data: Settling) -> PostEntry:
    net = data.net_minor
    return PostEntry(
        reference=data.reference,
        kind=EntryKind.PAYMENT,
        currency=data.currency,
        legs=(
            Leg(account_number=clearing_line(data.rail, data.currency), amount_minor=-net),
            Leg(account_number=settlement_account(data.currency), amount_minor=net),
        ),
        description=f"{data.rail} settled between the banks",
    )
