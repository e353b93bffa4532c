"""Money that another bank gives back and that has no payer to go to: it waits for a person.

    set-aside    from the clearing of the rail to suspense; the pivot, told again until it is booked

What goes back to its payer is a resolution of his payment, which the rail has made: resolving.py.
"""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts import rail
from contracts.account.movements import PostEntry
from contracts.account.values import EntryKind, Leg
from contracts.money import Money
from contracts.payment.values import Rail
from contracts.rail.returns import TransferReturn
from infra.sagas.table import Saga
from services.payment.domain.settling import clearing_line, suspense_line
from services.payment.sagas.booking import booking
from services.payment.sagas.paying import line_of
from services.payment.settings import PaymentSettings

RETURNS = {said.returned: Rail(said.name) for said in rail.RAILS}


class ReturnedMoney(BaseModel):
    """What came back, as it is kept and as its run knows it."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    key: UUID
    rail: Rail
    rail_reference: str
    return_id: UUID
    transfer_id: UUID  # as the rail names it; of a payment of ours, its id
    amount: Money
    code: str
    detail: str

    @classmethod
    def of(cls, said: TransferReturn) -> Self:
        return cls(key=said.key, rail=RETURNS[type(said)], **dict(said))


def set_aside_saga(settings: PaymentSettings) -> Saga[ReturnedMoney]:
    """The saga of every return whose money has no payer to go to."""
    return booking("returned-money", ReturnedMoney, _entry, settings, step="set-aside")


def _entry(data: ReturnedMoney) -> PostEntry:
    minor, currency = data.amount.minor, data.amount.currency
    return PostEntry(
        reference=f"returned-{data.key}",
        kind=EntryKind.PAYMENT,
        currency=currency,
        legs=(
            Leg(account_number=clearing_line(data.rail, currency), amount_minor=-minor),
            Leg(account_number=suspense_line(currency), amount_minor=minor),
        ),
        description=line_of(data.rail, data.rail_reference, "returned", data.code),
    )
