"""Breaks, who deals with each, and what people end one by: written off, or explained by others."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from contracts.money import Currency
from contracts.payment.breaks import BreakWrittenOff, NoteBreak
from contracts.payment.reconciliation import Break, BreakSide
from services.payment.domain.settling import settlement_account
from services.payment.store.reconciliation import OPEN_LINES, OPEN_POSTINGS, Reconciliations

BREAKS_MAX = 1_000

_NOTE = """
insert into break_notes (currency, side, number, assignee, comment, made_by, made_at)
values ($1, $2, $3, coalesce($4, (
    select assignee from break_notes where currency = $1 and side = $2 and number = $3
    order by note_id desc limit 1)), $5, $6, $7)
"""
_NOTES = """
select distinct on (side, number) side, number, assignee, comment from break_notes
where currency = $1
    and (side, number) in (select * from unnest($2::text[], $3::bigint[]))
order by side, number, note_id desc
"""
_WRITTEN_OFF = """
select w.write_off_id, w.reference as given_reference, w.amount_minor, w.currency
from write_offs w join matches m using (match_id)
where w.currency = $1 and w.side = $2 and w.number = $3 and m.undone_at is null
"""
_EXPLAINED = {
    BreakSide.STATEMENT: """
        select m.match_id from matches m join statement_lines l using (match_id)
        where m.how = 'explained' and l.currency = $1
            and m.match_id = (select match_id from statement_lines where number = ($2::bigint[])[1])
        group by m.match_id having array_agg(l.number order by l.number) = $2::bigint[]
    """,
    BreakSide.LEDGER: """
        select m.match_id from matches m join ledger_postings l using (match_id)
        where m.how = 'explained' and l.account_number = 'GL-SETTLEMENT-' || $1
            and m.match_id = (select match_id from ledger_postings
                where account_number = 'GL-SETTLEMENT-' || $1 and sequence = ($2::bigint[])[1])
        group by m.match_id having array_agg(l.sequence order by l.sequence) = $2::bigint[]
    """,
}


class Breaks(Reconciliations):
    async def breaks(self, currency: Currency, today: date) -> list[Break]:
        """What has no match, of both sides, the oldest first."""
        number = settlement_account(currency)
        lines = await self.db.fetch(OPEN_LINES, currency, True, BREAKS_MAX)
        postings = await self.db.fetch(OPEN_POSTINGS, number, BREAKS_MAX)
        dates = await self.db.fetch(
            "select business_date from business_days where business_date <= $1", today
        )
        days = [row[0] for row in dates]
        sides = [(BreakSide.STATEMENT, row) for row in lines]
        sides += [(BreakSide.LEDGER, row) for row in postings]
        notes = await self._notes(currency, sides)
        found = [
            Break(
                side=side,
                number=row["number"],
                date=row["date"],
                age_days=sum(day > row["date"] for day in days),
                amount_minor=row["minor"],
                currency=currency,
                given_reference=row["reference"],
                description=row["description"],
                **notes.get((side, row["number"]), {}),
            )
            for side, row in sides
        ]
        return sorted(found, key=lambda each: (each.date, each.side, each.number))[:BREAKS_MAX]

    async def note_break(self, note: NoteBreak, by: str, at: datetime) -> None:
        """Keep who deals with a break and what is known of it; earlier notes stay."""
        await self.db.execute(
            _NOTE, note.currency, note.side, note.number, note.assignee, note.comment, by, at
        )

    async def written_off(
        self, currency: Currency, side: BreakSide, number: int
    ) -> BreakWrittenOff | None:
        """How a break was written off, unless the books have refused it."""
        row = await self.db.fetchrow(_WRITTEN_OFF, currency, side, number)
        return BreakWrittenOff(**dict(row)) if row else None

    async def keep_write_off(
        self, done: BreakWrittenOff, each: Break, match_id: UUID, by: str, at: datetime
    ) -> None:
        """Keep which entry ends a break; its posting is in the match of the break when it comes."""
        await self.db.execute(
            "insert into write_offs (write_off_id, match_id, currency, side, number, reference,"
            " amount_minor, made_by, made_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            done.write_off_id,
            match_id,
            each.currency,
            each.side,
            each.number,
            done.given_reference,
            done.amount_minor,
            by,
            at,
        )

    async def is_written_off(self, line: int) -> bool:
        """Whether the match of a line is of a difference that is booked."""
        found: bool = await self.db.fetchval(
            "select exists (select from statement_lines l join matches m using (match_id)"
            " where l.number = $1 and m.how = 'written-off')",
            line,
        )
        return found

    async def release_refused(self, runs: Sequence[UUID]) -> None:
        """Let what the books have refused to write off by these runs be breaks again."""
        rows = await self.db.fetch(
            "update matches m set undone_by = 'payment', undone_reason = 'refused by the books',"
            " undone_at = clock_timestamp() from write_offs w"
            " join sagas run on run.saga_id = w.write_off_id"
            " where w.match_id = m.match_id and w.write_off_id = any($1::uuid[])"
            " and run.phase = 'failed' and m.undone_at is null returning m.match_id",
            runs,
        )
        for [match_id] in rows:
            await self.release(match_id)

    async def explained_before(
        self, currency: Currency, side: BreakSide, numbers: Sequence[int]
    ) -> UUID | None:
        """The match in which these, ascending, and no others explain each other already."""
        found: UUID | None = await self.db.fetchval(_EXPLAINED[side], currency, list(numbers))
        return found

    async def _notes(
        self, currency: Currency, sides: Sequence[tuple[BreakSide, asyncpg.Record]]
    ) -> dict[tuple[str, int], dict[str, str | None]]:
        """Assignee and comment of those breaks that have some, by side and number."""
        rows = await self.db.fetch(
            _NOTES, currency, [side for side, _ in sides], [row["number"] for _, row in sides]
        )
        return {
            (row["side"], row["number"]): {"assignee": row["assignee"], "comment": row["comment"]}
            for row in rows
        }
