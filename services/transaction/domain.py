"""The order of the history, newest first, and how far into it one search looks."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, StringConstraints, TypeAdapter

from contracts.transaction import Movement, Movements
from infra.data.paging import Cursors, RowNumber

SCAN_ROWS_MAX = 10_000  # read by one search, so that a rare word in a long history stays cheap


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


_CURSORS = Cursors(
    TypeAdapter(
        tuple[
            date,
            Annotated[AwareDatetime, AfterValidator(_in_utc)],
            Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,34}$")],
            RowNumber,
        ]
    )
)


def cursor_of(position: Position) -> str:
    return _CURSORS.write(astuple(position))


def position_of(cursor: str | None) -> Position:
    """Where a search continues; without a cursor, before the newest movement.

    Raises:
        InvalidCursor: `cursor_of` did not write it.
    """
    place = _CURSORS.read(cursor)
    return THE_NEWEST if place is None else Position(*place)


@dataclass(frozen=True, slots=True)
class Read:
    """One movement that a search read, in the order of the history."""

    movement: Movement
    matches: bool
    number: int  # 1 for the first one read


def page_of(read: Sequence[Read], limit: int) -> Movements:
    """At most `limit` movements that match.

    `read` holds the matches, one more than the limit if there is one, and the SCAN_ROWS_MAXth
    movement read even if it does not match: there the search stopped looking, so a page may be
    short, or empty, and yet have a cursor from which to look on.
    """
    page = read[:limit]
    has_more = len(read) > limit or (page and page[-1].number == SCAN_ROWS_MAX)
    return Movements(
        items=tuple(each.movement for each in page if each.matches),
        next_cursor=cursor_of(_place(page[-1].movement)) if has_more else None,
    )


def _place(movement: Movement) -> Position:
    return Position(
        movement.booked_on, movement.booked_at, movement.account_number, movement.sequence
    )
