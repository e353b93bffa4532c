from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.conditional import Conditional
from contracts.customer import CreateCustomer, Customer, CustomerStatus
from services.customer.domain.customers import (
    CustomerClosed,
    InvalidDateOfBirth,
    StaleVersion,
    customer_number,
    require_current,
    require_open,
    require_plausible_birth,
    sought,
)
from tests.builders import an

TODAY = date(2026, 3, 1)
SPELLINGS = [
    "9876543210", "+919876543210", "+91 98765 43210", "09876543210", "0091-98765-43210",
    "(+91) 98765\u2013432 10", "919876543210",
    "\u096f\u096e\u096d\u096c\u096b\u096a\u0969\u0968\u0967\u0966",
]  # fmt: skip


@pytest.mark.parametrize("born_on", ["1990-01-01", "2026-02-28", "2008-02-29", "1905-03-02"])
def test_everybody_alive_may_be_a_customer_minors_too(born_on: str) -> None:
    require_plausible_birth(date.fromisoformat(born_on), TODAY)


@pytest.mark.parametrize("born_on", ["2026-03-01", "2026-03-02", "1905-03-01", "0001-01-01"])
def test_nobody_is_unborn_or_older_than_anybody_was(born_on: str) -> None:
    with pytest.raises(InvalidDateOfBirth):
        require_plausible_birth(date.fromisoformat(born_on), TODAY)


def test_a_birthday_on_the_29th_of_february_counts() -> None:
    require_plausible_birth(date(2024, 2, 29), date(2024, 2, 29) + timedelta(days=1))


def test_a_suspended_customer_changes_still_a_closed_one_no_more() -> None:
    require_open(an(Customer, status=CustomerStatus.SUSPENDED))

    with pytest.raises(CustomerClosed):
        require_open(an(Customer, status=CustomerStatus.CLOSED))


def test_a_change_to_what_was_read_before_the_last_change_is_stale() -> None:
    customer = an(Customer, version=3)

    for seen in (Conditional(version=3), Conditional(versions=(1, 3)), Conditional()):
        require_current(customer, seen)

    for stale in (Conditional(version=2), Conditional(versions=(2, 4)), Conditional(versions=())):
        with pytest.raises(StaleVersion):
            require_current(customer, stale)


def test_a_customer_number_has_eight_digits_until_it_needs_more() -> None:
    assert customer_number(1) == "CU-00000001"
    assert customer_number(123_456_789) == "CU-123456789"


def test_what_is_searched_for_stays_as_it_is_written() -> None:
    for search in ("  john.doe@example.com ", "CU-00000001", "00000001", "98765", " @ . "):
        assert sought(search) == search


@pytest.mark.parametrize("search", SPELLINGS)
def test_a_whole_phone_number_is_looked_for_in_the_form_in_which_it_is_kept(search: str) -> None:
    assert sought(search) == "+919876543210"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", "  "),
        ("first_name", "<script>"),
        ("last_name", "Doe\x00"),
        ("last_name", "x" * 61),
        ("address_line1", "1 Main St\x1b[31m"),
        ("email", "john.doe"),
        ("email", "john doe@example.com"),
        ("email", "john\x00@example.com"),
        ("phone", "12345"),
        ("phone", "12345678x"),
        ("phone", "+1234567890123456"),
        ("phone", "0000000000"),
        ("phone", "9876543210 ext 5"),
        ("phone", "1-800-FLOWERS"),
        ("email", "\u00e4@example.com"),
        ("email", "john@localhost"),
        ("email", "john..doe@example.com"),
        ("postal_code", "000001"),
        ("postal_code", "40001"),
        ("country", "ZZ"),
        ("gender", "M"),
        ("postal_code", "40\n0001"),
        ("country", "India"),
        ("status", "ACTIVE"),
        ("id", 7),
    ],
)
def test_a_message_that_breaks_its_contract_does_not_come_in(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        an(CreateCustomer, **{field: value})


@pytest.mark.parametrize("name", ["José", "प्रिया", "Nguyễn", "李", "O'Brien-Smith"])
def test_names_come_in_every_script_and_without_the_spaces_around(name: str) -> None:
    assert an(CreateCustomer, first_name=f" {name} ").first_name == name


@pytest.mark.parametrize("phone", SPELLINGS)
def test_a_phone_number_has_one_form_whatever_its_spelling(phone: str) -> None:
    assert an(CreateCustomer, phone=phone).phone == "+919876543210"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("John.Doe@EXAMPLE.com", "John.Doe@example.com"),
        ("a@b\u00fccher.de", "a@b\u00fccher.de"),
        ("a@bu\u0308cher.de", "a@b\u00fccher.de"),
        ("a@xn--bcher-kva.de", "a@b\u00fccher.de"),
    ],
)
def test_an_email_address_has_one_form(written: str, kept: str) -> None:
    assert an(CreateCustomer, email=written).email == kept


@pytest.mark.parametrize(
    ("country", "written", "kept"),
    [("IN", "400 001", "400001"), ("IN", "400001", "400001"), ("NL", "1011 AB", "1011 AB")],
)
def test_a_postal_code_is_as_its_post_writes_it(country: str, written: str, kept: str) -> None:
    assert an(CreateCustomer, country=country, postal_code=written).postal_code == kept


def test_a_person_may_have_one_name() -> None:
    assert an(CreateCustomer, last_name=None).last_name is None


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_a_form_once_found_is_its_own_form(text: str) -> None:
    for field in ("phone", "email"):
        try:
            once = an(CreateCustomer, **{field: text})
        except ValidationError:
            continue
        assert getattr(an(CreateCustomer, **{field: getattr(once, field)}), field) == getattr(
            once, field
        )
