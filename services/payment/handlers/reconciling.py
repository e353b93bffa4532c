"""Reconciliation: statements of the central bank, held against the ledger's settlement account.

Statements are imported and matched one after the other, so no line or posting is matched twice.
"""

from collections.abc import Sequence
from hashlib import sha256

from contracts.money import Currency
from contracts.payment.reconciliation import (
    Breaks,
    GetReconciliation,
    ImportStatement,
    ListBreaks,
    MatchByHand,
    MatchMade,
    Reconciliation,
    StatementImported,
    UndoMatch,
)
from contracts.payment.statements import ImportStatementDocument
from infra.handling.context import Context
from services.payment.domain.breaks import MatchIsBooked
from services.payment.domain.matching import (
    DifferenceIsMatched,
    How,
    Item,
    MatchDiffers,
    NotMatched,
    NotUnmatched,
    matched,
)
from services.payment.domain.settling import settlement_account
from services.payment.domain.statements import (
    Statement,
    StatementNameReused,
    StatementOfAnotherAccount,
    check_follows,
    parse_statement,
    statement_of,
)
from services.payment.handlers.registry import service
from services.payment.store import PaymentStore

MATCH_SECONDS = 60


@service.handles(ImportStatement)
async def import_statement(
    command: ImportStatement, store: PaymentStore, context: Context
) -> StatementImported:
    """Keep a statement that goes on where the last one ended, and match what can be matched."""
    content = sha256("\n".join(command.rows).encode()).digest()
    await store.lock_statements(command.currency)
    if known := await store.known_statement(command.currency, content):
        return known
    statement = parse_statement(command.rows, command.currency)
    return await _keep(statement, command.currency, content, store, context)


@service.handles(ImportStatementDocument)
async def import_statement_document(
    command: ImportStatementDocument, store: PaymentStore, context: Context
) -> StatementImported:
    """The same for one that came as a document: of our account, under a name of its own."""
    content = sha256(command.model_dump_json().encode()).digest()
    await store.lock_statements(command.currency)
    if known := await store.known_statement(command.currency, content):
        return known
    rule = await store.matching_rule_in_force(command.currency, context.business_date)
    ours = rule.account_number or settlement_account(command.currency)
    if command.account_number != ours:
        raise StatementOfAnotherAccount
    statement = statement_of(command)
    return await _keep(statement, command.currency, content, store, context)


@service.every(MATCH_SECONDS)
async def match_again(store: PaymentStore, context: Context) -> None:
    """Match what has come to the ledger since its statement was imported."""
    for currency in Currency:
        await store.lock_statements(currency)
        await _match(store, currency, context)
        await store.note_complete(currency)


@service.handles(MatchByHand)
async def match_by_hand(command: MatchByHand, store: PaymentStore, context: Context) -> MatchMade:
    """Let a person say that these lines are these postings."""
    await store.lock_statements(command.currency)
    lines = _chosen(await store.open_lines(command.currency, of_people=True), command.lines)
    postings = _chosen(await store.open_postings(command.currency), command.postings)
    if sum(each.minor for each in lines) != sum(each.minor for each in postings):
        raise MatchDiffers
    match_id = await store.keep_match(
        command.currency,
        How.BY_HAND,
        [each.number for each in lines],
        [each.number for each in postings],
        at=context.now,
        by=context.subject.id,
        reason=command.reason,
    )
    return MatchMade(match_id=match_id, line_count=len(lines), posting_count=len(postings))


@service.handles(UndoMatch)
async def undo_match(command: UndoMatch, store: PaymentStore, context: Context) -> MatchMade:
    """Let a person take the match of a line back."""
    await store.lock_statements_of(command.line)
    if await store.is_written_off(command.line):
        raise MatchIsBooked
    if await store.is_rest_matched(command.line):
        raise DifferenceIsMatched
    undone = await store.undo_match(
        command.line, by=context.subject.id, reason=command.reason, at=context.now
    )
    if undone is None:
        raise NotMatched
    match_id, lines, postings = undone
    return MatchMade(match_id=match_id, line_count=lines, posting_count=postings)


@service.answers(GetReconciliation)
async def get_reconciliation(
    query: GetReconciliation, store: PaymentStore, context: Context
) -> Reconciliation:
    """The settlement account by the ledger and by the central bank."""
    return await store.standing_on(query.currency, query.on or context.business_date)


@service.answers(ListBreaks)
async def list_breaks(query: ListBreaks, store: PaymentStore, context: Context) -> Breaks:
    """What is matched with nothing, the oldest first."""
    return Breaks(items=tuple(await store.breaks(query.currency, context.business_date)))


async def _keep(
    statement: Statement,
    currency: Currency,
    content: bytes,
    store: PaymentStore,
    context: Context,
) -> StatementImported:
    check_follows(statement, await store.last_statement(currency))
    if statement.name is not None and await store.is_named(currency, statement.name):
        raise StatementNameReused
    await store.keep_statement(statement, currency, content, context.subject.id, context.now)
    await _match(store, currency, context)
    imported = await store.known_statement(currency, content)
    assert imported is not None
    return imported


async def _match(store: PaymentStore, currency: Currency, context: Context) -> None:
    lines = await store.open_lines(currency)
    if lines:
        rule = await store.matching_rule_in_force(currency, context.business_date)
        postings = await store.open_postings(currency)
        found = matched(lines, postings, rule.days, rule.tolerance_minor)
        await store.keep_matches(currency, found, context.now)


def _chosen(items: Sequence[Item], numbers: Sequence[int]) -> list[Item]:
    """Those of these numbers, each once.

    Raises:
        NotUnmatched: one is not there, or matched.
    """
    chosen = [each for each in items if each.number in numbers]
    if len(chosen) != len(numbers):
        raise NotUnmatched
    return chosen
