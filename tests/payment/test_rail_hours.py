"""When a rail is open: hours, weekly holidays and holidays of its rule, by the clock of India."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import DomainError, Role
from contracts.money import Currency
from contracts.payment.rails import AddRailRule, RailRule
from contracts.payment.values import Rail
from contracts.words import Weekday
from infra.runtime.clock import BUSINESS_ZONE
from services.payment.domain.payments import opening
from tests.builders import an, customer, inr, staff
from tests.payment.desk import NOON, Desk, payment_of

RULE = an(
    RailRule, currency=Currency.INR, least_minor=None, most_minor=None, opens="07:00",
    closes="18:00", weekly_holidays=(Weekday.SUNDAY,), holidays=(date(2026, 1, 26),),
)  # fmt: skip
ALWAYS = an(RailRule, currency=Currency.INR, least_minor=None, most_minor=None)


def india(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BUSINESS_ZONE)


MOMENTS = st.integers(0, 366 * 86_400).map(
    lambda second: india("2026-01-01") + timedelta(seconds=second)
)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        pytest.param("2026-01-23 06:59:59", "2026-01-23 07:00", id="before it opens"),
        pytest.param("2026-01-23 07:00", "2026-01-23 07:00", id="when it opens"),
        pytest.param("2026-01-23 17:59:59", "2026-01-23 17:59:59", id="before it closes"),
        pytest.param("2026-01-23 18:00", "2026-01-24 07:00", id="when it closes"),
        pytest.param("2026-01-24 18:00", "2026-01-27 07:00", id="before Sunday and a holiday"),
        pytest.param("2026-01-25 12:00", "2026-01-27 07:00", id="on a Sunday"),
        pytest.param("2026-01-26 12:00", "2026-01-27 07:00", id="on a holiday"),
    ],
)
def test_a_rail_opens_by_its_rule(at: str, opens: str) -> None:
    assert opening(RULE, india(at)) == india(opens)


def test_a_holiday_without_hours_is_the_whole_day() -> None:
    rule = ALWAYS.model_copy(update={"holidays": (date(2026, 1, 26),)})

    assert opening(rule, india("2026-01-25 23:59:59")) == india("2026-01-25 23:59:59")
    assert opening(rule, india("2026-01-26 00:00")) == india("2026-01-27 00:00")


@given(MOMENTS)
def test_a_rail_without_hours_and_holidays_is_always_open(at: datetime) -> None:
    assert opening(ALWAYS, at) == at


@given(MOMENTS)
def test_a_rail_is_open_when_it_says_that_it_opens(at: datetime) -> None:
    opens = opening(RULE, at)

    assert opening(RULE, opens) == opens >= at
    assert "07:00" <= f"{opens:%H:%M}" < "18:00"
    assert opens.date() not in RULE.holidays
    assert opens.weekday() != 6


@pytest.mark.integration
async def test_a_payment_at_another_hour_is_refused_and_is_told_when_the_rail_opens(
    desk: Desk,
) -> None:
    today = NOON.astimezone(BUSINESS_ZONE).date()
    rule = AddRailRule(rail=Rail.RTGS, valid_from=today, opens="07:00", closes="18:00")
    await desk.ask(rule, staff(Role.ADMIN))
    wish = payment_of(rail=Rail.RTGS, amount=inr("200000"))

    with pytest.raises(DomainError) as refused:
        await desk.ask(wish, customer(), now=NOON + timedelta(hours=7))
    assert refused.value.code == "rail-closed"
    assert str(refused.value) == "RTGS is closed; it opens on 2026-01-06 at 07:00 in India."
    assert desk.sent == []

    await desk.make(rail=Rail.RTGS, amount=inr("200000"))
    await desk.ask(payment_of(), customer(), now=NOON + timedelta(hours=7))  # IMPS is open
