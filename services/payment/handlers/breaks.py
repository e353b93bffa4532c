"""Breaks that stay: people say who deals with one, and two managers end it.

All of it happens under the lock of imports and matches, so what is ended is a break until then.
"""

from uuid import UUID

from contracts.money import Currency
from contracts.payment.breaks import (
    BreakExplained,
    BreakNoted,
    BreakWrittenOff,
    ExplainBreak,
    NoteBreak,
    WriteOffBreak,
)
from contracts.payment.reconciliation import Break, BreakSide
from infra.handling.context import Context
from infra.handling.telling import Told
from infra.sagas.runs import Beginning, present_of
from services.payment.domain.breaks import (
    check_amount,
    explained,
    missing_on_ledger,
    one_of,
    reference_of,
    write_off_of,
)
from services.payment.domain.matching import How
from services.payment.handlers.registry import service
from services.payment.sagas import WritingOff
from services.payment.store import WRITING_OFF, PaymentStore


@service.handles(NoteBreak)
async def note_break(command: NoteBreak, store: PaymentStore, context: Context) -> BreakNoted:
    """Keep who deals with a break, and what is known of it."""
    await store.lock_statements(command.currency)
    await _break(store, command, command.currency, context)
    await store.note_break(command, context.subject.id, context.now)
    return BreakNoted(item=await _break(store, command, command.currency, context))


@service.handles(WriteOffBreak)
async def write_off_break(
    command: WriteOffBreak, store: PaymentStore, context: Context
) -> Told[BreakWrittenOff]:
    """End a break and begin the run that books it; one that is written off is told as it was."""
    currency = command.amount.currency
    await store.lock_statements(currency)
    known = await store.written_off(currency, command.side, command.number)
    if known is not None:
        check_amount(known.amount_minor, command.amount)
        return Told(known)
    found = await _break(store, command, currency, context)
    check_amount(found.amount_minor, command.amount)
    match_id = await _end(store, How.WRITTEN_OFF, [found], command.reason, context)
    done = _difference(found, match_id)
    await store.keep_write_off(done, found, match_id, context.subject.id, context.now)
    begun = await store.sagas.begin(_beginning(done, context), at=present_of(context))
    return Told(done, *begun)


@service.handles(ExplainBreak)
async def explain_break(
    command: ExplainBreak, store: PaymentStore, context: Context
) -> BreakExplained:
    """End breaks that cancel each other; what is explained so already is told as it was."""
    await store.lock_statements(command.currency)
    numbers = sorted({command.number, *command.by})
    match_id = await store.explained_before(command.currency, command.side, numbers)
    if match_id is None:
        found = await store.breaks(command.currency, context.business_date)
        chosen = explained(found, command.side, numbers)
        match_id = await _end(store, How.EXPLAINED, chosen, command.reason, context)
    return BreakExplained(match_id=match_id, numbers=tuple(numbers))


async def _break(
    store: PaymentStore, command: NoteBreak | WriteOffBreak, currency: Currency, context: Context
) -> Break:
    found = await store.breaks(currency, context.business_date)
    return one_of(found, command.side, command.number)


async def _end(
    store: PaymentStore, how: How, breaks: list[Break], reason: str, context: Context
) -> UUID:
    """Keep the match that ends these breaks, of one side, with both who have decided it."""
    approver = context.approved_by
    numbers = [each.number for each in breaks]
    of_lines = breaks[0].side is BreakSide.STATEMENT
    return await store.keep_match(
        breaks[0].currency,
        how,
        numbers if of_lines else [],
        [] if of_lines else numbers,
        at=context.now,
        by=context.subject.id,
        approved_by=approver.id if approver else None,
        reason=reason,
    )


def _difference(found: Break, match_id: UUID) -> BreakWrittenOff:
    return BreakWrittenOff(
        write_off_id=write_off_of(match_id),
        given_reference=reference_of(found.side, found.number, match_id),
        amount_minor=missing_on_ledger(found.side, found.amount_minor),
        currency=found.currency,
    )


def _beginning(done: BreakWrittenOff, context: Context) -> Beginning:
    data = WritingOff(
        write_off_id=done.write_off_id,
        currency=done.currency,
        reference=done.given_reference,
        minor=done.amount_minor,
    )
    return Beginning(WRITING_OFF, done.write_off_id, data, context.trace)
