"""Two managers end a payment that the rail has contradicted: one proposes, another decides.

All of it happens under the lock of the payment's own run, so of two who decide at once the second
finds nothing open. What an approval books begins in its transaction.
"""

from contracts.envelope import Subject
from contracts.payment.resolutions import ApproveResolution, ProposeResolution, RejectResolution
from contracts.payment.steering import PaymentSteered
from contracts.payment.values import Resolution, ResolutionState
from infra.handling.context import Context
from infra.handling.telling import Outgoing, Told
from infra.sagas.runs import Beginning, Instance, present_of
from services.payment.domain.payments import (
    PaymentNotFound,
    ProposalContradicted,
    check_may_propose,
    open_proposal,
)
from services.payment.handlers.registry import service
from services.payment.handlers.steering import locked, steered
from services.payment.sagas import Resolving
from services.payment.sagas.resolving import Standing, resolution_run, standing_of, state_after
from services.payment.store import RESOLVING, PaymentStore


@service.handles(ProposeResolution)
async def propose_resolution(
    command: ProposeResolution, store: PaymentStore, context: Context
) -> Told[PaymentSteered]:
    instance, resolutions = await _contradicted(store, command, context.subject)
    run, by = instance.run, context.subject.id
    check_may_propose(resolutions, is_contradicted=run.is_contradicted, has_ended=run.phase.is_end)
    payment = await store.payment(command.payment_id, context.subject)
    if payment is None:
        raise PaymentNotFound
    await store.propose(
        command.payment_id,
        len(resolutions) + 1,
        command.outcome,
        state_after(payment.state, command.outcome, standing(instance, resolutions).place),
        by=by,
        reason=command.reason,
        at=context.now,
    )
    await store.sagas.note(
        run.saga_id, action=f"propose-{command.outcome}", actor=by, reason=command.reason
    )
    return await steered(store, command.payment_id, context.subject, ())


@service.handles(ApproveResolution)
async def approve_resolution(
    command: ApproveResolution, store: PaymentStore, context: Context
) -> Told[PaymentSteered]:
    instance, resolutions = await _contradicted(store, command, context.subject)
    proposal = open_proposal(resolutions, command.number, context.subject.id)
    if proposal.contradicted_at is not None:
        raise ProposalContradicted
    where = standing(instance, resolutions)
    saga = RESOLVING.get((proposal.outcome, where.place))  # None: nothing is to be booked
    outgoing: Outgoing = ()
    if saga is not None:
        run_id = resolution_run(command.payment_id, proposal.number)
        data = Resolving(order=instance.run.data, number=proposal.number, captured=where.hold_id)
        outgoing = await store.sagas.begin(
            Beginning(saga, run_id, data, context.trace), at=present_of(context)
        )
    await store.decide(
        command.payment_id,
        proposal.number,
        by=context.subject.id,
        at=context.now,
        approved=True,
        books=saga is not None,
    )
    await store.sagas.note(
        command.payment_id, action="approve", actor=context.subject.id, reason=command.reason
    )
    return await steered(store, command.payment_id, context.subject, outgoing)


@service.handles(RejectResolution)
async def reject_resolution(
    command: RejectResolution, store: PaymentStore, context: Context
) -> Told[PaymentSteered]:
    _, resolutions = await _contradicted(store, command, context.subject)
    proposal = open_proposal(resolutions, command.number, context.subject.id)
    await store.decide(
        command.payment_id,
        proposal.number,
        by=context.subject.id,
        at=context.now,
        approved=False,
        books=False,
    )
    await store.sagas.note(
        command.payment_id, action="reject", actor=context.subject.id, reason=command.reason
    )
    return await steered(store, command.payment_id, context.subject, ())


async def _contradicted(
    store: PaymentStore,
    command: ProposeResolution | ApproveResolution | RejectResolution,
    subject: Subject,
) -> tuple[Instance, list[Resolution]]:
    """The payment's run, locked, and what was proposed so far."""
    instance = await locked(store, command.payment_id, subject)
    found = await store.resolutions([command.payment_id])
    return instance, found[command.payment_id]


def standing(instance: Instance, resolutions: list[Resolution]) -> Standing:
    """Where the money of an ended payment is, after what was decided about it."""
    done = [
        (each.number, each.outcome) for each in resolutions if each.state is ResolutionState.DONE
    ]
    return standing_of(instance.saga, instance.run, done)
