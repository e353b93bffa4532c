"""Payments that managers ask back from other banks.

Asked under the lock of the payment's run, so of two who ask at once the second finds it asked.
"""

from collections.abc import Iterable
from operator import itemgetter
from uuid import UUID

from contracts.payment.recalled import RecallState
from contracts.payment.recalls import ListRecalls, PaymentRecalls, RecallPayment
from contracts.payment.steering import PaymentSteered
from infra.data.paging import ROW_NUMBERS, id_before, page_of
from infra.handling.context import Context
from infra.handling.telling import Outgoing, Told
from infra.runtime.clock import new_id
from infra.sagas.runs import Beginning, Heard, present_of
from services.payment.domain.payments import PaymentNotFound
from services.payment.domain.recalling import check_may_recall
from services.payment.handlers.registry import service
from services.payment.handlers.steering import locked, steered
from services.payment.sagas import Recalling
from services.payment.sagas.recalling import agreed_by_return
from services.payment.store import RECALLING, PaymentStore


@service.handles(RecallPayment)
async def recall_payment(
    command: RecallPayment, store: PaymentStore, context: Context
) -> Told[PaymentSteered]:
    """Keep who asks and why, and ask the other bank."""
    payment_id, by = command.payment_id, context.subject.id
    instance = await locked(store, payment_id, context.subject)
    payment = await store.payment(payment_id, context.subject)
    if payment is None:
        raise PaymentNotFound
    resolutions = await store.resolutions([payment_id])
    recalls = await store.recalls_of([payment_id])
    check_may_recall(
        payment,
        resolutions[payment_id],
        recalls[payment_id],
        is_contradicted=instance.run.is_contradicted,
        now=context.now,
    )
    recall = Recalling(
        recall_id=new_id(),
        payment_id=payment_id,
        rail=payment.rail,
        amount=instance.run.data.amount,
        code=command.code,
    )
    beginning = Beginning(RECALLING[payment.rail], recall.recall_id, recall, context.trace)
    begun = await store.sagas.begin(beginning, at=present_of(context))
    await store.keep_recall(recall, reason=command.reason, by=by, at=context.now)
    await store.sagas.note(payment_id, action="recall", actor=by, reason=command.reason)
    return await steered(store, payment_id, context.subject, begun)


@service.answers(ListRecalls)
async def list_recalls(query: ListRecalls, store: PaymentStore, context: Context) -> PaymentRecalls:
    """Newest first."""
    found = await store.recalls_page(
        state=query.state,
        needs_attention=query.needs_attention,
        before=id_before(query.cursor),
        limit=query.limit + 1,
    )
    page, following = page_of(found, query.limit, itemgetter(0), ROW_NUMBERS)
    return PaymentRecalls(items=tuple(each for _, each in page), next_cursor=following)


async def answer_by_return(
    payment_ids: Iterable[UUID], store: PaymentStore, context: Context
) -> Outgoing:
    """Take what comes back of these payments as a yes to those who have asked for it."""
    found = await store.recalls_of(list(payment_ids))
    last = [recalls[-1] for recalls in found.values() if recalls]
    runs = await store.sagas.lock(
        [each.recall_id for each in last if each.state is RecallState.PROCESSING]
    )
    heard = [
        Heard(recall_id, agreed_by_return(instance.run.data), None, context.sender)
        for recall_id, instance in runs.items()
    ]
    return await store.sagas.answered(heard, present_of(context))
