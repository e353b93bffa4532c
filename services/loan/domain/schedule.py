"""A quote from its terms: the periods, what each bears and repays, and what the loan costs.

Who calls whom is read here. Terms (`terms.py`) give periods (`calendar.py`), these the parts of the
year in which they bear interest (`accrual.py`, `spans.py`), and the walk along them (`walk.py`; of
flat interest `flat.py`) the instalments. Down payments (`down_payments.py`) stand between them.
Fees (`fees.py`) are kept back from what is paid out or due with instalments, and the yearly rate
(`cost.py`, `apr.py`) counts them all.
"""

from collections.abc import Sequence

from contracts.loan.quotes import Disbursement, LoanSchedule, QuoteLoan
from contracts.loan.words import Method, ScheduleType
from services.loan.domain.calendar import periods_of
from services.loan.domain.cost import yearly_cost
from services.loan.domain.down_payments import down_payments, scheduled
from services.loan.domain.fees import kept_back_minor
from services.loan.domain.flat import bears_flat, flat_schedule
from services.loan.domain.refusals import FeesExceedPrincipal, UnsupportedTerms
from services.loan.domain.rows import rows_of
from services.loan.domain.spans import Outline, outline
from services.loan.domain.terms import disbursements, settled
from services.loan.domain.walk import Part, continue_schedule


def draw_schedule(quote: QuoteLoan) -> LoanSchedule:
    """The schedule of a loan on these terms.

    Raises:
        UnsupportedTerms: they contradict each other, or no instalment repays such a loan.
        FeesExceedPrincipal: nothing would be paid out.
    """
    terms = settled(quote)
    paid_out = disbursements(terms)
    total = sum(each.amount_minor for each in paid_out)
    kept_back = kept_back_minor(terms, total)
    if kept_back >= paid_out[0].amount_minor:
        raise FeesExceedPrincipal
    down = down_payments(terms, paid_out)
    plan = draw_outline(terms, scheduled(paid_out, down))
    lent = bears_flat(terms, total, sum(each.amount_minor for each in down))
    parts = parts_of(plan, lent)
    rows = rows_of(plan, parts, down, paid_out)
    interest = sum(each.interest_minor for each in rows)
    fees = sum(each.fees_minor for each in rows)
    return LoanSchedule(
        currency=terms.currency,
        instalment_minor=_instalment(plan, parts),
        instalments=rows,
        total_interest_minor=interest,
        total_due_minor=sum(each.due_minor for each in rows),
        apr=yearly_cost(plan, paid_out, rows, kept_back),
        total_principal_minor=total,
        total_fees_minor=kept_back + fees,
        net_disbursed_minor=total - kept_back,
        schedule_type=terms.schedule_type or ScheduleType.CUMULATIVE,
        disbursements=paid_out,
    )


def draw_outline(terms: QuoteLoan, paid_out: Sequence[Disbursement]) -> Outline:
    """The periods of settled terms, and what is to be repaid in them.

    Raises:
        UnsupportedTerms: something is paid out, or the rate changes, after the last due date; or
            the balloon is all that there is to repay.
    """
    periods = periods_of(terms, terms.start_date, terms.first_due_date)
    last_day = periods[-1].due
    if any(each.on >= last_day for each in paid_out):
        raise UnsupportedTerms("Nothing can be paid out on the last due date or later.")
    if any(each.from_date >= last_day for each in terms.rate_changes):
        raise UnsupportedTerms("The rate cannot change on the last due date or later.")
    if terms.balloon_minor >= paid_out[0].amount_minor:
        raise UnsupportedTerms("A balloon must be less than what is first paid out.")
    return outline(terms, periods, paid_out, terms.rate_changes)


def parts_of(plan: Outline, bearing_minor: int) -> tuple[Part, ...]:
    """The instalments of the whole schedule; flat interest is that on `bearing_minor`."""
    is_flat = plan.terms.method is Method.FLAT
    return tuple(flat_schedule(plan, bearing_minor) if is_flat else continue_schedule(plan))


def _instalment(plan: Outline, parts: Sequence[Part]) -> int:
    """The equal instalment, or what is due first with principal in it."""
    with_principal = (each for each, span in zip(parts, plan.spans, strict=False) if span.repays)
    first = next(with_principal, parts[-1])
    return first.target_minor if plan.terms.method is Method.EMI else first.due_minor
