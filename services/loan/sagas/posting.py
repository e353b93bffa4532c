"""The one step of every saga of loans: an entry of the ledger, which happens or does not."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel

from contracts.account.movements import PostEntry
from infra.sagas.table import Sends, Step
from services.loan.settings import LoanSettings

D = TypeVar("D", bound=BaseModel)


def post_entry(make: Callable[[D], PostEntry], settings: LoanSettings) -> Step[D]:
    """The pivot: sent again under its id until the books have said yes or no."""
    return Step(
        name="post-entry",
        do=Sends(PostEntry, make),
        pivot=True,
        seconds=settings.account_seconds,
    )
