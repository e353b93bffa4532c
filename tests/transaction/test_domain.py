"""Cursors and pages."""

from dataclasses import astuple
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from infra.data.paging import Cursors, InvalidCursor
from services.transaction.domain.history import CURSORS, THE_NEWEST, Position, position_of
from tests.builders import ALICE

POSITIONS = st.builds(
    Position,
    booked_on=st.dates(),
    booked_at=st.datetimes(timezones=st.just(UTC)),
    account_number=st.just(ALICE),
    sequence=st.integers(1, 2**63 - 1),
)
INVENTED: Cursors[Any] = Cursors(TypeAdapter(Any))


@given(position=POSITIONS)
def test_a_cursor_leads_back_to_its_position(position: Position) -> None:
    cursor = CURSORS.write(astuple(position))

    assert position_of(cursor) == position
    assert len(cursor) <= 200


def test_a_search_without_a_cursor_begins_before_the_newest() -> None:
    assert position_of(None) == THE_NEWEST


@pytest.mark.parametrize(
    "place",
    [
        [],
        ["2026-01-01", "2026-01-01T00:00:00", "AC-1", 1],
        ["2026-01-01", "2026-01-01T00:00:00Z", "AC\0", 1],
        ["2026-01-01", "2026-01-01T00:00:00Z", "AC-1", 2**63],
        ["0001-01-01", "0001-01-01T00:00:00+05:30", "AC-1", 1],  # in UTC a day before the calendar
    ],
)
def test_an_invented_place_is_refused(place: list[Any]) -> None:
    assert position_of(INVENTED.write(["2026-01-01", "2026-01-01T00:00:00Z", "AC-1", 1]))

    with pytest.raises(InvalidCursor):
        position_of(INVENTED.write(place))


def test_a_cursor_keeps_the_moment_in_utc() -> None:
    position = Position(date(2026, 1, 2), datetime(2026, 1, 1, 20, tzinfo=UTC), ALICE, 3)

    assert position_of(CURSORS.write(astuple(position))).booked_at.utcoffset() == UTC.utcoffset(
        None
    )
