"""Postings of clearing lines as they are heard, and the settlements of their windows."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from contracts.account.books import Moved
from contracts.money import Currency
from contracts.payment.settlements import SettledMovement, Settlement, SettlementState
from contracts.payment.values import Rail
from infra.data.store import Store
from services.payment.domain.settling import Line, Position, Window, rail_of

BROUGHT_FORWARD = "brought forward"  # what stood on a line before its postings were heard of

_KEEP = """
insert into ledger_postings (account_number, sequence, entry_id, reference, amount_minor,
    balance_after_minor, currency, description, booked_at, booked_on, rail, settles_on, settles_at,
    match_id)
select heard.account_number, heard.sequence, heard.entry_id, heard.reference, heard.amount_minor,
    heard.balance_after_minor, heard.currency, heard.description, heard.booked_at, heard.booked_on,
    case when own.reference is null then heard.rail end,
    case when own.reference is null then heard.settles_on end,
    case when own.reference is null then heard.settles_at end,
    off.match_id
from unnest($1::text[], $2::bigint[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[],
    $7::text[], $8::text[], $9::timestamptz[], $10::date[], $11::text[], $12::date[],
    $13::timestamptz[])
    as heard(account_number, sequence, entry_id, reference, amount_minor, balance_after_minor,
    currency, description, booked_at, booked_on, rail, settles_on, settles_at)
join ledger_lines line on line.account_number = heard.account_number
left join settlements own on own.reference = heard.reference
left join write_offs off on off.reference = heard.reference
where heard.sequence > line.heard_after
    or (heard.sequence = line.heard_after and heard.entry_id is null)
on conflict (account_number, sequence) do nothing
"""

# Whoever opens a line keeps what stood on it; another one who hears of it at once waits for him.
_OPEN_LINES = """
insert into ledger_lines (account_number, heard_after)
select * from unnest($1::text[], $2::bigint[]) order by 1
on conflict (account_number) do nothing
returning account_number
"""

_SETTLE = """
with taken as (
    update ledger_postings set settlement_id = $1
    where rail = $2 and currency = $3 and settles_on = $4 and settlement_id is null
        and coalesce(settles_at, '-infinity') = coalesce($5::timestamptz, '-infinity')
    returning amount_minor
)
insert into settlements (settlement_id, rail, currency, settles_on, settles_at, reference,
    movement_count, paid_minor, received_minor, created_at)
select $1, $2, $3, $4, $5, $6, count(*),
    coalesce(sum(amount_minor) filter (where amount_minor > 0), 0),
    coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0), $7
