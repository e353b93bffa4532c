from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime
from string import ascii_letters, digits
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, TypeAdapter

from contracts.envelope import Kind
from infra.data.paging import (
    ROW_NUMBER_MAX,
    ROW_NUMBERS,
    Cursors,
    InvalidCursor,
    RowNumber,
    id_before,
)

URL_SAFE = ascii_letters + digits + "-_"

Place = tuple[date, datetime, str, int]

PLACES: Cursors[Place] = Cursors(TypeAdapter(tuple[date, AwareDatetime, str, RowNumber]))
IDS: Cursors[UUID] = Cursors(TypeAdapter(UUID))

SOME_ROW_NUMBERS = st.integers(1, ROW_NUMBER_MAX)
SOME_PLACES = st.tuples(
    st.dates(), st.datetimes(timezones=st.just(UTC)), st.text(max_size=34), SOME_ROW_NUMBERS
)


def encoded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


# From noise to what a caller would try who has looked into a cursor.
NUMBERS = st.from_regex(r"\s?-?[0-9]{1,25}(\.[0-9]|e[0-9]{1,4})?\s?", fullmatch=True)
TUPLES = st.from_regex(
    r'\["[0-9]{4}-[01][0-9]-[0-3][0-9]","[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-9Z:.+-]{1,20}"'
    r',"[^"]{0,9}",[0-9]{1,20}\]',
    fullmatch=True,
)
ACCEPTED = SOME_ROW_NUMBERS.map(str).map(encoded) | st.uuids().map(lambda id_: encoded(f'"{id_}"'))
MADE_UP = st.one_of(
    ACCEPTED,
    st.text(max_size=200),
    st.text(URL_SAFE + "=", max_size=200),
    st.binary(max_size=150).map(lambda noise: urlsafe_b64encode(noise).decode().rstrip("=")),
    NUMBERS.map(encoded),
    TUPLES.map(encoded),
    st.uuids().map(lambda id_: id_.hex),
)


@given(SOME_ROW_NUMBERS)
def test_a_cursor_leads_to_what_lies_before_its_id(id_: int) -> None:
    assert id_before(ROW_NUMBERS.write(id_)) == id_


@given(SOME_PLACES)
def test_what_was_written_is_read(place: Place) -> None:
    read = PLACES.read(PLACES.write(place))

    assert read == place
    assert isinstance(read[1], datetime)
    assert read[1].utcoffset() == UTC.utcoffset(None)


@given(st.uuids())
def test_a_place_may_be_a_single_id(id_: UUID) -> None:
    assert IDS.read(IDS.write(id_)) == id_


@given(SOME_PLACES)
def test_a_cursor_stands_in_an_address_as_it_is(place: Place) -> None:
    assert set(PLACES.write(place)) <= set(URL_SAFE)


def test_without_a_cursor_a_list_begins_at_its_newest() -> None:
    assert id_before(None) == 2**63 - 1
    assert PLACES.read(None) is None


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "7",
        "é",
        "\ud800",
        "made up",
        "a" * 200,
        "MQ==",
        "MQ==MQ",
        "M Q",
        "MR",
        encoded("0"),
        encoded("-1"),
        encoded("1.0"),
        encoded("1e3"),
        encoded(" 1"),
        encoded('"1"'),
        encoded("true"),
        encoded("null"),
        encoded("[1]"),
        encoded("9223372036854775808"),
        encoded("9" * 5_000),
        encoded("[" * 5_000),
        encoded("①"),
    ],
)
def test_a_made_up_cursor_is_refused_as_malformed(cursor: str) -> None:
    with pytest.raises(InvalidCursor) as refused:
        id_before(cursor)

    refusal = refused.value.refusal()
    assert (refusal.code, refusal.kind) == ("invalid-cursor", Kind.MALFORMED)


@given(MADE_UP)
def test_nothing_is_read_but_what_would_be_written(cursor: str) -> None:
    for cursors in (PLACES, IDS):
        _refused_or_ours(cursors, cursor)
    try:
        id_ = id_before(cursor)
    except InvalidCursor:
        return
    assert 1 <= id_ <= ROW_NUMBER_MAX
    assert ROW_NUMBERS.write(id_) == cursor


@given(ACCEPTED)
def test_a_made_up_cursor_that_could_be_ours_is_taken(cursor: str) -> None:
    assert _is_read(ROW_NUMBERS, cursor) or _is_read(IDS, cursor)


@given(SOME_PLACES, st.integers(0), st.characters(max_codepoint=0x7F))
def test_a_place_that_somebody_changed_is_refused_or_another(
    place: Place, index: int, character: str
) -> None:
    written = PLACES.write(place)
    index %= len(written)

    _refused_or_ours(PLACES, written[:index] + character + written[index + 1 :])


def _is_read(cursors: Cursors[Any], cursor: str) -> bool:
    try:
        return cursors.read(cursor) is not None
    except InvalidCursor:
        return False


def _refused_or_ours(cursors: Cursors[Any], cursor: str) -> None:
    try:
        place = cursors.read(cursor)
    except InvalidCursor:
        return
    assert place is not None
    assert cursors.write(place) == cursor
