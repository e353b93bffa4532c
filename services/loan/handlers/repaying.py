"""Repayments: taken, taken back, and given back where too much was paid."""

from datetime import date

from contracts.account.accounts import Account, GetAccount
from contracts.envelope import DomainError, Kind
from contracts.loan.operations import LoanOperationBegun
from contracts.loan.repayments import (
    RecoverLoan,
    RefundOverpayment,
    RepayLoan,
    ReverseRepayment,
)
from infra.handling.context import Ask, Context
from infra.handling.telling import Told
from infra.runtime.clock import business_date
from services.loan.domain.files import LoanFile, NewEvent
from services.loan.domain.refusals import NotTheBorrowersAccount
from services.loan.domain.repaying import (
    check_not_refunded,
    paid_parts,
    recovered,
    refunded,
    repaid,
    repayment_of,
    source_of,
    taken_back,
    value_date_of,
)
from services.loan.handlers.happening import (
    Case,
    Happening,
    case_of,
    happen,
    in_cash,
    of_account,
    open_case,
)
from services.loan.handlers.registry import service
from services.loan.handlers.shown import locked
from services.loan.sagas import RECOVERY, REFUND, REPAYMENT, REVERSAL
from services.loan.store import LoanStore


@service.handles_asking(RepayLoan)
async def repay_loan(
    command: RepayLoan, store: LoanStore, context: Context, ask: Ask
) -> Told[LoanOperationBegun]:
    """Begin to book a repayment; it ends in RepaymentReceived, or is refused by the books."""
    loan = await locked(command.loan_id, store, context)
    source = source_of(command, loan, context.subject)
    event = repaid(command, loan, source, context.subject, context.business_date)
    is_late = event.value_date < context.business_date
    opened_on = await _check_source(source, loan, ask, is_asked=is_late)
    case = await case_of(loan, store, context)
    counts_from = value_date_of(event, opened_on, case.today)
    return await happen(case, repayment(case, event, source, context, counts_from), store, context)


def repayment(
    case: Case,
    event: NewEvent,
    source: str | None,
    context: Context,
    counts_from: date | None = None,
) -> Happening:
    """This repayment from an account, which counts it from a day on; None: in cash, and from today
    on."""
    loan = case.loan
    after = case.after(event)
    return Happening(
        REPAYMENT,
        event,
        after,
        description=f"Repayment of loan {loan.loan_id}",
        told={
            "amount_minor": event.amount_minor,
            "paid_on": event.value_date.isoformat(),
            "from_account": source,
            "outstanding_minor": after.principal_minor,
            "is_closed": after.is_repaid,
            **paid_parts(after, case.sequence),
        },
        against=in_cash(loan, context) if source is None else of_account(source),
        value_date=counts_from,
    )


@service.handles(ReverseRepayment)
async def reverse_repayment(
    command: ReverseRepayment, store: LoanStore, context: Context
) -> Told[LoanOperationBegun]:
    """Begin to give a repayment back to where it came from; it counts no more when booked."""
    case = await open_case(command, store, context)
    sequence = await store.sequence_of(case.loan.loan_id, command.repayment_id)
    former = repayment_of(case.events, sequence)
    event = taken_back(case.loan, former, command.reason, case.today)
    after = case.after(event)
    check_not_refunded(after)
    source = former.from_account
    happening = Happening(
        REVERSAL,
        event,
        after,
        description=f"Repayment of loan {case.loan.loan_id} taken back",
        told={
            "amount_minor": former.amount_minor,
            "repayment_id": str(command.repayment_id),
            "outstanding_minor": after.principal_minor,
        },
        against=in_cash(case.loan, context) if source is None else of_account(source),
    )
    return await happen(case, happening, store, context)


@service.handles(RefundOverpayment)
async def refund_overpayment(
    command: RefundOverpayment, store: LoanStore, context: Context
) -> Told[LoanOperationBegun]:
    """Begin to pay what was overpaid into the account of the loan."""
    case = await open_case(command, store, context)
    event = refunded(case.loan, command.amount, case.now, case.today)
    happening = Happening(
        REFUND,
        event,
        case.after(event),
        description=f"Overpaid on loan {case.loan.loan_id}",
        told={"amount_minor": event.amount_minor, "kind": REFUND.name},
        against=of_account(case.loan.account_number),
    )
    return await happen(case, happening, store, context)


@service.handles_asking(RecoverLoan)
async def recover_loan(
    command: RecoverLoan, store: LoanStore, context: Context, ask: Ask
) -> Told[LoanOperationBegun]:
    """Begin to book what is paid on a loan that was written off."""
    case = await open_case(command, store, context)
    source = source_of(command, case.loan, context.subject)
    event = recovered(case.loan, command, source, case.now, case.today)
    await _check_source(source, case.loan, ask)
    happening = Happening(
        RECOVERY,
        event,
        case.after(event),
        description=f"Recovery of loan {case.loan.loan_id}",
        told={"amount_minor": command.amount.minor, "kind": RECOVERY.name},
        against=in_cash(case.loan, context) if source is None else of_account(source),
    )
    return await happen(case, happening, store, context)


async def _check_source(
    source: str | None, loan: LoanFile, ask: Ask, *, is_asked: bool = False
) -> date | None:
    """Ask whose account it is that pays, if it is another than the loan's or if `is_asked`; and
    when it was opened, if it was asked.

    Raises:
        NotTheBorrowersAccount
    """
    if source is None or (source == loan.account_number and not is_asked):
        return None
    try:
        account = await ask(GetAccount(account_number=source))
    except DomainError as refusal:
        if refusal.refusal().kind is Kind.NOT_FOUND:
            raise NotTheBorrowersAccount from refusal
        raise
    assert isinstance(account, Account)
    if account.customer_id != loan.customer_id:
        raise NotTheBorrowersAccount
    return business_date(account.opened_at)
