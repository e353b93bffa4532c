"""Which schedules may be made anew, and what each is as an event."""

from datetime import date

from contracts.loan.products import LoanProductTerms
from contracts.loan.rescheduling import GrantMoratorium, ReamortiseLoan, RescheduleLoan
from contracts.loan.shape import INSTALMENTS_MAX
from contracts.loan.words import Method
from services.loan.domain.files import LoanFile, NewEvent
from services.loan.domain.refusals import (
    DueDateOutOfOrder,
    LoanNotPerforming,
    NothingToReschedule,
    RateOutsideProduct,
    TermOutsideProduct,
    UnsupportedTerms,
)
from services.loan.domain.repaying import check_active
from services.loan.domain.servicing.arrears import arrears_of
from services.loan.domain.servicing.position import Position


def rescheduled(
    loan: LoanFile,
    command: RescheduleLoan,
    product: LoanProductTerms,
    now: Position,
    today: date,
) -> NewEvent:
    """The other schedule as an event.

    Raises:
        LoanClosed, LoanIsWrittenOff, LoanNotActive
        NothingToReschedule: no instalment to come is due on that date or later.
        DueDateOutOfOrder, RateOutsideProduct, TermOutsideProduct: what is changed.
    """
    check_active(loan)
    coming = [each for each in now.instalments if each.due_on >= max(today, command.from_due)]
    if not coming:
        raise NothingToReschedule
    if command.new_due is not None and command.new_due <= max(today, coming[0].start_on):
        raise DueDateOutOfOrder
    rate = command.annual_rate
    if rate is not None and not product.annual_rate_min <= rate <= product.annual_rate_max:
        raise RateOutsideProduct
    more = command.extra_instalments + command.principal_grace
    if len(now.instalments) + more > INSTALMENTS_MAX:
        raise TermOutsideProduct
    changes = command.model_dump(mode="json", exclude={"loan_id"})
    return NewEvent(kind="rescheduled", value_date=today, details=changes)


def moratorium(loan: LoanFile, command: GrantMoratorium, now: Position, today: date) -> NewEvent:
    """The months in which nothing is due, as an event.

    Raises:
        LoanClosed, LoanIsWrittenOff, LoanNotActive
        LoanNotPerforming: its interest is no income, and cannot become principal.
        UnsupportedTerms: flat interest is that of one principal.
        NothingToReschedule: no instalment is to come.
        TermOutsideProduct: there would be more instalments than any loan has.
    """
    check_active(loan)
    if arrears_of(now, is_over=False).is_npa:
        raise LoanNotPerforming
    if loan.terms.method is Method.FLAT:
        raise UnsupportedTerms("Flat interest is that of one principal at one rate.")
    if now.instalments[-1].due_on <= today:
        raise NothingToReschedule
    if len(now.instalments) + command.instalments > INSTALMENTS_MAX:
        raise TermOutsideProduct
    details = command.model_dump(mode="json", exclude={"loan_id"})
    return NewEvent(kind="moratorium", value_date=today, details=details)


def reamortised(loan: LoanFile, command: ReamortiseLoan, today: date) -> NewEvent:
    """The arrears spread, as an event.

    Raises:
        LoanClosed, LoanIsWrittenOff, LoanNotActive
    """
    check_active(loan)
    return NewEvent(kind="re-amortised", value_date=today, details={"reason": command.reason})


def check_changed(before: Position, after: Position) -> None:
    """Ask whether there is another schedule.

    Raises:
        NothingToReschedule
    """
    if before.changed_by == after.changed_by or _planned(before) == _planned(after):
        raise NothingToReschedule


def _planned(position: Position) -> list[tuple[object, ...]]:
    return [
        (each.due_on, each.principal.due_minor, each.interest.due_minor)
        for each in position.instalments
    ]
