"""How movements of loans' money begin and end: what all their sagas have in common.

A loan is kept for one movement at a time. When the books have said yes, what that means for the
loan is written in the transaction of the answer: either all of it is there, or nothing.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid5

from contracts.loan.operations import (
    GetLoanOperation,
    LoanOperation,
    LoanOperationBegun,
    LoanOperationState,
)
from infra.handling.context import Context
from infra.handling.telling import Told
from infra.sagas.runs import Beginning, Heard, present_of
from infra.sagas.table import Phase, Saga
from services.loan.domain.ending_days import opposite
from services.loan.domain.files import LoanFile
from services.loan.domain.refusals import (
    AlreadyMoved,
    LoanNotFound,
    LoanOperationNotFound,
)
from services.loan.domain.servicing.events import LoanEvent
from services.loan.domain.servicing.position import Position
from services.loan.domain.standing import standing_of
from services.loan.handlers.registry import service
from services.loan.sagas import Accrual, Movement
from services.loan.store import SAGAS, LoanStore


def operation_of(loan_id: UUID, context: Context) -> UUID:
    """The id of the movement that a command asks for: the same whenever it is repeated."""
    return uuid5(loan_id, str(context.message_id))


async def begin(
    saga: Saga[Movement], movement: Movement, store: LoanStore, context: Context
) -> Told[LoanOperationBegun]:
    """Keep the loan for this movement and send it to the books; the caller holds its lock.

    Raises:
        AlreadyMoved: the command was handled before, too long ago to repeat its answer.
    """
    if await store.sagas.lock([movement.operation_id]):
        raise AlreadyMoved
    if not movement.legs:
        return await _keep_at_once(saga, movement, store, context)
    await store.begin_operation(movement.loan_id, movement.operation_id, saga.name, context.now)
    outgoing = await store.sagas.begin(
        Beginning(saga, movement.operation_id, movement, context.trace), at=present_of(context)
    )
    begun = await store.operation(movement.loan_id, movement.operation_id)
    assert begun is not None
    return Told(LoanOperationBegun(**begun.model_dump()), *outgoing)


async def position_of(
    loan: LoanFile, events: Sequence[LoanEvent], on: date, store: LoanStore
) -> Position:
    """The loan on this date by these events, under the rules of its product's version."""
    product = await store.product_terms(loan.product_code, loan.product_version)
    return loan.position(events, on, product.servicing)


async def note_answers(heard: Sequence[Heard], store: LoanStore) -> None:
    """Write what the books have said; the runs are locked."""
    runs = await store.sagas.lock([each.saga_id for each in heard])
    for instance in runs.values():
        if instance.run.phase.is_end:
            await _end(instance.run.data, instance.run.phase, store)


async def _end(data: Movement | Accrual, phase: Phase, store: LoanStore) -> None:
    is_booked = phase is Phase.COMPLETED
    if isinstance(data, Movement):
        await _end_movement(data, store, is_booked=is_booked)
    elif await store.end_accrual(data.accrual_id, booked=is_booked) and not is_booked:
        await store.note_booked_of({key: opposite(its) for key, its in data.loans.items()})


@service.answers(GetLoanOperation)
async def get_loan_operation(
    query: GetLoanOperation, store: LoanStore, context: Context
) -> LoanOperation:
    """One movement of a loan's money, under way or over."""
    loan = await store.loan(query.loan_id, context.subject)
    if loan is None:
        raise LoanNotFound
    found = await store.operation(query.loan_id, query.operation_id)
    if found is None:
        raise LoanOperationNotFound
    return found


async def _end_movement(movement: Movement, store: LoanStore, *, is_booked: bool) -> None:
    """Free the loan; when the books have moved, what happened to it is added first.

    An answer that is heard again finds the loan free, or kept for another movement.
    """
    loan = await store.lock_loan(movement.loan_id)
    assert loan is not None
    if not await store.end_operation(movement.loan_id, movement.operation_id):
        return
    if is_booked:
        await _keep(movement, loan, store)


async def _keep_at_once(
    saga: Saga[Movement], movement: Movement, store: LoanStore, context: Context
) -> Told[LoanOperationBegun]:
    """Keep what changes no books: nothing of it was booked before."""
    loan = await store.lock_loan(movement.loan_id)
    assert loan is not None
    await _keep(movement, loan, store)
    begun = LoanOperationBegun(
        operation_id=movement.operation_id,
        loan_id=movement.loan_id,
        kind=saga.name,
        state=LoanOperationState.COMPLETED,
        code=None,
        detail=None,
        begun_at=context.now,
    )
    return Told(begun, *saga.completed(movement))


async def _keep(movement: Movement, loan: LoanFile, store: LoanStore) -> None:
    await store.append(
        movement.loan_id,
        movement.event,
        booked_on=movement.booked_on,
        made_by=movement.made_by,
        caused_by=movement.caused_by,
        operation_id=movement.operation_id,
        reference=movement.reference,
    )
    await store.note_booked(movement.loan_id, movement.legs)
    position = await position_of(loan, await store.events(loan.loan_id), movement.booked_on, store)
    first = loan.disbursed_on or movement.event.value_date
    await store.keep_standing(loan.loan_id, standing_of(position, first))


service.runs(SAGAS, begins={}, notes=note_answers)
