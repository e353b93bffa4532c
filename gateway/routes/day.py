"""The business day: the date on which the bank books."""

from datetime import date, datetime

from contracts.account.day import BusinessDay, BusinessDayClosed, CloseBusinessDay, GetBusinessDay
from gateway.routing import EdgeRouter
from gateway.schemas import Answer, Body, IsoDate, example

router = EdgeRouter("/api/day", "business day")


class DayAnswer(Answer):
    """A business day: all that is booked while it is open has its date."""

    model_config = example(
        business_date="2026-01-01", opened_at="2025-12-31T18:30:00Z", closed_at=None
    )
    tells = BusinessDay

    business_date: date
    opened_at: datetime
    closed_at: datetime | None


class ClosingRequest(Body):
    """The open day is named, so that a repeat closes no second one."""

    model_config = example(business_date="2026-01-01")

    business_date: IsoDate


class DayClosedAnswer(Answer):
    """The day that was closed, and the one that is open now."""

    model_config = example(
        business_date="2026-01-01", closed_at="2026-01-01T17:30:00Z",
        next_business_date="2026-01-02",
    )  # fmt: skip
    tells = BusinessDayClosed

    business_date: date
    closed_at: datetime
    next_business_date: date


@router.asks(GetBusinessDay, "GET ", answers=DayAnswer)
def get_business_day() -> GetBusinessDay:
    """The open business day."""
    return GetBusinessDay()


@router.sends(CloseBusinessDay, "POST /close", answers=DayClosedAnswer, status=200)
def close_business_day(body: ClosingRequest) -> CloseBusinessDay:
    """Close the open business day before midnight; the next one is open from then on."""
    return CloseBusinessDay(business_date=body.business_date)
