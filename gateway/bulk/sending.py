"""A file on its way to its owner: announced, sent in parts, and started.

The ids of parts and start follow from the file, not from the call: whoever sends the file again,
under whatever key, sends the same messages. A file that has a name of its own is announced under
that name first, as under a key of its sender's: another file of that name is refused.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID, uuid5

from contracts.account.bulk import (
    AddBulkLines,
    BeginBulkFile,
    BulkFile,
    BulkFileState,
    BulkLine,
    StartBulkFile,
)
from contracts.envelope import BODY_BYTES_MAX, ITEMS_MAX
from gateway.bulk.reading import TransferFile
from gateway.edge import ACCEPTANCE_SECONDS, WAIT_SECONDS, Call, OutcomeUnknown
from gateway.problems import Problem
from infra.bus.ask import Reply

PART_BYTES_MAX = BODY_BYTES_MAX // 2  # of lines as JSON: what they stand in needs some more
KEY_REUSED = "idempotency-key-reused"
DEADLINE_SECONDS = 900.0  # of a part, which lets all customers go first

_NAMED = UUID("8e0d7f5a-6a2c-5c0b-9f1e-3b7d2a94c6e0")  # names that files have of themselves


async def send_file(call: Call, file: TransferFile) -> Reply:
    """The file as its owner has it; one that was sent before, as it is now.

    Raises:
        Problem: the owner refused it, or did not take all of it (503); or its name is taken.
        OutcomeUnknown: no answer in time.
        ApprovalAwaited: all of it is kept, and somebody else has to approve it.
    """
    digest, total = file.digest, file.total
    begin = BeginBulkFile(digest=digest, lines=len(file.lines), total=total)
    if file.name is not None:
        await _claim(call, file.name, begin)
    reply = await call.begin(begin)
    assert isinstance(reply.message, BulkFile)
    if reply.message.state is not BulkFileState.PENDING:
        return reply
    file_id = reply.message.file_id
    parts = [(file_id, part) for part in parts_of(file.lines)]
    await asyncio.gather(*(_send_part(call, *part) for part in parts))
    start = StartBulkFile(file_id=file_id, amount=total)
    started = await _as(call, file_id, "start", ACCEPTANCE_SECONDS).send(start)
    return replace(started, replayed=reply.replayed)


async def _claim(call: Call, name: str, begin: BeginBulkFile) -> None:
    """Announce the file under its own name."""
    own_id = uuid5(_NAMED, f"{call.subject.id}\n{name}")
    try:
        await replace(call, message_id=own_id).begin(begin)
    except Problem as problem:
        if problem.code != KEY_REUSED:
            raise
        detail = "Another file of yours has this name: a new file has a new one."
        raise Problem(422, "file-name-reused", detail) from problem


def parts_of(lines: Sequence[BulkLine]) -> Iterator[tuple[BulkLine, ...]]:
    """In order, each small enough for one message."""
    part: list[BulkLine] = []
    size = 0
    for line in lines:
        line_size = len(line.model_dump_json().encode()) + 1  # and a comma
        if part and (len(part) >= ITEMS_MAX or size + line_size > PART_BYTES_MAX):
            yield tuple(part)
            part, size = [], 0
        part.append(line)
        size += line_size
    if part:
        yield tuple(part)


async def _send_part(call: Call, file_id: UUID, part: tuple[BulkLine, ...]) -> None:
    """One whose answer is late is on the queue, and will be kept in its turn."""
    try:
        await _as(call, file_id, f"lines {part[0].line}", WAIT_SECONDS).send(
            AddBulkLines(file_id=file_id, lines=part)
        )
    except OutcomeUnknown:
        return


def _as(call: Call, file_id: UUID, what: str, seconds: float) -> Call:
    """The call under an id of the file's own, and no less patient than this."""
    wait_seconds = max(call.wait_seconds, seconds)
    return replace(call, message_id=uuid5(file_id, what), wait_seconds=wait_seconds)
