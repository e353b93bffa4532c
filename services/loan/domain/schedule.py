"""A quote from its terms: the size of the instalment, the dates, the parts, and what it costs.

Equal instalments, monthly, each period bearing a twelfth of the yearly rate. Fees are kept back
from what is paid out: they stand in no instalment, but the annual percentage rate counts them.
"""

from fractions import Fraction

from contracts.loan.quotes import Instalment, LoanSchedule, QuoteLoan
from services.loan.domain.amortisation import amortise, equal_instalment
from services.loan.domain.apr import annual_percentage_rate
from services.loan.domain.calendar import monthly_due_dates
from services.loan.domain.refusals import FeesExceedPrincipal

_MONTHS = 12
_PERCENT = 100


def draw_schedule(terms: QuoteLoan) -> LoanSchedule:
    """The schedule of a loan on these terms.

    Raises:
        UnsupportedTerms: the instalment multiple or the first due date does not allow one.
        FeesExceedPrincipal: nothing would be paid out.
    """
    net_minor = terms.principal_minor - sum(fee.amount_minor for fee in terms.fees)
    if net_minor <= 0:
        raise FeesExceedPrincipal
    rate = Fraction(terms.annual_rate) / (_MONTHS * _PERCENT)
    instalment_minor = equal_instalment(
        terms.principal_minor,
        rate,
        terms.instalments,
        multiple_minor=terms.instalment_multiple_minor,
    )
    instalments = _instalments(terms, rate, instalment_minor)
    return LoanSchedule(
        currency=terms.currency,
        instalment_minor=instalment_minor,
        instalments=instalments,
        total_interest_minor=sum(each.interest_minor for each in instalments),
        total_due_minor=sum(each.due_minor for each in instalments),
        apr=annual_percentage_rate(net_minor, [each.due_minor for each in instalments]),
    )


def _instalments(terms: QuoteLoan, rate: Fraction, instalment_minor: int) -> tuple[Instalment, ...]:
    parts = amortise(
        terms.principal_minor, rate, terms.instalments, instalment_minor=instalment_minor
    )
    dates = monthly_due_dates(terms.start_date, terms.first_due_date, terms.instalments)
    return tuple(
        Instalment(
            number=number,
            due_date=due_date,
            principal_minor=part.principal_minor,
            interest_minor=part.interest_minor,
            fees_minor=0,
            due_minor=part.due_minor,
            balance_minor=part.balance_minor,
        )
        for number, (part, due_date) in enumerate(zip(parts, dates, strict=False), start=1)
    )
