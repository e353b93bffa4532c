"""A movement of a loan's money: one entry of the ledger, and what it means for the loan.

    post-entry   the pivot: sent again under its id until the books have said yes or no

Yes: in one transaction the loan's event is added, what is booked for the loan is noted, the loan is
free for the next movement, and the world is told. No: the loan is free, and nothing else has
changed. Nothing is undone, since there is one step and it happens or does not.
"""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.account.movements import PostEntry
from contracts.account.values import EntryKind, Leg
from contracts.loan.applications import LoanClosed
from contracts.loan.operations import LoanOperationFailed, OperationEnded
from contracts.money import Currency
from infra.sagas.table import Saga
from services.loan.domain.files import NewEvent
from services.loan.sagas.posting import post_entry
from services.loan.settings import LoanSettings

Fields = dict[str, Any]  # of an event


class Movement(BaseModel):
    """What a run knows: the entry to be booked, and what becomes of the loan when it is."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    operation_id: UUID
    loan_id: UUID
    currency: Currency
    legs: tuple[Leg, ...]
    description: str  # what the customer reads on his statement
    booked_on: date  # the business date on which it was asked for
    event: NewEvent
    told: Fields  # what the event at its end says beside the ids
    closes: LoanClosed | None = None  # told when nothing is owed any more after it
    made_by: str
    caused_by: UUID  # the command
    value_date: date | None = None  # from when accounts count it; None: `booked_on`

    @property
    def reference(self) -> str:
        """Under which the ledger books it once."""
        return f"LOAN-{self.operation_id.hex}"


def movement_saga(
    name: str, tells: Callable[[Fields], OperationEnded], settings: LoanSettings
) -> Saga[Movement]:
    """The saga of one kind of movement; `tells` makes what the world hears when it is booked."""
    return Saga(
        name=name,
        version=1,
        data=Movement,
        steps=(post_entry(_entry, settings),),
        completed=lambda movement: [
            tells({**_ids(movement), **movement.told}),
            *([movement.closes] if movement.closes else []),
        ],
        failed=_failed,
        seconds_max=settings.seconds_max,
    )


def _entry(movement: Movement) -> PostEntry:
    return PostEntry(
        reference=movement.reference,
        kind=EntryKind.LOAN,
        currency=movement.currency,
        legs=movement.legs,
        description=movement.description,
        value_date=movement.value_date or movement.booked_on,
    )


def _ids(movement: Movement) -> dict[str, UUID]:
    return {"operation_id": movement.operation_id, "loan_id": movement.loan_id}


def _failed(movement: Movement, code: str, detail: str) -> list[LoanOperationFailed]:
    return [LoanOperationFailed(**_ids(movement), code=code, detail=detail)]
