"""Applications approved, rejected and given up; who approves above an amount needs another."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from contracts.envelope import Subject
from contracts.loan.applications import (
    ApproveLoan,
    CancelLoan,
    LoanApproved,
    LoanRejected,
    LoanShown,
    RejectLoan,
)
from contracts.loan.values import LoanState
from contracts.money import Money, format_minor
from infra.data.terms import Terms
from infra.handling.approvals import OwnApproval
from infra.handling.context import Asked, Context
from infra.handling.telling import Told
from services.loan.domain.files import LoanFile, NewEvent
from services.loan.domain.refusals import LoanNotApplied, LoanNotCancellable
from services.loan.handlers.registry import service
from services.loan.handlers.shown import about, locked, shown
from services.loan.store import LoanStore
from services.loan.store.happenings import Happened


@service.weighs
async def weigh(asked: Sequence[Asked[Any]], store: LoanStore) -> list[str | None]:
    """By the authority of the open business day, read once for all of them."""
    terms = await store.authority(asked[0].context.business_date)
    principals = await store.principals([each.message.loan_id for each in asked])
    return [_why_it_waits(principals.get(each.message.loan_id), terms) for each in asked]


@service.handles(ApproveLoan)
async def approve_loan(command: ApproveLoan, store: LoanStore, context: Context) -> Told[LoanShown]:
    """Let a loan be paid out, by the word of others than whoever applied for it."""
    await _decide(command, LoanState.APPROVED, store, context)
    reply = await shown(command.loan_id, store, context)
    return Told(reply, LoanApproved(**about(reply)))


@service.handles(RejectLoan)
async def reject_loan(command: RejectLoan, store: LoanStore, context: Context) -> Told[LoanShown]:
    """Refuse an application; it cannot be approved any more."""
    await _decide(command, LoanState.REJECTED, store, context)
    reply = await shown(command.loan_id, store, context)
    return Told(reply, LoanRejected(**about(reply)))


@service.handles(CancelLoan)
async def cancel_loan(command: CancelLoan, store: LoanStore, context: Context) -> LoanShown:
    """Give up a loan of which nothing is paid out."""
    loan = await locked(command.loan_id, store, context)
    if loan.state not in (LoanState.APPLIED, LoanState.APPROVED):
        raise LoanNotCancellable
    today = context.business_date
    given_up = NewEvent(kind="cancelled", value_date=today, details={"reason": command.reason})
    happened = Happened(
        loan.loan_id,
        given_up,
        booked_on=today,
        made_by=context.subject.id,
        caused_by=context.message_id,
    )
    await store.append([happened])
    await store.set_state(loan.loan_id, LoanState.CANCELLED, context.now)
    return await shown(loan.loan_id, store, context)


async def _decide(
    command: ApproveLoan | RejectLoan, state: LoanState, store: LoanStore, context: Context
) -> None:
    """Keep the decision of people who may take it.

    Raises:
        LoanNotApplied, OwnApproval
    """
    loan = await locked(command.loan_id, store, context)
    if loan.state is not LoanState.APPLIED:
        raise LoanNotApplied
    _check_others(loan, context.subject, context.approved_by)
    await store.decide(
        loan.loan_id,
        state,
        by=context.subject.id,
        approved_by=context.approved_by.id if context.approved_by else None,
        reason=command.reason,
        now=context.now,
    )


def _check_others(loan: LoanFile, *deciders: Subject | None) -> None:
    if any(each is not None and each.id == loan.applied_by for each in deciders):
        raise OwnApproval


def _why_it_waits(principal: Money | None, terms: Terms) -> str | None:
    """Why approving a loan of this principal needs another; None: it does not."""
    if principal is None:
        return None
    above_minor = int(Decimal(terms["above"]).scaleb(principal.currency.scale))
    if principal.minor <= above_minor:
        return None
    amount = format_minor(above_minor, principal.currency)
    return f"The loan is above {amount} {principal.currency}."
