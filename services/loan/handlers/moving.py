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
from infra.handling.telling import Outgoing, Told
from infra.runtime.tracing import Trace
from infra.sagas.runs import Beginning, Heard, present_of
from infra.sagas.table import Phase, Present, Saga
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
from services.loan.store.happenings import Happened, own_lines


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
    outgoing = await begin_each(saga, [(movement, context.trace)], store, present_of(context))
    begun = await store.operation(movement.loan_id, movement.operation_id)
    assert begun is not None
    return Told(LoanOperationBegun(**begun.model_dump()), *outgoing)


async def begin_each(
    saga: Saga[Movement],
    movements: Sequence[tuple[Movement, Trace | None]],
    store: LoanStore,
    at: Present,
) -> Outgoing:
    """Keep the loans for these movements and send them to the books, but those begun before; the
    caller holds the locks of the loans, each of which moves once."""
    known = await store.sagas.lock([movement.operation_id for movement, _ in movements])
    new = [each for each in movements if each[0].operation_id not in known]
    operations = {movement.loan_id: movement.operation_id for movement, _ in new}
    await store.begin_operations(operations, saga.name, at.now)
    return await store.sagas.begin(
        *(Beginning(saga, movement.operation_id, movement, trace) for movement, trace in new), at=at
    )


async def position_of(
    loan: LoanFile, events: Sequence[LoanEvent], on: date, store: LoanStore
) -> Position:
    """The loan on this date by these events, under the rules of its product's version."""
    product = await store.product_terms(loan.product_code, loan.product_version)
    return loan.position(events, on, product.servicing)


async def note_answers(heard: Sequence[Heard], store: LoanStore, at: Present) -> None:
    """Write what the books have said; the runs are locked."""
    runs = await store.sagas.lock([each.saga_id for each in heard])
    ended = [each.run for each in runs.values() if each.run.phase.is_end]
    movements = [run for run in ended if isinstance(run.data, Movement)]
    await _end_movements([(run.data, run.phase is Phase.COMPLETED) for run in movements], store)
    for run in ended:
        if isinstance(run.data, Accrual):
            await _end_accrual(run.data, store, is_booked=run.phase is Phase.COMPLETED)


async def _end_accrual(accrual: Accrual, store: LoanStore, *, is_booked: bool) -> None:
    if await store.end_accrual(accrual.accrual_id, booked=is_booked) and not is_booked:
        await store.note_booked_of({key: opposite(its) for key, its in accrual.loans.items()})


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


async def _end_movements(ended: Sequence[tuple[Movement, bool]], store: LoanStore) -> None:
    """Free the loans; where the books have moved, what happened to them is added first.

    An answer that is heard again finds the loan free, or kept for another movement.
    """
    files = await store.lock_loans({movement.loan_id for movement, _ in ended})
    freed = await store.end_operations([movement.operation_id for movement, _ in ended])
    loans = {each.loan_id: each for each in files}
    await _keep(
        [
            (movement, loans[movement.loan_id])
            for movement, is_booked in ended
            if is_booked and movement.operation_id in freed
        ],
        store,
    )


async def _keep_at_once(
    saga: Saga[Movement], movement: Movement, store: LoanStore, context: Context
) -> Told[LoanOperationBegun]:
    """Keep what changes no books: nothing of it was booked before."""
    loan = await store.lock_loan(movement.loan_id)
    assert loan is not None
    await _keep([(movement, loan)], store)
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


async def _keep(booked: Sequence[tuple[Movement, LoanFile]], store: LoanStore) -> None:
    """Write what has happened to each of these loans, for all of them at once."""
    if not booked:
        return
    await store.append([_happened(movement) for movement, _ in booked])
    await store.note_booked_of({each.loan_id: own_lines(each.legs) for each, _ in booked})
    files = [loan for _, loan in booked]
    events = await store.events_of([each.loan_id for each in files])
    rules = await store.rules_of(files)
    standings = {}
    for movement, loan in booked:
        key, day = loan.loan_id, movement.booked_on
        position = loan.position(events[key], day, rules[key])
        standings[key] = standing_of(position, loan.disbursed_on or movement.event.value_date)
    await store.keep_standings(standings)


def _happened(movement: Movement) -> Happened:
    return Happened(
        movement.loan_id,
        movement.event,
        booked_on=movement.booked_on,
        made_by=movement.made_by,
        caused_by=movement.caused_by,
        operation_id=movement.operation_id,
        reference=movement.reference,
    )


service.runs(SAGAS, begins={}, notes=note_answers)
