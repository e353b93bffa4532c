"""Every command that moves or holds money, decided in batches under one round of locks."""

from collections.abc import Sequence
from typing import Any

from contracts.account.accounts import AccountStatusChanged
from contracts.envelope import DomainError
from infra.handling.context import Asked
from infra.handling.service import Outcome
from infra.handling.telling import Told
from services.account.domain.commands.decisions import DECISIONS, wanted_by
from services.account.domain.commands.holds import expire_due_holds
from services.account.domain.ledger.books import Books
from services.account.domain.telling import moved
from services.account.handlers.registry import service
from services.account.store import AccountStore


@service.handles_many(*DECISIONS)
async def move_money(batch: Sequence[Asked[Any]], store: AccountStore) -> list[Outcome]:
    """Lock what the whole batch needs, decide each command in turn, write everything at once."""
    context = batch[0].context
    books = await store.open_books(
        wanted_by(batch), now=context.now, business_date=context.business_date
    )
    expire_due_holds(books)
    outcomes = [_decide(books, asked) for asked in batch]
    await store.record(books)
    return outcomes


def _decide(books: Books, asked: Asked[Any]) -> Outcome:
    decide = DECISIONS[type(asked.message)].decide
    booked_before = len(books.entries)
    try:
        reply = decide(books, asked.message, asked.context)
    except DomainError as refusal:
        return refusal
    events = moved(books.entries[booked_before:])
    if isinstance(reply, AccountStatusChanged) and reply.was is not reply.status:
        return Told(reply, *events, reply)
    return Told(reply, *events)