from taken
returning net_minor
"""

# One step from window to window, however many postings wait in each.
_WAITING = """
with recursive found as (
    (
        select rail, currency, settles_on, settles_at from ledger_postings
        where rail is not null and settlement_id is null
        order by rail, currency, settles_on, coalesce(settles_at, '-infinity') limit 1
    )
    union all
    select following.* from found cross join lateral (
        select p.rail, p.currency, p.settles_on, p.settles_at from ledger_postings p
        where p.rail is not null and p.settlement_id is null
            and (p.rail, p.currency, p.settles_on, coalesce(p.settles_at, '-infinity'))
            > (found.rail, found.currency, found.settles_on,
                coalesce(found.settles_at, '-infinity'))
        order by p.rail, p.currency, p.settles_on, coalesce(p.settles_at, '-infinity') limit 1
    ) following
)
select * from found
"""

_LAST_SETTLED = """
select line.rail, line.currency, last.settles_on, last.settles_at
from (
    select p.account_number, p.rail, p.currency from ledger_lines
    cross join lateral (
        select * from ledger_postings p where p.account_number = ledger_lines.account_number
            and p.rail is not null limit 1
    ) p
) line
cross join lateral (
    select settles_on, settles_at from settlements s
    where s.rail = line.rail and s.currency = line.currency
    order by settles_on desc, settles_at desc nulls last limit 1
) last
"""


class Settlements(Store):
    async def keep_postings(self, postings: Sequence[tuple[Moved, Window | None]]) -> None:
        """Keep these postings, each with its window, once however often they are heard.

        What stood on a line before the first of them that was heard is kept as one posting.
        """
        first: dict[str, tuple[Moved, Window | None]] = {}
        for moved, window in postings:
            known = first.get(moved.account_number)
            if known is None or moved.sequence < known[0].sequence:
                first[moved.account_number] = moved, window
        opened = await self.db.fetch(
            _OPEN_LINES, list(first), [moved.sequence - 1 for moved, _ in first.values()]
        )
        rows = [_row(moved, window) for moved, window in postings]
        for [account_number] in opened:
            moved, window = first[account_number]
            if moved.balance_after_minor != moved.signed_minor:
                rows.append(_brought_forward(moved, window))
        await self.db.execute(_KEEP, *zip(*rows, strict=True))

    async def note_entries(self, booked: Mapping[UUID, UUID]) -> None:
        """Which run made each of these entries."""
        await self.db.execute(
            "insert into saga_entries (entry_id, saga_id)"
            " select * from unnest($1::uuid[], $2::uuid[]) on conflict do nothing",
            list(booked),
            list(booked.values()),
        )

    async def release_failed(self, runs: Sequence[UUID]) -> None:
        """Let what the books have refused to settle by these runs wait again."""
        await self.db.execute(
            "update ledger_postings p set settlement_id = null from sagas run"
            " where p.settlement_id = run.saga_id and run.saga_id = any($1::uuid[])"
            " and run.phase = 'failed'",
            runs,
        )

    async def waiting(self) -> list[Position]:
        """The windows in which something waits to be settled."""
        return [_position(row) for row in await self.db.fetch(_WAITING)]

    async def last_settled(self) -> dict[Line, Window]:
        """The last window that was settled of each line."""
        rows = await self.db.fetch(_LAST_SETTLED)
        return {each.line: each.window for each in map(_position, rows)}

    async def move_on(self, late: Position, to: Window) -> None:
        """Let what came late for its window wait for the end of this one."""
        await self.db.execute(
            "update ledger_postings set settles_on = $5, settles_at = $6"
            " where rail = $1 and currency = $2 and settles_on = $3 and settlement_id is null"
            " and coalesce(settles_at, '-infinity') = coalesce($4::timestamptz, '-infinity')",
            *late.line,
            late.window.day,
            late.window.ends,
            to.day,
            to.ends,
        )

    async def day_open_at(self, moment: datetime) -> date:
        """The newest day of which this service has heard that it was open then."""
        day: date | None = await self.db.fetchval(
            "select max(business_date) from business_days where opened_at <= $1", moment
        )
        return day or date.min

    async def settle(self, position: Position, now: datetime) -> int:
        """Keep the settlement of a window, with all that is in it; the net."""
        net: int = await self.db.fetchval(
            _SETTLE,
            position.settlement_id,
            *position.line,
            position.window.day,
            position.window.ends,
            position.reference,
            now,
        )
        return net

    async def settlement(self, settlement_id: UUID) -> Settlement | None:
        row = await self.db.fetchrow(
            "select * from settlements_now where settlement_id = $1", settlement_id
        )
        return _settlement(row) if row else None

    async def settlements(
        self,
        *,
        rail: Rail | None,
        from_date: date | None,
        to_date: date | None,
        before: int,
        limit: int,
    ) -> list[tuple[int, Settlement]]:
        """Settlements by their numbers, newest first; None does not filter."""
        rows = await self.db.fetch(
            "select * from settlements_now"
            " where ($1::text is null or rail = $1)"
            " and ($2::date is null or settles_on >= $2)"
            " and ($3::date is null or settles_on <= $3)"
            " and number < $4 order by number desc limit $5",
            rail,
            from_date,
            to_date,
            before,
            limit,
        )
        return [(row["number"], _settlement(row)) for row in rows]

    async def settled_movements(
        self, settlement_id: UUID, *, before: int, limit: int
    ) -> list[SettledMovement]:
        """What is in a settlement, the newest first."""
        rows = await self.db.fetch(
            "select sequence, reference as given_reference, entry_id, payment_id, amount_minor,"
            " currency, description, booked_at from settled_movements"
            " where settlement_id = $1 and sequence < $2 order by sequence desc limit $3",
            settlement_id,
            before,
            limit,
        )
        return [SettledMovement(**dict(row)) for row in rows]


_Row = tuple[object, ...]


def _row(moved: Moved, window: Window | None) -> _Row:
    return (
        moved.account_number,
        moved.sequence,
        moved.entry_id,
        moved.reference,
        moved.signed_minor,
        moved.balance_after_minor,
        moved.currency,
        moved.description,
        moved.booked_at,
        moved.booked_on,
        rail_of(moved.account_number),
        window.day if window else None,
        window.ends if window else None,
    )


def _brought_forward(moved: Moved, window: Window | None) -> _Row:
    before = moved.balance_after_minor - moved.signed_minor
    number, _, _, _, _, _, currency, _, *when = _row(moved, window)
    return number, moved.sequence - 1, None, BROUGHT_FORWARD, before, before, currency, "", *when


def _position(row: asyncpg.Record) -> Position:
    window = Window(row["settles_on"], row["settles_at"])
    return Position(Rail(row["rail"]), Currency(row["currency"]), window)


def _settlement(row: asyncpg.Record) -> Settlement:
    return Settlement(
        settlement_id=row["settlement_id"],
        rail=Rail(row["rail"]),
        currency=Currency(row["currency"]),
        business_date=row["settles_on"],
        window_ends=row["settles_at"],
        state=SettlementState(row["state"]),
        reference=row["reference"],
        entry_id=row["entry_id"],
        movement_count=row["movement_count"],
        paid_minor=row["paid_minor"],
        received_minor=row["received_minor"],
        net_minor=row["net_minor"],
        created_at=row["created_at"],
        settled_at=row["settled_at"],
    )
