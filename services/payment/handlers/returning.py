"""Money that other banks give back: to the payer, as a resolution that the rail has made, or aside.

All of it happens under the lock of the payment's run, as what managers decide about it does. What
comes while its payment is under way is placed once that is over.
"""

from collections.abc import Sequence
from operator import itemgetter
from uuid import UUID

from contracts.payment.returns import GetReturn, ListReturns, ReturnedPayment, ReturnedPayments
from contracts.payment.values import PaymentState, Resolution, ResolutionOutcome
from contracts.rail.returns import TransferReturn
from infra.data.paging import ROW_NUMBERS, id_before, page_of
from infra.handling.context import Asked, Context
from infra.handling.telling import Outgoing
from infra.sagas.runs import Beginning, Instance, present_of
from services.payment.domain.returning import (
    Aside,
    ReturnNotFound,
    Wait,
    is_being_booked,
    open_one,
    why_aside,
)
from services.payment.handlers.recalling import answer_by_return
from services.payment.handlers.registry import service
from services.payment.handlers.resolving import standing
from services.payment.sagas import PaymentOrder, Resolving, ReturnedMoney
from services.payment.sagas.resolving import Place, resolution_run, state_after
from services.payment.sagas.returning import RETURNS
from services.payment.store import ASIDE, RESOLVING, PaymentStore

PLACE_SECONDS = 5
RETURN = ResolutionOutcome.RETURN


@service.hears_many(*RETURNS)
async def on_transfer_returned(
    batch: Sequence[Asked[TransferReturn]], store: PaymentStore
) -> Outgoing:
    """Take in what has not come before, and place it if its payment is over."""
    said = {asked.message.key: ReturnedMoney.of(asked.message) for asked in batch}
    context = batch[0].context
    first = await store.keep_returns(list(said.values()), context.now)
    return await _place([(said[key], None) for key in said if key in first], store, context)


@service.every(PLACE_SECONDS)
async def place_returns(store: PaymentStore, context: Context) -> Outgoing:
    """Place what could not be placed when it came."""
    return await _place(await store.open_returns(), store, context)


@service.answers(GetReturn)
async def get_return(query: GetReturn, store: PaymentStore, context: Context) -> ReturnedPayment:
    """What another bank gave back, and what became of it."""
    found = await store.returned(query.return_id)
    if found is None:
        raise ReturnNotFound
    return found


@service.answers(ListReturns)
async def list_returns(
    query: ListReturns, store: PaymentStore, context: Context
) -> ReturnedPayments:
    """Newest first."""
    found = await store.returned_page(
        state=query.state,
        needs_attention=query.needs_attention,
        before=id_before(query.cursor),
        limit=query.limit + 1,
    )
    page, following = page_of(found, query.limit, itemgetter(0), ROW_NUMBERS)
    return ReturnedPayments(items=tuple(each for _, each in page), next_cursor=following)


async def _place(
    returns: Sequence[tuple[ReturnedMoney, str | None]], store: PaymentStore, context: Context
) -> Outgoing:
    """Of several of one payment the first, since it changes what becomes of the others; those
    follow. Where the books have refused one, their code is with it."""
    one_each = {each.transfer_id: (each, code) for each, code in reversed(returns)}
    runs = await store.sagas.lock(list(one_each))
    resolutions = await store.resolutions(list(one_each))
    before = await store.placed_before(list(one_each))
    outgoing: list[Outgoing] = []
    given_back: list[UUID] = []
    for transfer_id, (each, refused) in one_each.items():
        run, decided = runs.get(transfer_id), resolutions[transfer_id]
        try:
            because = refused or _why_aside(each, run, decided, came_before=transfer_id in before)
        except Wait:
            continue
        if because is None:
            assert run is not None, "goes back to the payer of no payment"
            outgoing.append(await _give_back(each, run, decided, store, context))
            given_back.append(transfer_id)
        else:
            await store.place_aside(each.key, because)
            beginning = Beginning(ASIDE, each.key, each, run.trace if run else None)
            outgoing.append(await store.sagas.begin(beginning, at=present_of(context)))
    outgoing.append(await answer_by_return(given_back, store, context))
    return [message for messages in outgoing for message in messages]


def _why_aside(
    returned: ReturnedMoney,
    payment: Instance | None,
    decided: list[Resolution],
    *,
    came_before: bool,
) -> Aside | None:
    order = payment.run.data if payment else None
    if payment is None or not isinstance(order, PaymentOrder) or order.rail != returned.rail:
        return Aside.UNKNOWN
    is_over = payment.run.phase.is_end and not is_being_booked(decided)
    has_paid = standing(payment, decided).place is not Place.PAYER if is_over else None
    return why_aside(returned.amount, order.amount, came_before=came_before, has_paid=has_paid)


async def _give_back(
    returned: ReturnedMoney,
    payment: Instance,
    decided: list[Resolution],
    store: PaymentStore,
    context: Context,
) -> Outgoing:
    """Take the payment back, as its rail has decided; what a manager has proposed meanwhile is
    thereby rejected."""
    payment_id, number, where = payment.run.saga_id, len(decided) + 1, standing(payment, decided)
    by, at = f"rail-{returned.rail.lower()}", context.now
    if (proposed := open_one(decided)) is not None:
        await store.decide(payment_id, proposed.number, by=by, at=at, approved=False, books=False)
    await store.propose(
        payment_id,
        number,
        RETURN,
        state_after(PaymentState(payment.run.phase), RETURN, where.place),
        by=by,
        reason=f"{returned.code} {returned.detail}".strip(),
        at=at,
    )
    beginning = Beginning(
        RESOLVING[RETURN, where.place],
        resolution_run(payment_id, number),
        Resolving(order=payment.run.data, number=number, captured=where.hold_id),
        payment.trace,
    )
    outgoing = await store.sagas.begin(beginning, at=present_of(context))
    await store.decide(payment_id, number, by=service.name, at=at, approved=True, books=True)
    await store.place_with_payer(returned.key, number)
    return outgoing
