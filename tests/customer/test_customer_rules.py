from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from contracts.customer import CreateCustomer, Customer, CustomerStatus
from services.customer.domain.customers import (
    CustomerClosed,
    InvalidDateOfBirth,
    StaleVersion,
    customer_number,
    require_current,
    require_open,
    require_plausible_birth,
    search_words,
)
from tests.builders import an

TODAY = date(2026, 3, 1)


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

    require_current(customer, 3)

    for version in (2, 4):
        with pytest.raises(StaleVersion):
            require_current(customer, version)


def test_a_customer_number_has_eight_digits_until_it_needs_more() -> None:
    assert customer_number(1) == "CU-00000001"
    assert customer_number(123_456_789) == "CU-123456789"


def test_what_is_searched_for_are_its_words() -> None:
    assert search_words("  john.doe@example.com ") == ["john", "doe", "example", "com"]
    assert search_words("CU-00000001") == ["CU", "00000001"]
    assert search_words(" @ . ") == []


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
