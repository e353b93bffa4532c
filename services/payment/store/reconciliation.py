"""Statements of the account at the central bank, and their lines matched with its postings.

On the ledger what the bank owns is negative; here all amounts are as the central bank counts them.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from contracts.money import Currency
from contracts.payment.reconciliation import Reconciliation
from infra.data.store import Store
from infra.runtime.clock import new_id
from services.payment.domain.matching import How, Item, Match
from services.payment.domain.settling import settlement_account

OPEN_MAX = 2_000  # of each side, the oldest first: looked at in one go

OPEN_LINES = """
select number, line_date as date, amount_minor as minor, reference, description, parts
from statement_lines where currency = $1 and match_id is null and (not by_people or $2)
order by line_date, number limit $3
"""
OPEN_POSTINGS = """
select sequence as number, booked_on as date, -amount_minor as minor, reference, description,
    '{}'::text[] as parts
from ledger_postings where account_number = $1 and match_id is null and rail is null
order by booked_on, sequence limit $2
"""
# The balance and what is unmatched come from indexes; how many lines there are, from statements.
STANDING = """
with postings as (
    select -amount_minor as minor, booked_on as date from ledger_postings
    where account_number = $2 and booked_on <= $3 and match_id is null and rail is null
), lines as (
    select amount_minor as minor, line_date as date from statement_lines
    where currency = $1 and line_date <= $3 and match_id is null
), unmatched as (
    select min(date) as oldest, count(*) filter (where of_lines) as line_count,
        coalesce(sum(minor) filter (where of_lines), 0)::bigint as lines_minor,
        count(*) filter (where not of_lines) as posting_count,
        coalesce(sum(minor) filter (where not of_lines), 0)::bigint as postings_minor
    from (select *, true as of_lines from lines union all select *, false from postings) open
)
select
    coalesce((select -balance_after_minor from ledger_postings
        where account_number = $2 and booked_on <= $3 and rail is null
        order by booked_on desc, sequence desc limit 1), 0) as ledger_minor,
    (select closing_minor from statements where currency = $1 and to_date <= $3
        order by to_date desc limit 1) as statement_minor,
    (select coalesce(sum(line_count), 0) from statements where currency = $1 and to_date <= $3)
        + (select count(*) from statements join statement_lines l using (statement_id)
            where statements.currency = $1 and from_date <= $3 and to_date > $3
                and line_date <= $3 and rest_of is null)
        - unmatched.line_count as matched_count,
    unmatched.line_count as unmatched_line_count,
    unmatched.lines_minor as unmatched_lines_minor,
    unmatched.posting_count as unmatched_posting_count,
    unmatched.postings_minor as unmatched_postings_minor,
    (select count(*) from business_days
        where business_date > unmatched.oldest and business_date <= $3) as oldest_days,
    unmatched.oldest
from unmatched
"""
# What a match leaves over is of the statement of its line, and of people.
KEEP_REST = """
insert into statement_lines (statement_id, currency, line_date, amount_minor, reference,
    description, by_people, rest_of)
select statement_id, currency, line_date, $2, reference,
    'differs from what is booked: line ' || number, true, number
from statement_lines where number = $1
"""
# With the match it has ended itself: it is in what is undone, and so is no break.
END_REST = "update statement_lines set match_id = $2 where rest_of = $1 and match_id is null"
# From the posting on up to which all was found complete before.
COMPLETE = """
select coalesce(count(*) = max(sequence) - min(sequence) + 1
    and sum(case when sequence = complete_to then balance_after_minor else amount_minor end)
        = (array_agg(balance_after_minor order by sequence desc))[1], true) as is_complete,
    max(sequence) as up_to
