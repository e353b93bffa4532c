"""The words of a loan's terms: each names one choice, and what stands for it in JSON."""

from enum import StrEnum


class Method(StrEnum):
    """How principal and interest are spread over the instalments."""

    EMI = "EMI"  # equal instalments of interest on what is owed, and principal
    EQUAL_PRINCIPAL = "EQUAL_PRINCIPAL"  # equal parts of principal, and interest on what is owed
    FLAT = "FLAT"  # equal parts of principal, and of interest on the whole principal


class Frequency(StrEnum):
    """How often an instalment is due."""

    MONTHLY = "MONTHLY"
    WEEKLY = "WEEKLY"
    FORTNIGHTLY = "FORTNIGHTLY"
    EVERY_N_DAYS = "EVERY_N_DAYS"


class InterestPeriod(StrEnum):
    """Interest of a period: its part of the yearly rate, or by the days in it."""

    SAME_AS_REPAYMENT = "SAME_AS_REPAYMENT"
    DAILY = "DAILY"


class DaysInYear(StrEnum):
    """The days over which the yearly rate is spread."""

    ACTUAL = "ACTUAL"
    D360 = "360"
    D364 = "364"
    D365 = "365"


class DaysInMonth(StrEnum):
    """The days of a month whose interest is counted by days."""

    ACTUAL = "ACTUAL"
    D30 = "30"


class DayCount(StrEnum):
    """A convention by which days and years are counted whatever days_in_… say."""

    # The share of each calendar year: the first day is counted, the last one is not (ISDA 2006).
    ACT_ACT_ISDA = "ACT_ACT_ISDA"
    # The same with the first day left out and the last one counted.
    ACT_ACT_LAST_DAY = "ACT_ACT_LAST_DAY"
    # Twelve months of 30 days, the 31st being the 30th (30E/360, Eurobond basis).
    THIRTY_E_360 = "30E_360"


class ScheduleType(StrEnum):
    """How the equal instalment is found, and what changes it."""

    # Once, as if all periods were alike; what is paid out later does not change it.
    CUMULATIVE = "CUMULATIVE"
    # From the rate factor of each period; found anew whenever more is paid out.
    PROGRESSIVE = "PROGRESSIVE"


class FeeCharged(StrEnum):
    """When a fee is charged."""

    AT_DISBURSEMENT = "AT_DISBURSEMENT"  # kept back from what is paid out
    PER_INSTALMENT = "PER_INSTALMENT"  # due with each instalment


class PercentOf(StrEnum):
    """Of what a fee in percent is counted: of the loan, or of each instalment."""

    PRINCIPAL = "PRINCIPAL"
    INTEREST = "INTEREST"
    PRINCIPAL_AND_INTEREST = "PRINCIPAL_AND_INTEREST"
