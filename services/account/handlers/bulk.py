"""Files of transfers: announced, kept in parts, and run part by part on the batch lane.

A part is one commit: its entries, what became of its lines, and the order to run the next part are
written together. So a crash leaves nothing half done, and two files take turns in the queue.
"""

from operator import itemgetter

from contracts.account.bulk import (
    AddBulkLines,
    BeginBulkFile,
    BulkFile,
    BulkFileBegun,
    BulkFileCancelled,
    BulkFiles,
    BulkFileStarted,
    BulkFileState,
    BulkLines,
    BulkLinesAdded,
    BulkPartRun,
    CancelBulkFile,
    GetBulkFile,
    ListBulkFiles,
    ListBulkLines,
    RunBulkPart,
    StartBulkFile,
)
from contracts.envelope import Subject
from infra.data.paging import ROW_NUMBERS, id_before, page_of
from infra.handling.context import Context
from infra.handling.telling import Send, Told
from services.account.domain.commands.bulk import (
    FILES_UNENDED_MAX,
    PART_LINES,
    KeptFile,
    file_id_of,
    part_id_of,
    require_cancellable,
    require_own,
    run_lines,
    want_lines,
    with_lines,
)
from services.account.domain.commands.holds import expire_due_holds
from services.account.domain.ledger.books import Wanted
from services.account.domain.refusals import (
    BulkFileDiffers,
    BulkFileEnded,
    BulkFileNotFound,
    TooManyBulkFiles,
)
from services.account.domain.telling import moved
from services.account.handlers.registry import service
from services.account.store import AccountStore


@service.handles(BeginBulkFile)
async def begin_bulk_file(
    command: BeginBulkFile, store: AccountStore, context: Context
) -> BulkFileBegun:
    """Keep the announcement; the same content of the same maker is the file that is here."""
    maker = context.subject.id
    file_id = file_id_of(maker, command.digest)
    found = await store.bulk_file(file_id)
    if found is None:
        if await store.unended_bulk_files(maker) >= FILES_UNENDED_MAX:
            raise TooManyBulkFiles
        await store.begin_bulk_file(file_id, command, context)
        found = await store.bulk_file(file_id)
        assert found is not None
    return BulkFileBegun(**dict(found))


@service.handles(AddBulkLines)
async def add_bulk_lines(
    command: AddBulkLines, store: AccountStore, context: Context
) -> Told[BulkLinesAdded]:
    """Keep those lines that are not here yet; with the last one a file that may run does."""
    file = require_own(await store.lock_bulk_file(command.file_id), context.subject)
    sends: list[Send] = []
    if file.seen.state is BulkFileState.PENDING:
        file = with_lines(file, await store.add_bulk_lines(command.file_id, command.lines))
        await store.count_bulk_lines(file)
        if file.is_started and file.is_whole:
            file, sends = await _run(file, store)
    return Told(BulkLinesAdded(file_id=command.file_id, state=file.seen.state), *sends)


@service.handles(StartBulkFile)
async def start_bulk_file(
    command: StartBulkFile, store: AccountStore, context: Context
) -> Told[BulkFileStarted]:
    """Let the file run, now or with its last line."""
    file = require_own(await store.lock_bulk_file(command.file_id), context.subject)
    seen, sends = file.seen, list[Send]()
    if (command.amount.minor, command.amount.currency) != (seen.total_minor, seen.currency):
        raise BulkFileDiffers
    if seen.state is BulkFileState.CANCELLED:
        raise BulkFileEnded
    if not file.is_started:
        file, sends = await _run(file, store)
    return Told(BulkFileStarted(**dict(file.seen)), *sends)


@service.handles(RunBulkPart)
async def run_bulk_part(
    command: RunBulkPart, store: AccountStore, context: Context
) -> Told[BulkPartRun]:
    """Do the next lines, each as its maker's own transfer, and order the part behind them."""
    file = await store.lock_bulk_file(command.file_id)
    if file is None or file.seen.state is not BulkFileState.PROCESSING:
        return Told(BulkPartRun(file_id=command.file_id, done=0, refused=0))
    lines = await store.bulk_lines(command.file_id, file.ran_to, PART_LINES)
    wanted = Wanted()
    want_lines(wanted, file, lines, context)
    books = await store.open_books(wanted, now=context.now, business_date=context.business_date)
    expire_due_holds(books)
    outcomes = run_lines(books, file, lines, context)
    await store.record(books)
    seen = await store.note_bulk_lines(file, outcomes, context.now)
    sends = [_part(seen, outcomes[-1].line)] if seen.state is BulkFileState.PROCESSING else []
    done = len(books.entries)
    run = BulkPartRun(file_id=seen.file_id, done=done, refused=len(outcomes) - done)
    return Told(run, *moved(books.entries), *sends)


@service.handles(CancelBulkFile)
async def cancel_bulk_file(
    command: CancelBulkFile, store: AccountStore, context: Context
) -> BulkFileCancelled:
    """Stop what has not been done."""
    require_cancellable(await store.lock_bulk_file(command.file_id), context.subject)
    return BulkFileCancelled(**dict(await store.cancel_bulk_file(command.file_id, context.now)))


@service.answers(GetBulkFile)
async def get_bulk_file(query: GetBulkFile, store: AccountStore, context: Context) -> BulkFile:
    """One file and how far it got."""
    found = await store.bulk_file(query.file_id, context.subject.visible_customer())
    if found is None:
        raise BulkFileNotFound
    return found


@service.answers(ListBulkFiles)
async def list_bulk_files(query: ListBulkFiles, store: AccountStore, context: Context) -> BulkFiles:
    """Files, newest first."""
    found = await store.bulk_files(
        context.subject.visible_customer(), id_before(query.cursor), query.limit + 1
    )
    page, following = page_of(found, query.limit, itemgetter(0), ROW_NUMBERS)
    return BulkFiles(items=tuple(file for _, file in page), next_cursor=following)


@service.answers(ListBulkLines)
async def list_bulk_lines(query: ListBulkLines, store: AccountStore, context: Context) -> BulkLines:
    """Lines of one file in its order."""
    if await store.bulk_file(query.file_id, context.subject.visible_customer()) is None:
        raise BulkFileNotFound
    after = ROW_NUMBERS.read(query.cursor) or 0
    found = await store.bulk_lines(query.file_id, after, query.limit + 1, query.state)
    page, following = page_of(found, query.limit, lambda each: each.line, ROW_NUMBERS)
    return BulkLines(items=page, next_cursor=following)


async def _run(file: KeptFile, store: AccountStore) -> tuple[KeptFile, list[Send]]:
    """Let it run, and order its first part if all of its lines are here."""
    started = await store.start_bulk_file(file.seen.file_id, runs=file.is_whole)
    return started, [_part(started.seen, started.ran_to)] if file.is_whole else []


def _part(file: BulkFile, after: int) -> Send:
    """The order to run the lines behind this one."""
    return Send(
        RunBulkPart(file_id=file.file_id, after=after),
        part_id_of(file.file_id, after),
        correlation_id=str(file.file_id),
        subject=Subject(id=service.name),
        is_answered=False,  # it is in the rows of the file
    )
