"""The order of the history, newest first, and its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, StringConstraints, TypeAdapter

from contracts.transaction.history import Movement, Movements
from infra.data.paging import Cursors, Read, RowNumber, page_of_read


@dataclass(frozen=True, slots=True)
class Position:
    """A movement's place: its business date, its moment, its account and number there.

    Within one account the moment does not count.
    """

    booked_on: date
    booked_at: datetime
    account_number: str
    sequence: int


# Later than every movement: where a search without a cursor begins.
THE_NEWEST = Position(date.max, datetime.max.replace(tzinfo=UTC), "", 0)


def _in_utc(moment: datetime) -> datetime:
    """Elsewhere the first and the last day of the calendar have moments that UTC cannot name."""
    if moment.utcoffset():
        raise ValueError("not in UTC")
    return moment


CURSORS = Cursors(
    TypeAdapter(
        tuple[
            date,
            Annotated[AwareDatetime, AfterValidator(_in_utc)],
            Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,34}$")],
            RowNumber,
        ]
    )
)


def position_of(cursor: str | None) -> Position:
    """Where a search continues; without a cursor, before the newest movement.

    Raises:
        InvalidCursor: no page has given it.
    """
    place = CURSORS.read(cursor)
    return THE_NEWEST if place is None else Position(*place)


def page_of(read: Sequence[Read[Movement]], limit: int) -> Movements:
    """At most `limit` movements that match, and where the search for more goes on."""
    items, following = page_of_read(read, limit, _place, CURSORS)
    return Movements(items=items, next_cursor=following)


def _place(movement: Movement) -> tuple[date, datetime, str, int]:
    return (movement.booked_on, movement.booked_at, movement.account_number, movement.sequence)
