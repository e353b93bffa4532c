"""Holds as people see them, and those that are over."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.account.holds import Hold, ListHolds
from contracts.account.values import HoldState
from contracts.money import Currency, Money
from infra.data.paging import READ_ROWS_MAX, TIMES_AND_IDS, Read
from infra.data.store import Store

_SEEN = """
select h.hold_id, a.number, h.state, h.amount_minor, h.captured_minor, h.released_minor,
    a.currency, h.reason, h.expires_at, h.placed_at, h.ended_at
from holds h join accounts a on a.id = h.account_id
"""

_OF_ACCOUNT = """
with scanned as (
    select *, row_number() over newest_first = $5 as is_last,
        ($2::text is null or state = $2) as matches
    from holds
    where account_id = $1 and ($3::timestamptz is null or (placed_at, hold_id) < ($3, $4::uuid))
    window newest_first as (order by placed_at desc, hold_id desc)
    order by placed_at desc, hold_id desc
    limit $5
)
select h.hold_id, a.number, h.state, h.amount_minor, h.captured_minor, h.released_minor,
    a.currency, h.reason, h.expires_at, h.placed_at, h.ended_at, h.matches, h.is_last
from scanned h join accounts a on a.id = h.account_id
where h.matches or h.is_last
order by h.placed_at desc, h.hold_id desc
limit $6
"""


class HoldsOfAccounts(Store):
    async def hold(self, hold_id: UUID) -> Hold | None:
        """A hold that was placed; a release that no hold followed is none."""
        row = await self.db.fetchrow(f"{_SEEN} where h.hold_id = $1", hold_id)
        return None if row is None else _hold(row)

    async def holds_of(self, account_id: int, query: ListHolds, limit: int) -> list[Read[Hold]]:
        """Those of an account after the place at which the page before ended, newest first: the
        matches among the READ_ROWS_MAX holds read at most, and the last of those."""
        placed_at, hold_id = TIMES_AND_IDS.read(query.cursor) or (None, None)
        rows = await self.db.fetch(
            _OF_ACCOUNT, account_id, query.state, placed_at, hold_id, READ_ROWS_MAX, limit
        )
        return [Read(_hold(row), row["matches"], row["is_last"]) for row in rows]

    async def held(self, hold_ids: Collection[UUID]) -> dict[UUID, Money]:
        """What each of those that are open still holds."""
        rows = await self.db.fetch(
            """
            select h.hold_id, h.open_minor, a.currency
            from holds h join accounts a on a.id = h.account_id
            where h.hold_id = any($1::uuid[]) and h.open_minor > 0
            """,
            hold_ids,
        )
        return {row[0]: Money(minor=row[1], currency=Currency(row[2])) for row in rows}

    async def accounts_with_due_holds(self, now: datetime, limit: int) -> set[str]:
        """Numbers of accounts on which an open hold is over, those with the oldest first."""
        rows = await self.db.fetch(
            """
            select a.number
            from (
                select account_id from holds
                where state = 'OPEN' and expires_at <= $1
                order by expires_at limit $2
            ) due
            join accounts a on a.id = due.account_id
            """,
            now,
            limit,
        )
        return {row[0] for row in rows}


def _hold(row: Any) -> Hold:
    return Hold(
        hold_id=row[0],
        account_number=row[1],
        state=HoldState(row[2]),
        amount_minor=row[3],
        captured_minor=row[4],
        released_minor=row[5],
        currency=Currency(row[6]),
        reason=row[7],
        expires_at=row[8],
        placed_at=row[9],
        ended_at=row[10],
    )
