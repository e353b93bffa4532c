"""What several services are asked alike: one list of all they have, or the one who has it.

Their pages have one order and one kind of cursor, so that a page of each makes a page of all. Every
one of them answers, or the call is refused: a list with a gap would look whole.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from contracts.envelope import Message, Query
from gateway.edge import Call
from gateway.problems import Problem
from infra.data.paging import Cursors

PlaceT = TypeVar("PlaceT")


@dataclass(frozen=True, slots=True)
class Order(Generic[PlaceT]):
    """The order of a list: each item's place, which a cursor stands for, and how items are sorted;
    by their places, the highest first, unless `key` says otherwise."""

    place: Callable[[Any], PlaceT]
    cursors: Cursors[PlaceT]
    key: Callable[[Any], Any] | None = None

    def merged(self, pages: Sequence[Any], limit: int) -> Any:
        """One page of the pages of all, at most `limit` long: of the kind that they are of."""
        found = [item for page in pages for item in page.items]
        key: Callable[[Any], Any] = self.key or self.place
        found.sort(key=key, reverse=self.key is None)
        items = tuple(found[:limit])
        is_last = len(found) <= limit and not any(page.next_cursor for page in pages)
        following = None if is_last else self.cursors.write(self.place(items[-1]))
        return type(pages[0])(items=items, next_cursor=following)


async def listed(call: Call, query: Any, owners: Iterable[str], order: Order[Any]) -> Any:
    """The page of all owners that the query asks for; they are asked at once.

    Raises:
        Problem: one of them refused, or did not answer in time (503).
    """
    pages = await asyncio.gather(*(call.ask(query, owner=owner) for owner in owners))
    return order.merged(pages, query.limit)


async def found_by(call: Call, query: Query, owners: Iterable[str]) -> tuple[str, Message]:
    """Who has it, and what he says of it; they are asked one after the other.

    Raises:
        Problem: nobody has it (404), or one did not answer (503).
    """
    missing: Problem | None = None
    for owner in owners:
        try:
            return owner, await call.ask(query, owner=owner)
        except Problem as problem:
            if problem.status_code != 404:
                raise
            missing = problem
    assert missing is not None
    raise missing
