"""Where a list goes on: a cursor stands for the place at which a page of the list ended.

A list that conditions narrow reads a bounded number of rows for a page, however few of them match.

Cursors are opaque, so that nobody computes with them; they are no secret and give no right. Whose
list it is, and what is on it, every page asks anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, Field, TypeAdapter

from contracts.envelope import DomainError, Kind
from infra.data.texts import bytes_of, text_of

ROW_NUMBER_MAX = 2**63 - 1
# By one search, so that what is rare in a long list stays cheap: some milliseconds.
READ_ROWS_MAX = 1_000
RowNumber = Annotated[int, Field(ge=1, le=ROW_NUMBER_MAX)]  # an id or a sequence: a bigint from 1

PlaceT = TypeVar("PlaceT")
RowT = TypeVar("RowT")


class InvalidCursor(DomainError):
    """The cursor is not one that a list has given."""

    kind = Kind.MALFORMED


class Cursors(Generic[PlaceT]):
    """The cursors of lists whose places are of one type: `Cursors(TypeAdapter(UUID))`."""

    def __init__(self, places: TypeAdapter[PlaceT]) -> None:
        self._places = places

    def write(self, place: PlaceT) -> str:
        return text_of(self._places.dump_json(place))

    def read(self, cursor: str | None) -> PlaceT | None:
        """The place behind a cursor; None, for the start of the list, where there is no cursor.

        Raises:
            InvalidCursor: `write` does not make such a cursor.
        """
        if cursor is None:
            return None
        try:
            place = self._places.validate_json(bytes_of(cursor))
        except ValueError as error:
            raise InvalidCursor from error
        # JSON has many ways to say the same; a cursor of ours is written in one.
        if self.write(place) != cursor:
            raise InvalidCursor
        return place


def page_of(
    found: Sequence[RowT], limit: int, place: Callable[[RowT], PlaceT], cursors: Cursors[PlaceT]
) -> tuple[tuple[RowT, ...], str | None]:
    """The page, and the cursor of the next one. `found` is what was looked for with a limit of one
    more, which tells whether there is a next one."""
    page = tuple(found[:limit])
    return page, cursors.write(place(page[-1])) if len(found) > limit else None


@dataclass(frozen=True, slots=True)
class Read(Generic[RowT]):
    """One row that a search read, in the order of its list."""

    row: RowT
    matches: bool
    is_last: bool  # the READ_ROWS_MAXth, with which reading stopped


def page_of_read(
    read: Sequence[Read[RowT]],
    limit: int,
    place: Callable[[RowT], PlaceT],
    cursors: Cursors[PlaceT],
) -> tuple[tuple[RowT, ...], str | None]:
    """At most `limit` rows that match, and the cursor from which to look on.

    `read` holds the matches, one more than the limit if there is one, and the last row read even if
    it does not match: there the search stopped looking, so a page may be short, or empty, and yet
    have a cursor. The end of the list is where there is none.
    """
    page = read[:limit]
    has_more = len(read) > limit or (len(page) > 0 and page[-1].is_last)
    following = cursors.write(place(page[-1].row)) if has_more else None
    return tuple(each.row for each in page if each.matches), following


ROW_NUMBERS: Cursors[int] = Cursors(TypeAdapter(RowNumber))


# For lists in the order in which things began, which several services may have in common.
TIMES_AND_IDS: Cursors[tuple[AwareDatetime, UUID]] = Cursors(
    TypeAdapter(tuple[AwareDatetime, UUID])
)


def id_before(cursor: str | None) -> int:
    """Ids of the page lie below it; without a cursor every id does. For a list in the order of its
    rows' ids, or of another number that the rows have from 1.

    Raises:
        InvalidCursor: a list has not given it.
    """
    place = ROW_NUMBERS.read(cursor)
    return ROW_NUMBER_MAX if place is None else place
