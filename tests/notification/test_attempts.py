"""When a failed e-mail is tried again, and when it is given up."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from contracts.notification import DeliveryState
from services.notification.domain.attempts import (
    ATTEMPTS_MAX,
    RETRY_SECONDS_MAX,
    RETRY_SECONDS_MIN,
    Failure,
    outcome_of,
    waiting_for_address,
)
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
