"""Money from other banks: taken in, found, and answered again when the rail says it again."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from uuid import UUID, uuid5

from contracts.account.movements import PaymentReceived
from contracts.envelope import Subject
from contracts.payment.incoming import (
    GetIncomingPayment,
    IncomingPayment,
    IncomingPayments,
    ListIncomingPayments,
)
from contracts.rail.credits import CreditArrival
from infra.data.paging import ROW_NUMBERS, id_before, page_of
from infra.handling.context import Asked, Context
from infra.handling.telling import Outgoing, Send
from infra.sagas.runs import Beginning, Heard, present_of
from infra.sagas.table import Phase
from services.payment.domain.incoming import IncomingPaymentNotFound, TransferIdReused
from services.payment.handlers.registry import service
from services.payment.sagas import IncomingCredit
from services.payment.sagas.receiving import ARRIVALS, answer_of, credit_of
from services.payment.store import RECEIVING, REFUSING, PaymentStore


@service.hears_many(*ARRIVALS)
async def on_credit_arrived(batch: Sequence[Asked[CreditArrival]], store: PaymentStore) -> Outgoing:
    """Take in what has not come before, each once; answer again what was answered before."""
    credits: dict[UUID, tuple[IncomingCredit, Context]] = {}
    for asked in batch:
        credits.setdefault(asked.message.credit_id, (credit_of(asked.message), asked.context))
    first, reused = await store.take_in(
        [credit for credit, _ in credits.values()], batch[0].context.now
    )
    beginnings = [
        _beginning(credit, context, is_reuse=key in reused)
        for key, (credit, context) in credits.items()
        if key in first | reused
    ]
    begun = await store.sagas.begin(*beginnings, at=present_of(batch[0].context))
    known = {key: context for key, (_, context) in credits.items() if key not in first | reused}
    return [*begun, *await _answered_again(known, store)]


@service.answers(GetIncomingPayment)
async def get_incoming_payment(
    query: GetIncomingPayment, store: PaymentStore, context: Context
) -> IncomingPayment:
    """One payment from another bank; a customer finds his own."""
    found = await store.incoming(query.incoming_id, context.subject)
    if found is None:
        raise IncomingPaymentNotFound
    return found


@service.answers(ListIncomingPayments)
async def list_incoming_payments(
    query: ListIncomingPayments, store: PaymentStore, context: Context
) -> IncomingPayments:
    """Newest first; a customer sees his own."""
    found = await store.incoming_page(
        customer_id=context.subject.visible_customer(),
        account_number=query.account_number,
        state=query.state,
        needs_attention=query.needs_attention,
        before=id_before(query.cursor),
        limit=query.limit + 1,
    )
    page, following = page_of(found, query.limit, itemgetter(0), ROW_NUMBERS)
    return IncomingPayments(items=tuple(each for _, each in page), next_cursor=following)


async def note_receivers(heard: Sequence[Heard], store: PaymentStore) -> None:
    """Learn to whose accounts money has come."""
    told = {
        each.saga_id: each.answer
        for each in heard
        if isinstance(each.answer, PaymentReceived) and each.sender == PaymentReceived.owner
    }
    if told:
        await store.note_receivers(told)


def _beginning(credit: IncomingCredit, context: Context, *, is_reuse: bool) -> Beginning:
    if is_reuse:
        refusal = TransferIdReused()
        credit = credit.model_copy(update={"code": refusal.code, "detail": str(refusal)})
    sagas = REFUSING if is_reuse else RECEIVING
    return Beginning(sagas[credit.rail], credit.credit_id, credit, context.trace)


async def _answered_again(known: Mapping[UUID, Context], store: PaymentStore) -> Outgoing:
    """What is still under way is answered by its own run."""
    found = await store.sagas.lock(list(known))
    return [
        Send(
            answer_of(instance.run.data),
            uuid5(known[credit_id].message_id, "answer"),
            correlation_id=str(credit_id),
            subject=Subject(id=service.name),
        )
        for credit_id, instance in found.items()
        if instance.run.phase is Phase.COMPLETED
    ]
