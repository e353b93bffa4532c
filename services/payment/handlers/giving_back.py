"""What other banks ask for that they have paid to our customers: noted, decided, told.

Managers decide under the lock of the credit's run, so of two recalls of one payment only one is
agreed to. What is told begins in the transaction in which it is known.
"""

from collections.abc import Sequence
from operator import itemgetter
from uuid import UUID, uuid5

from contracts.envelope import Subject
from contracts.payment.incoming_recalls import (
    AgreeToRecall,
    IncomingRecall,
    IncomingRecalls,
    ListIncomingRecalls,
    RecallRefusalCode,
    RefuseRecall,
)
from contracts.rail.recalls import RecallArrival
from infra.data.paging import ROW_NUMBERS, id_before, page_of
from infra.handling.context import Asked, Context
from infra.handling.telling import Outgoing, Send, Told
from infra.runtime.tracing import Trace
from infra.sagas.runs import Beginning, present_of
from infra.sagas.table import Phase, Present
from services.payment.domain.giving_back import (
    check_may_agree,
    check_may_decide,
    clear_refusal,
    code_of,
)
from services.payment.handlers.registry import service
from services.payment.sagas import AskedOfUs, Taking
from services.payment.sagas.giving_back import ARRIVED, asked_of, reply_of
from services.payment.store import AGREEING, DECLINING, TAKING, PaymentStore

TELL_SECONDS = 5


@service.hears_many(*ARRIVED)
async def on_recall_arrived(batch: Sequence[Asked[RecallArrival]], store: PaymentStore) -> Outgoing:
    """Note what has not come before; say no where no person is needed, and again what was said."""
    outgoing = [
        await _note(asked_of(asked.message), store, asked.context)
        for asked in sorted(batch, key=lambda each: each.message.recall_id)
    ]
    return [message for messages in outgoing for message in messages]


@service.answers(ListIncomingRecalls)
async def list_incoming_recalls(
    query: ListIncomingRecalls, store: PaymentStore, context: Context
) -> IncomingRecalls:
    """Newest first."""
    found = await store.asked_page(
        state=query.state,
        needs_attention=query.needs_attention,
        before=id_before(query.cursor),
        limit=query.limit + 1,
    )
    page, following = page_of(found, query.limit, itemgetter(0), ROW_NUMBERS)
    return IncomingRecalls(items=tuple(each for _, each in page), next_cursor=following)


@service.handles(AgreeToRecall)
async def agree_to_recall(
    command: AgreeToRecall, store: PaymentStore, context: Context
) -> Told[IncomingRecall]:
    """Begin to take the amount from the customer; what the books say is told."""
    asked, recall = await _open(command.recall_id, store)
    others = await store.asked_for(recall.incoming_id)
    credit = check_may_agree(await store.credit_of(asked.rail, asked.transfer_id), others)
    taking = Taking(
        asked=asked,
        account_number=credit.to_account,
        rail_reference=credit.rail_reference,
        remitter=credit.remitter.name,
    )
    beginning = Beginning(TAKING, asked.taking_id, taking, context.trace)
    begun = await store.sagas.begin(beginning, at=present_of(context))
    by = context.subject.id
    await store.note_decision(asked.key, code=None, by=by, reason=command.reason, at=context.now)
    return await _told(asked.key, store, begun)


@service.handles(RefuseRecall)
async def refuse_recall(
    command: RefuseRecall, store: PaymentStore, context: Context
) -> Told[IncomingRecall]:
    """Tell the other bank no."""
    asked, _ = await _open(command.recall_id, store)
    begun = await _decline(asked, command.code, store, present_of(context), context.trace)
    await store.note_decision(
        asked.key,
        code=command.code,
        by=context.subject.id,
        reason=command.reason,
        at=context.now,
    )
    return await _told(asked.key, store, begun)


@service.every(TELL_SECONDS)
async def tell_taken(store: PaymentStore, context: Context) -> Outgoing:
    """Tell other banks what the books have said of what they ask for."""
    outgoing: list[Outgoing] = []
    at = present_of(context)
    for asked, refusal in await store.taken():
        if refusal is None:
            beginning = Beginning(AGREEING[asked.rail], asked.key, asked, None)
            outgoing.append(await store.sagas.begin(beginning, at=at))
        else:
            code = code_of(refusal)
            await store.note_refusal_of_books(asked.key, code, refusal)
            outgoing.append(await _decline(asked, code, store, at, None))
    return [message for messages in outgoing for message in messages]


async def _note(asked: AskedOfUs, store: PaymentStore, context: Context) -> Outgoing:
    credit = await store.credit_of(asked.rail, asked.transfer_id)
    before = await store.asked_for(credit.incoming_id if credit else None)
    is_first = await store.keep_asked(asked, credit.incoming_id if credit else None, context.now)
    if not is_first:
        return await _answered_again(asked.key, store, context)
    code = clear_refusal(asked.amount, credit, before)
    if code is None:
        return []
    await store.note_decision(asked.key, code=code, by=None, reason=None, at=context.now)
    return await _decline(asked, code, store, present_of(context), context.trace)


async def _answered_again(key: UUID, store: PaymentStore, context: Context) -> Outgoing:
    """What is still under way is told by its own run."""
    told = (await store.sagas.lock([key])).get(key)
    if told is None or told.run.phase is not Phase.COMPLETED:
        return []
    again, by = uuid5(context.message_id, "answer"), Subject(id=service.name)
    return [Send(reply_of(told.run.data), again, correlation_id=str(key), subject=by)]


async def _open(key: UUID, store: PaymentStore) -> tuple[AskedOfUs, IncomingRecall]:
    """One that a manager has to decide, under the lock of its credit."""
    found = await store.asked_of_us(key)
    check_may_decide(found[1] if found else None)
    assert found is not None
    if (credit_id := found[1].incoming_id) is not None:
        await store.sagas.lock([credit_id])
    found = await store.asked_of_us(key)
    assert found is not None
    return found[0], check_may_decide(found[1])


async def _decline(
    asked: AskedOfUs,
    code: RecallRefusalCode,
    store: PaymentStore,
    at: Present,
    trace: Trace | None,
) -> Outgoing:
    said = asked.model_copy(update={"answer_code": code})
    return await store.sagas.begin(Beginning(DECLINING[asked.rail], asked.key, said, trace), at=at)


async def _told(key: UUID, store: PaymentStore, begun: Outgoing) -> Told[IncomingRecall]:
    found = await store.asked_of_us(key)
    assert found is not None
    return Told(found[1], *begun)