from ledger_postings join ledger_lines using (account_number)
where account_number = $1 and sequence >= coalesce(complete_to, 0)
"""


class Reconciliations(Store):
    async def lock_statements(self, currency: Currency) -> None:
        """Import and match one after the other, until the transaction ends."""
        await self.db.execute(
            "select pg_advisory_xact_lock(hashtext('payment.statements.' || $1))", currency
        )

    async def lock_statements_of(self, line: int) -> None:
        """The same for the currency of a line, if there is such a line."""
        currency = await self.db.fetchval(
            "select currency from statement_lines where number = $1", line
        )
        if currency is not None:
            await self.lock_statements(Currency(currency))

    async def note_complete(self, currency: Currency) -> None:
        """Keep up to which posting the account is complete, so that it is not asked again."""
        number = settlement_account(currency)
        found = await self.db.fetchrow(COMPLETE, number)
        assert found is not None
        if found["is_complete"]:
            await self.db.execute(
                "update ledger_lines set complete_to = $2"
                " where account_number = $1 and complete_to is distinct from $2",
                number,
                found["up_to"],
            )

    async def open_lines(self, currency: Currency, *, of_people: bool = False) -> list[Item]:
        """Lines without a match; also those that people alone match, if asked for."""
        return _items(await self.db.fetch(OPEN_LINES, currency, of_people, OPEN_MAX))

    async def open_postings(self, currency: Currency) -> list[Item]:
        """Postings of the settlement account without a match."""
        number = settlement_account(currency)
        return _items(await self.db.fetch(OPEN_POSTINGS, number, OPEN_MAX))

    async def keep_match(
        self,
        currency: Currency,
        how: How,
        lines: Sequence[int],
        postings: Sequence[int],
        *,
        at: datetime,
        by: str | None = None,
        approved_by: str | None = None,
        reason: str | None = None,
    ) -> UUID:
        """Keep that these lines are these postings, none of which has a match."""
        match_id = new_id()
        await self.db.execute(
            "insert into matches (match_id, how, made_by, approved_by, reason, made_at)"
            " values ($1, $2, $3, $4, $5, $6)",
            match_id,
            how,
            by,
            approved_by,
            reason,
            at,
        )
        await self.db.execute(
            "update statement_lines set match_id = $1 where number = any($2::bigint[])"
            " and match_id is null",
            match_id,
            lines,
        )
        await self.db.execute(
            "update ledger_postings set match_id = $1 where account_number = $2"
            " and sequence = any($3::bigint[]) and match_id is null",
            match_id,
            settlement_account(currency),
            postings,
        )
        return match_id

    async def keep_matches(self, currency: Currency, found: Sequence[Match], at: datetime) -> None:
        """The same of all that were found."""
        for each in found:
            numbers = [posting.number for posting in each.postings]
            await self.keep_match(currency, each.how, [each.line.number], numbers, at=at)
            if each.rest_minor:
                await self.db.execute(KEEP_REST, each.line.number, each.rest_minor)

    async def undo_match(
        self, line: int, *, by: str, reason: str, at: datetime
    ) -> tuple[UUID, int, int] | None:
        """Take the match of a line back: its id, and how many lines and postings it had."""
        match_id: UUID | None = await self.db.fetchval(
            "update matches m set undone_by = $2, undone_reason = $3, undone_at = $4"
            " from statement_lines l where l.number = $1 and m.match_id = l.match_id"
            " and m.undone_at is null returning m.match_id",
            line,
            by,
            reason,
            at,
        )
        if match_id is None:
            return None
        released = await self.release(match_id)
        await self.db.execute(END_REST, line, match_id)
        return match_id, *released

    async def is_rest_matched(self, line: int) -> bool:
        """Whether what the match of a line has left over is matched, by people."""
        found: bool = await self.db.fetchval(
            "select exists (select from statement_lines l join matches m using (match_id)"
            " where l.rest_of = $1 and m.undone_at is null)",
            line,
        )
        return found

    async def release(self, match_id: UUID) -> tuple[int, int]:
        """Let what is in a match be unmatched again; how many lines and postings that are."""
        lines = await self.db.fetch(
            "update statement_lines set match_id = null, by_people = true where match_id = $1"
            " returning 1",
            match_id,
        )
        postings = await self.db.fetch(
            "update ledger_postings set match_id = null where match_id = $1 returning 1", match_id
        )
        return len(lines), len(postings)

    async def standing_on(self, currency: Currency, on: date) -> Reconciliation:
        """How the settlement account stands at the end of a date."""
        number = settlement_account(currency)
        row = await self.db.fetchrow(STANDING, currency, number, on)
        assert row is not None
        found: dict[str, Any] = dict(row)
        oldest, days = found.pop("oldest"), found.pop("oldest_days")
        statement = found["statement_minor"]
        return Reconciliation(
            on=on,
            currency=currency,
            difference_minor=None if statement is None else statement - found["ledger_minor"],
            oldest_break_days=days if oldest else None,
            is_complete=await self.db.fetchval(COMPLETE, number),
            **found,
        )


def _items(rows: Sequence[asyncpg.Record]) -> list[Item]:
    return [
        Item(row["number"], row["date"], row["minor"], row["reference"], tuple(row["parts"]))
        for row in rows
    ]
