"""How the interest of a product's loans is counted: by which periods, days and years."""

from pydantic import BaseModel, ConfigDict, Field

from contracts.loan.words import DayCount, DaysInMonth, DaysInYear, InterestPeriod, ScheduleType


class CountingRules(BaseModel):
    """How interest is counted, the same for all loans of a product; as in a quote."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    interest_period: InterestPeriod = Field(
        default=InterestPeriod.SAME_AS_REPAYMENT,
        description="Whether interest is counted by the period or by the day.",
    )
    days_in_year: DaysInYear = Field(
        default=DaysInYear.D365, description="How many days a year counts."
    )
    days_in_month: DaysInMonth = Field(
        default=DaysInMonth.D30, description="How many days a month counts."
    )
    day_count: DayCount | None = Field(
        default=None,
        description="A convention that stands for both; null: they are as they are named.",
    )
    schedule_type: ScheduleType | None = Field(
        default=None, description="How the equal instalment is found; null: by the other terms."
    )
