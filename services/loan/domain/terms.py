"""What terms lead to before anything is computed, and which of them contradict one another."""

from collections.abc import Iterator
from datetime import date

from contracts.loan.quotes import Disbursement, QuoteLoan
from contracts.loan.terms import Fee, LoanTerms
from contracts.loan.words import (
    DaysInMonth,
    DaysInYear,
    FeeCharged,
    Frequency,
    InterestPeriod,
    Method,
    PercentOf,
    ScheduleType,
)
from services.loan.domain.calendar import length_between
from services.loan.domain.refusals import UnsupportedTerms


def settled(quote: QuoteLoan) -> QuoteLoan:
    """The same terms with the type of the schedule chosen, and a moratorium as its two graces.

    Raises:
        UnsupportedTerms: two of them contradict each other, or nothing would be lent for them.
    """
    for fault in _faults(quote):
        raise UnsupportedTerms(fault)
    return quote.model_copy(
        update={
            "schedule_type": schedule_type(quote),
            "principal_grace": max(quote.principal_grace, quote.moratorium),
            "interest_grace": max(quote.interest_grace, quote.moratorium),
        }
    )


def schedule_type(quote: QuoteLoan) -> ScheduleType:
    """The type that the terms name, or that published schedules on such terms have.

    Instalments in whole units are cumulative. Others are progressive where the days of a month or
    a year are named, or periods differ in what they bear: by a first one that is broken, by what is
    paid out, or by the rate.
    """
    if quote.schedule_type is not None:
        return quote.schedule_type
    if quote.instalment_multiple_minor >= one_unit(quote):
        return ScheduleType.CUMULATIVE
    is_even = (
        quote.interest_period is InterestPeriod.SAME_AS_REPAYMENT
        and quote.day_count is None
        and quote.days_in_month is DaysInMonth.D30
        and quote.days_in_year is DaysInYear.D365
        and not quote.tranches
        and not quote.rate_changes
        and not _is_broken(quote)
    )
    return ScheduleType.CUMULATIVE if is_even else ScheduleType.PROGRESSIVE


def one_unit(terms: LoanTerms) -> int:
    """One rupee in paise; of a currency without decimals, two, so that 1 is no choice of units."""
    return max(int(10**terms.currency.scale), 2)


def disbursements(quote: QuoteLoan) -> tuple[Disbursement, ...]:
    """What is paid out when, in the order of dates; the first part on the start date.

    Raises:
        UnsupportedTerms: a tranche is before the start, or those from the start on are not the
            whole principal.
    """
    paid: dict[date, int] = {}
    for tranche in quote.tranches:
        paid[tranche.on] = paid.get(tranche.on, 0) + tranche.amount_minor
    start, total = quote.start_date, sum(paid.values())
    if any(on < start for on in paid):
        raise UnsupportedTerms("No tranche can be before the start date.")
    if start in paid and total != quote.principal_minor:
        raise UnsupportedTerms("Tranches from the start date on must add up to the principal.")
    if start not in paid:
        rest = quote.principal_minor - total
        paid[start] = rest if rest > 0 else quote.principal_minor
    return tuple(Disbursement(on=on, amount_minor=paid[on]) for on in sorted(paid))


def _is_broken(quote: QuoteLoan) -> bool:
    """Whether the first period is not a whole one."""
    first_due = quote.first_due_date
    if first_due is None or first_due <= quote.start_date:
        return False
    return length_between(quote, quote.start_date, first_due) != 1


def _faults(quote: QuoteLoan) -> Iterator[str]:
    if (quote.frequency is Frequency.EVERY_N_DAYS) is not (quote.every_days is not None):
        yield "every_days goes with EVERY_N_DAYS, and EVERY_N_DAYS with it."
    if max(quote.principal_grace, quote.moratorium) >= quote.instalments:
        yield "A grace must leave an instalment that repays principal."
    if max(quote.interest_grace, quote.interest_free_periods) > quote.instalments:
        yield "A grace cannot have more periods than there are instalments."
    if quote.down_payment_minor and quote.down_payment_percent:
        yield "A down payment is either an amount or a percentage."
    if quote.method is Method.FLAT and (quote.tranches or quote.rate_changes):
        yield "Flat interest is that of one principal at one rate."
    for fee in quote.fees:
        yield from faults_of_fee(fee)


def faults_of_fee(fee: Fee) -> Iterator[str]:
    """What is unclear or contradicts itself in a fee."""
    if (fee.amount_minor is None) is (fee.percent is None):
        yield "A fee is either an amount or a percentage."
    is_up_front = fee.charged is FeeCharged.AT_DISBURSEMENT
    if is_up_front and fee.percent is not None and fee.percent_of is not PercentOf.PRINCIPAL:
        yield "A fee kept back at disbursement is a percentage of the principal."
