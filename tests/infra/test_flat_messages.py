"""A flat message is written without its class, to the same bytes as with it."""

from datetime import UTC
from typing import Any
from uuid import UUID

import pytest
from asyncpg.pgproto.pgproto import UUID as DriverUUID
from hypothesis import given
from hypothesis import strategies as st

from contracts import catalogue
from contracts.account.books import AccountCredited, AccountDebited
from contracts.envelope import Message
from infra.bus.wire import dump
from tests.builders import an

FLAT = [kind for kind in catalogue.messages() if kind.is_flat]
moments = st.datetimes(timezones=st.just(UTC))
texts = st.text(max_size=20)
changes = st.fixed_dictionaries(
    {},
    optional={
        "description": texts,
        "gl_name": texts,
        "counterparty": st.none() | texts,
        "amount_minor": st.integers(0, 2**63 - 1),
        "balance_after_minor": st.integers(-(2**63), 2**63 - 1),
        "booked_at": moments,
        "booked_on": st.dates(),
        "entry_id": st.uuids(),
        "reverses": st.none() | st.uuids(),
    },
)


def test_postings_are_flat() -> None:
    assert set(FLAT) == {AccountCredited, AccountDebited}


@pytest.mark.parametrize("kind", FLAT)
@given(changes=changes)
def test_it_is_written_as_its_class_would(kind: type[Message], changes: dict[str, Any]) -> None:
    message = an(kind, **changes)

    assert dump(message) == message.model_dump_json().encode()
    assert kind.model_validate_json(dump(message)) == message


@pytest.mark.parametrize("kind", FLAT)
def test_made_of_its_values_it_is_what_judging_them_makes(kind: type[Message]) -> None:
    judged = an(kind)

    made = kind.of(dict(judged))

    assert made == judged
    assert hash(made) == hash(judged)
    assert repr(made) == repr(judged)
    assert made.model_copy(update={"sequence": 7}) == judged.model_copy(update={"sequence": 7})
    assert made.model_fields_set == set(kind.model_fields)


def test_ids_as_the_database_gives_them_are_written_as_ours() -> None:
    number = "01941f29-7c00-7000-8000-000000000001"
    judged = an(AccountCredited, entry_id=UUID(number), reverses=UUID(number))

    told = AccountCredited.of({**dict(judged), "reverses": DriverUUID(number)})

    assert dump(told) == dump(judged)
