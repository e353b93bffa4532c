from datetime import timedelta

import pytest

from contracts.envelope import Kind
from services.auth.domain.patience import (
    WITH_A_PAIR,
    TooManyAttempts,
    can_be_username,
    pair_counter,
    require_patience,
    wait_after,
    wide_counters,
)
from tests.auth.world import NOW


def test_the_first_failures_cost_nothing() -> None:
    assert [wait_after(failures, WITH_A_PAIR) for failures in range(1, 5)] == [None] * 4


def test_from_the_fifth_failure_each_wait_is_twice_the_last_up_to_a_quarter_of_an_hour() -> None:
    waits = [wait_after(failures, WITH_A_PAIR) for failures in range(5, 15)]

    seconds = [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    assert waits == [timedelta(seconds=each) for each in seconds]


def test_no_single_wait_is_longer_than_a_quarter_of_an_hour() -> None:
    assert wait_after(10**9, WITH_A_PAIR) == timedelta(minutes=15)


def test_a_refused_attempt_is_told_how_many_seconds_to_wait() -> None:
    with pytest.raises(TooManyAttempts, match="in 8 seconds") as refusal:
        require_patience(NOW + timedelta(seconds=7.2), NOW)

    assert refusal.value.kind is Kind.TOO_MANY
    assert refusal.value.refusal().retry_after_seconds == 8


@pytest.mark.parametrize("refused_until", [None, NOW, NOW - timedelta(days=1)])
def test_whoever_has_waited_may_try(refused_until: object) -> None:
    require_patience(refused_until, NOW)  # type: ignore[arg-type]


def test_a_username_in_other_letters_is_the_same_username() -> None:
    assert pair_counter("Asha.Rao", "10.0.0.1") == pair_counter("asha.rao", "10.0.0.1")
    assert wide_counters("Asha.Rao", None) == wide_counters("asha.rao", None)
    assert pair_counter("asha.rao", "10.0.0.1") != pair_counter("asha.rai", "10.0.0.1")


def test_no_two_counters_are_one() -> None:
    digests = {
        counter.digest
        for source in ("10.0.0.1", "10.0.0.2", None)
        for counter in (pair_counter("asha.rao", source), *wide_counters("asha.rao", source))
    }

    assert len(digests) == 3 + 3 + 1


@pytest.mark.parametrize("typed", ["İrina", "a\u017fha", "\u212aumar", "asha\0", "आशा"])
def test_a_name_of_other_letters_is_nobodys(typed: str) -> None:
    assert not can_be_username(typed)
    assert can_be_username("Asha.Rao@br-01_x")
