from datetime import timedelta

import pytest

from contracts.envelope import Kind
from services.auth.domain.patience import (
    FREE_FAILURES,
    TooManyAttempts,
    can_be_username,
    require_patience,
    username_digest,
    wait_after,
)
from tests.auth.world import NOW


def test_the_first_failures_cost_nothing() -> None:
    assert [wait_after(failures) for failures in range(1, FREE_FAILURES)] == [None] * 4


def test_from_the_fifth_failure_each_wait_is_twice_the_last_up_to_a_quarter_of_an_hour() -> None:
    waits = [wait_after(failures) for failures in range(5, 15)]

    seconds = [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    assert waits == [timedelta(seconds=each) for each in seconds]


def test_no_single_wait_is_longer_than_a_quarter_of_an_hour() -> None:
    assert wait_after(10**9) == timedelta(minutes=15)


def test_a_refused_attempt_is_told_how_many_seconds_to_wait() -> None:
    with pytest.raises(TooManyAttempts, match="in 8 seconds") as refusal:
        require_patience(NOW + timedelta(seconds=7.2), NOW)

    assert refusal.value.kind is Kind.TOO_MANY
    assert refusal.value.refusal().retry_after_seconds == 8


@pytest.mark.parametrize("refused_until", [None, NOW, NOW - timedelta(days=1)])
def test_whoever_has_waited_may_try(refused_until: object) -> None:
    require_patience(refused_until, NOW)  # type: ignore[arg-type]


def test_a_username_in_other_letters_is_the_same_username() -> None:
    assert username_digest("Asha.Rao") == username_digest("asha.rao")
    assert username_digest("asha.rao") != username_digest("asha.rai")


@pytest.mark.parametrize("typed", ["İrina", "a\u017fha", "\u212aumar", "asha\0", "आशा"])
def test_a_name_of_other_letters_is_nobodys(typed: str) -> None:
    assert not can_be_username(typed)
    assert can_be_username("Asha.Rao@br-01_x")
