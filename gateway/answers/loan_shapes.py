"""What is told of the shape of schedules: by loans and key facts, and as limits by products."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel

from contracts.calendar import HolidayRule
from contracts.words import Weekday
from gateway.money import MoneyText
from gateway.telling import From

PLAIN = {
    "every_days": None, "principal_grace": 0, "interest_grace": 0, "interest_free_periods": 0,
    "moratorium": 0, "balloon": "0.00", "down_payment": "0.00", "down_payment_percent": "0",
}  # fmt: skip
LIMITS = {
    "every_days_min": 1, "every_days_max": 366, "principal_grace_max": 6, "interest_grace_max": 0,
    "interest_free_periods_max": 0, "moratorium_max": 3, "balloon_percent_max": "0",
    "down_payment_percent_max": "0",
}  # fmt: skip
NO_HOLIDAYS = {"holiday_rule": "SAME_DAY", "holidays": [], "weekly_holidays": []}


class ShapeTold(BaseModel):
    """What makes instalments differ from equal ones."""

    every_days: int | None
    principal_grace: int
    interest_grace: int
    interest_free_periods: int
    moratorium: int
    balloon: MoneyText
    down_payment: MoneyText
    down_payment_percent: Annotated[str, From("down_payment_percent", "{:f}".format)]


class ShapeLimitsTold(BaseModel):
    """How far applications may choose the shape."""

    every_days_min: int
    every_days_max: int
    principal_grace_max: int
    interest_grace_max: int
    interest_free_periods_max: int
    moratorium_max: int
    balloon_percent_max: Annotated[str, From("balloon_percent_max", "{:f}".format)]
    down_payment_percent_max: Annotated[str, From("down_payment_percent_max", "{:f}".format)]


class DueDatesTold(BaseModel):
    """Where due dates on holidays go."""

    holiday_rule: HolidayRule
    holidays: tuple[date, ...]
    weekly_holidays: tuple[Weekday, ...]
