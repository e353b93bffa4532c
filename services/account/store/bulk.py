"""Files of transfers and their lines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.account.bulk import (
    BeginBulkFile,
    BulkFile,
    BulkFileState,
    BulkLine,
    BulkLineDone,
    BulkLineState,
)
from contracts.envelope import Role, Subject
from contracts.money import Currency
from infra.data.store import Store
from infra.handling.context import Context
from services.account.domain.commands.bulk import KeptFile, LineOutcome

_LINES = """
select l.*, f.currency, case
        when l.state = 'pending' and f.state = 'cancelled' then 'cancelled' else l.state
    end as told_state
from bulk_lines l join bulk_files f using (file_id)
where l.file_id = $1 and l.line > $2
    and ($3::text is null or $3 = case
        when l.state = 'pending' and f.state = 'cancelled' then 'cancelled' else l.state
    end)
order by l.line limit $4
"""

_OUTCOMES = """
update bulk_lines l
set state = case when o.entry_id is null then 'refused' else 'completed' end,
    entry_id = o.entry_id, code = o.code, detail = o.detail
from unnest($2::integer[], $3::uuid[], $4::text[], $5::text[]) as o(line, entry_id, code, detail)
where l.file_id = $1 and l.line = o.line
"""


class BulkFilesOfTransfers(Store):
    async def begin_bulk_file(
        self, file_id: UUID, command: BeginBulkFile, context: Context
    ) -> None:
        """Keep the announcement; of two at once the first counts, and they are equal."""
        maker = context.subject
        await self.db.execute(
            """
            insert into bulk_files (file_id, digest, made_by, customer_id, sender, subject,
                currency, lines, total_minor, state, begun_at)
            values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11)
            on conflict (file_id) do nothing
            """,
            file_id,
            command.digest,
            maker.id,
            maker.customer_id if maker.role is Role.CUSTOMER else None,
            context.sender,
            maker.model_dump_json(exclude_none=True),
            command.total.currency,
            command.lines,
            command.total.minor,
            BulkFileState.PENDING,
            context.now,
        )

    async def unended_bulk_files(self, maker: str) -> int:
        """How many of this maker wait or run."""
        count = await self.db.fetchval(
            "select count(*) from bulk_files where made_by = $1 and ended_at is null", maker
        )
        return int(count)

    async def bulk_file(self, file_id: UUID, customer_id: int | None = None) -> BulkFile | None:
        """The file, if it is this customer's; None: whose ever it is."""
        row = await self.db.fetchrow(
            "select * from bulk_files"
            " where file_id = $1 and ($2::bigint is null or customer_id = $2)",
            file_id,
            customer_id,
        )
        return None if row is None else _file(row)

    async def bulk_files(
        self, customer_id: int | None, before: int, limit: int
    ) -> list[tuple[int, BulkFile]]:
        """Files with a number below `before`, newest first, with their numbers."""
        rows = await self.db.fetch(
            "select * from bulk_files"
            " where number < $2 and ($1::bigint is null or customer_id = $1)"
            " order by number desc limit $3",
            customer_id,
            before,
            limit,
        )
        return [(row["number"], _file(row)) for row in rows]

    async def lock_bulk_file(self, file_id: UUID) -> KeptFile | None:
        """The file, locked until the transaction ends."""
        row = await self.db.fetchrow(
            "select * from bulk_files where file_id = $1 for update", file_id
        )
        return None if row is None else _kept(row)

    async def add_bulk_lines(self, file_id: UUID, lines: Sequence[BulkLine]) -> list[int]:
        """Keep those lines that are not here yet; their amounts."""
        rows = await self.db.fetch(
            """
            insert into bulk_lines (file_id, line, reference, from_account, to_account,
                amount_minor, description)
            select $1, * from unnest($2::integer[], $3::text[], $4::text[], $5::text[],
                $6::bigint[], $7::text[])
            on conflict (file_id, line) do nothing
            returning amount_minor
            """,
            file_id,
            [line.line for line in lines],
            [line.reference for line in lines],
            [line.from_account for line in lines],
            [line.to_account for line in lines],
            [line.amount_minor for line in lines],
            [line.description for line in lines],
        )
        return [row[0] for row in rows]

    async def count_bulk_lines(self, file: KeptFile) -> None:
        """Write how much of the file is here."""
        await self.db.execute(
            "update bulk_files set kept = $2, kept_minor = $3 where file_id = $1",
            file.seen.file_id,
            file.kept,
            file.kept_minor,
        )

    async def start_bulk_file(self, file_id: UUID, *, runs: bool) -> KeptFile:
        """Note that it may run and, with all of its lines here, that it does."""
        row = await self.db.fetchrow(
            "update bulk_files set is_started = true,"
            " state = case when $2 then 'processing' else state end"
            " where file_id = $1 returning *",
            file_id,
            runs,
        )
        return _kept(row)

    async def bulk_lines(
        self, file_id: UUID, after: int, limit: int, state: BulkLineState | None = None
    ) -> list[BulkLineDone]:
        """Lines behind this one, in the order of the file."""
        rows = await self.db.fetch(_LINES, file_id, after, state, limit)
        return [_line(row) for row in rows]

    async def note_bulk_lines(
        self, file: KeptFile, outcomes: Sequence[LineOutcome], now: datetime
    ) -> BulkFile:
        """Write what became of these lines; with the last one the file is completed."""
        done = [each.amount_minor for each in outcomes if each.entry_id is not None]
        await self.db.execute(
            _OUTCOMES,
            file.seen.file_id,
            [each.line for each in outcomes],
            [each.entry_id for each in outcomes],
            [each.code for each in outcomes],
            [each.detail for each in outcomes],
        )
        is_over = file.seen.done + file.seen.refused + len(outcomes) == file.seen.lines
        row = await self.db.fetchrow(
            "update bulk_files set ran_to = $2, done = done + $3, done_minor = done_minor + $4,"
            " refused = refused + $5, state = case when $6 then 'completed' else state end,"
            " ended_at = case when $6 then $7::timestamptz end"
            " where file_id = $1 returning *",
            file.seen.file_id,
            outcomes[-1].line,
            len(done),
            sum(done),
            len(outcomes) - len(done),
            is_over,
            now,
        )
        return _file(row)

    async def cancel_bulk_file(self, file_id: UUID, now: datetime) -> BulkFile:
        """Let nothing more of it be done."""
        row = await self.db.fetchrow(
            "update bulk_files set state = 'cancelled', ended_at = $2"
            " where file_id = $1 returning *",
            file_id,
            now,
        )
        return _file(row)


def _file(row: Any) -> BulkFile:
    return BulkFile(
        file_id=row["file_id"],
        state=BulkFileState(row["state"]),
        currency=Currency(row["currency"]),
        lines=row["lines"],
        total_minor=row["total_minor"],
        done=row["done"],
        done_minor=row["done_minor"],
        refused=row["refused"],
        made_by=row["made_by"],
        begun_at=row["begun_at"],
        ended_at=row["ended_at"],
    )


def _kept(row: Any) -> KeptFile:
    return KeptFile(
        seen=_file(row),
        subject=Subject.model_validate_json(row["subject"]),
        sender=row["sender"],
        is_started=row["is_started"],
        kept=row["kept"],
        kept_minor=row["kept_minor"],
        ran_to=row["ran_to"],
    )


def _line(row: Any) -> BulkLineDone:
    return BulkLineDone(
        line=row["line"],
        reference=row["reference"],
        from_account=row["from_account"],
        to_account=row["to_account"],
        amount_minor=row["amount_minor"],
        description=row["description"],
        currency=Currency(row["currency"]),
        state=BulkLineState(row["told_state"]),
        code=row["code"],
        detail=row["detail"],
        entry_id=row["entry_id"],
    )
