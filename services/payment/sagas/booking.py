"""A saga that books one entry, and nothing else: its only step is the pivot, sent again under its
id until the books have said yes or no."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel

from contracts.account.movements import PostEntry
from infra.sagas.table import Saga, Sends, Step
from services.payment.sagas.batches import says_nothing
from services.payment.settings import PaymentSettings

DataT = TypeVar("DataT", bound=BaseModel)


def booking(
    name: str,
    data: type[DataT],
    entry: Callable[[DataT], PostEntry],
    settings: PaymentSettings,
    *,
    step: str = "post-entry",
) -> Saga[DataT]:
    """The saga of this name, whose runs know `data` and book its `entry`."""
    return Saga(
        name=name,
        version=1,
        data=data,
        steps=(
            Step(
                name=step,
                do=Sends(PostEntry, entry),
                pivot=True,
                seconds=settings.account_seconds,
            ),
        ),
        completed=says_nothing,
        failed=says_nothing,
        seconds_max=settings.seconds_max,
    )
