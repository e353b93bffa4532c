"""When a failed e-mail is tried again, and when it is given up."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import Role, Subject
from contracts.notification import DeliveryState
from services.notification.domain.attempts import (
    ATTEMPTS_MAX,
    RETRY_SECONDS_MAX,
    RETRY_SECONDS_MIN,
    Failure,
    outcome_of,
    waiting_for_address,
)
from services.notification.domain.deliveries import UnknownCustomer, listed_for
from tests.builders import ALICE_ID, BOB_ID, customer, staff
from tests.fixtures.postings import NOON
from tests.notification.samples import SALARY

BUSY = Failure("421 try again later")


def test_a_letter_that_left_is_sent() -> None:
    outcome = outcome_of(SALARY, None, NOON)

    assert (outcome.state, outcome.attempts, outcome.reason) == (DeliveryState.SENT, 1, None)


def test_each_failure_waits_longer_until_the_last() -> None:
    delivery, delays = SALARY, []
    while (outcome := outcome_of(delivery, BUSY, NOON)).state is DeliveryState.WAITING:
        delays.append((outcome.due_at - NOON).total_seconds())
        delivery = replace(delivery, attempts=outcome.attempts)

    assert delays == [10, 30, 90, 270, 810, 2430, 7290, 21_600, 21_600]
    assert outcome.state is DeliveryState.FAILED
    assert outcome.attempts == ATTEMPTS_MAX
    assert outcome.reason == BUSY.reason


def test_a_final_failure_is_not_tried_again() -> None:
    outcome = outcome_of(SALARY, Failure("550 no such user", is_final=True), NOON)

    assert (outcome.state, outcome.attempts) == (DeliveryState.FAILED, 1)


def test_a_long_reason_is_cut() -> None:
    outcome = outcome_of(SALARY, Failure("x" * 5_000), NOON)

    assert len(outcome.reason or "") == 300


@given(waited_seconds=st.floats(0, 10**7))
def test_waiting_for_an_address_costs_no_attempt_and_grows_rarer(waited_seconds: float) -> None:
    now = NOON + timedelta(seconds=waited_seconds)

    outcome = waiting_for_address(SALARY, now)

    assert (outcome.state, outcome.attempts) == (DeliveryState.WAITING, 0)
    assert RETRY_SECONDS_MIN <= (outcome.due_at - now).total_seconds() <= RETRY_SECONDS_MAX


def test_staff_lists_whom_they_like_and_a_customer_himself() -> None:
    assert listed_for(staff(), None) is None
    assert listed_for(staff(), BOB_ID) == BOB_ID
    assert listed_for(customer(), None) == ALICE_ID
    assert listed_for(customer(), ALICE_ID) == ALICE_ID


@pytest.mark.parametrize(
    ("subject", "customer_id"),
    [(customer(), BOB_ID), (Subject(id="u", role=Role.CUSTOMER), None)],
    ids=["somebody else's", "no customer"],
)
def test_a_customer_never_learns_of_another(subject: Subject, customer_id: int | None) -> None:
    with pytest.raises(UnknownCustomer):
        listed_for(subject, customer_id)
