"""The saga of standing orders: one transfer, which the books make or refuse.

    make-transfer   the pivot: sent again under its id until the books have said yes or no

A transfer that was refused is tried again by a run of its own. Nothing is undone, since there is
one step and it happens or does not; what its answer means for the order is written in the
transaction of the answer. A changed table becomes a new version; the old one stays until no run
follows it.
"""

from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from contracts.account.movements import MakeOrderedTransfer, TransferMade
from contracts.envelope import Subject
from contracts.money import Money
from contracts.text import Cleaned
from infra.sagas.table import Saga, Sends, Step

ACCOUNT_SECONDS = 5.0  # the account service answers in milliseconds


class OrderedTransfer(BaseModel):
    """What a run knows of one try to make one transfer of an order."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    order_id: UUID
    number: int  # of the transfer
    attempt: int
    maker: Subject  # whose authority moves the money
    from_account: str
    to_account: str
    amount: Money
    description: Cleaned
    entry_id: UUID | None = None  # from the books' answer

    @property
    def saga_id(self) -> UUID:
        """The same whenever this very try is begun; the command's id follows from it."""
        return uuid5(self.order_id, f"{self.number}/{self.attempt}")


def _transfer(transfer: OrderedTransfer) -> MakeOrderedTransfer:
    return MakeOrderedTransfer(
        from_account=transfer.from_account,
        to_account=transfer.to_account,
        amount=transfer.amount,
        description=transfer.description,
    )


def _learnt(transfer: OrderedTransfer, answer: TransferMade) -> OrderedTransfer:
    return transfer.model_copy(update={"entry_id": answer.entry_id})


STANDING_ORDER = Saga(
    name="standing-order",
    version=1,
    data=OrderedTransfer,
    steps=(
        Step(
            name="make-transfer",
            do=Sends(MakeOrderedTransfer, _transfer),
            learn=_learnt,
            subject=lambda transfer: transfer.maker,
            pivot=True,
            seconds=ACCOUNT_SECONDS,
        ),
    ),
    completed=lambda transfer: (),
    failed=lambda transfer, code, detail: (),
)
