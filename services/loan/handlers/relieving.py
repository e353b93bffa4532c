"""What changes what a borrower owes without money: waivers, losses, schedules made anew."""

from contracts.loan.applications import LoanShown
from contracts.loan.operations import LoanOperationBegun
from contracts.loan.repayments import WaiveLoanDues, WriteLoanOff
from contracts.loan.rescheduling import (
    GrantMoratorium,
    LoanRescheduled,
    ReamortiseLoan,
    RescheduleLoan,
)
from infra.handling.context import Context
from infra.handling.telling import Told
from services.loan.domain.files import NewEvent
from services.loan.domain.repaying import check_active, check_waived, waived
from services.loan.domain.rescheduling import (
    check_changed,
    moratorium,
    reamortised,
    rescheduled,
)
from services.loan.domain.standing import standing_of
from services.loan.handlers.happening import Case, Happening, happen, open_case
from services.loan.handlers.registry import service
from services.loan.handlers.shown import about, shown
from services.loan.handlers.versions import versions_of
from services.loan.sagas import WAIVER, WRITE_OFF
from services.loan.store import LoanStore
from services.loan.store.happenings import Happened


@service.handles(WaiveLoanDues)
async def waive_loan_dues(
    command: WaiveLoanDues, store: LoanStore, context: Context
) -> Told[LoanOperationBegun]:
    """Begin to book what the bank does without; it is no income any more."""
    case = await open_case(command, store, context)
    event = waived(case.loan, command, case.today)
    after = case.after(event)
    check_waived(command.amount.minor, case.now, after)
    happening = Happening(
        WAIVER,
        event,
        after,
        description=f"Waived of loan {case.loan.loan_id}",
        told={"amount_minor": command.amount.minor, "kind": WAIVER.name},
    )
    return await happen(case, happening, store, context)


@service.handles(WriteLoanOff)
async def write_loan_off(
    command: WriteLoanOff, store: LoanStore, context: Context
) -> Told[LoanOperationBegun]:
    """Begin to book all that is owed as a loss."""
    case = await open_case(command, store, context)
    check_active(case.loan)
    event = NewEvent(kind="written-off", value_date=case.today, details={"reason": command.reason})
    after = case.after(event)
    assert after.written_off is not None
    happening = Happening(
        WRITE_OFF,
        event,
        after,
        description=f"Loan {case.loan.loan_id} written off",
        told={"amount_minor": after.written_off.total_minor},
    )
    return await happen(case, happening, store, context)


@service.handles(RescheduleLoan)
async def reschedule_loan(
    command: RescheduleLoan, store: LoanStore, context: Context
) -> Told[LoanShown]:
    """Plan the instalments to come anew; nothing is booked, since nothing more is earned yet."""
    case = await open_case(command, store, context)
    event = rescheduled(case.loan, command, case.product, case.now, case.today)
    return await _made_anew(case, event, store, context)


@service.handles(GrantMoratorium)
async def grant_moratorium(
    command: GrantMoratorium, store: LoanStore, context: Context
) -> Told[LoanShown]:
    """Let nothing be due for some instalments; the ends of their days book what becomes of it."""
    case = await open_case(command, store, context)
    event = moratorium(case.loan, command, case.now, case.today)
    return await _made_anew(case, event, store, context)


@service.handles(ReamortiseLoan)
async def reamortise_loan(
    command: ReamortiseLoan, store: LoanStore, context: Context
) -> Told[LoanShown]:
    """Spread the arrears of principal over the instalments to come."""
    case = await open_case(command, store, context)
    return await _made_anew(case, reamortised(case.loan, command, case.today), store, context)


async def _made_anew(
    case: Case, event: NewEvent, store: LoanStore, context: Context
) -> Told[LoanShown]:
    """Keep another schedule, of which the old one stays readable."""
    loan = case.loan
    after = case.after(event)
    check_changed(case.now, after)
    happened = Happened(
        loan.loan_id,
        event,
        booked_on=case.today,
        made_by=context.subject.id,
        caused_by=context.message_id,
    )
    await store.append([happened])
    standing = standing_of(after, loan.disbursed_on or case.today)
    await store.keep_standings({loan.loan_id: standing})
    reply = await shown(loan.loan_id, store, context)
    number = len(await versions_of(loan, await store.events(loan.loan_id), store))
    return Told(reply, LoanRescheduled(**about(reply), version=number, kind=event.kind))
