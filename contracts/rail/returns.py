"""The shape of what a rail says when another bank gives back what we had paid to it.

A return is known by the rail and its `return_id`, and follows the yes to the transfer, often by
days. It waits for no answer: the amount comes in with the next settlement whatever we say.
"""

from uuid import UUID, uuid5

from contracts.money import Money
from contracts.rail.bodies import Code, Detail, FromRail, Reference


class TransferReturn(FromRail):
    """The amount of a transfer of ours comes back; final, and once for each `return_id`."""

    return_id: UUID
    transfer_id: UUID
    amount: Money
    rail_reference: Reference
    code: Code
    detail: Detail = ""

    @property
    def subject_id(self) -> UUID:
        return self.return_id

    @property
    def key(self) -> UUID:
        """Ours: the same for the same return of the same amount and transfer over this rail."""
        [rail] = self.senders
        money = f"{self.amount.minor} {self.amount.currency}"
        return uuid5(self.return_id, f"{rail}/{money}/{self.transfer_id}")
