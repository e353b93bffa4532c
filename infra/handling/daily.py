"""What a service declares of its work for each business date that is over; infra/jobs does it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeAlias, TypeVar

from infra.data.store import Store
from infra.handling.telling import Outgoing

StoreT = TypeVar("StoreT", bound=Store)

PARTS = 4  # as many processes as may share the work of one date
AT_ONCE = 500  # items in one transaction: some ten milliseconds of work


@dataclass(frozen=True, slots=True)
class Part:
    """A share of a job's items for one date: of `parts` equal ones that of this number, from 0."""

    business_date: date
    number: int
    parts: int


# The dates that are over, after this one or from the first on, in order, as many as it likes.
DaysOver: TypeAlias = Callable[[StoreT, date | None], Awaitable[Sequence[date]]]
Count: TypeAlias = Callable[[StoreT, Part], Awaitable[int]]
# The part's items behind this one or from the first on, at most so many, always in one order.
Items: TypeAlias = Callable[[StoreT, Part, str | None, int], Awaitable[Sequence[str]]]
# Does these items; what it tells leaves after the commit, as what a listener tells.
Work: TypeAlias = Callable[[StoreT, date, Sequence[str]], Awaitable[Outgoing | None]]


@dataclass(frozen=True, slots=True)
class Job(Generic[StoreT]):
    """Work for each date: which dates are over, which items each has, and what is done to them."""

    name: str
    work: Work[StoreT]
    days: DaysOver[StoreT]
    count: Count[StoreT]
    items: Items[StoreT]
    parts: int
    at_once: int
