"""Standing orders, and what became of each of their transfers."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from contracts.envelope import Subject
from contracts.money import Currency, Money
from contracts.transaction.standing_orders import (
    EXECUTIONS_SHOWN_MAX,
    Execution,
    ListStandingOrders,
    OrderDates,
    OrderState,
    SkipReason,
    StandingOrder,
)
from infra.data.store import Store
from infra.data.terms import in_force
from services.transaction.domain.occurrences import Occurrence
from services.transaction.domain.orders import (
    Order,
    SettledTry,
    Try,
    Waiting,
    has_not_ended,
)

_ADD = """
insert into standing_orders (order_id, requested_by, customer_id, from_account, to_account,
    amount_minor, currency, description, dates, retries, maker, next_number, next_date, due_on,
    made_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14)
on conflict (requested_by) do nothing
"""

_TRY = """
insert into standing_executions (order_id, number, due_on, state, tries)
select order_id, number, due_on, 'processing', attempt
from unnest($1::uuid[], $2::integer[], $3::date[], $4::integer[])
    as new(order_id, number, due_on, attempt)
on conflict (order_id, number) do update
set state = 'processing', tries = excluded.tries, try_on = null
"""

# Nobody has tried it, or it waits to be tried again.
_LEAVE_OUT = """
insert into standing_executions (order_id, number, due_on, state, tries, code, ended_at)
select order_id, number, due_on, 'skipped', attempt - 1, $5, $6
from unnest($1::uuid[], $2::integer[], $3::date[], $4::integer[])
    as new(order_id, number, due_on, attempt)
on conflict (order_id, number) do update
set state = 'skipped', code = excluded.code, try_on = null, ended_at = excluded.ended_at
"""

_SETTLE = """
update standing_executions e
set state = new.state, try_on = new.try_on, code = new.code, entry_id = new.entry_id,
    ended_at = case when new.state <> 'pending' then $7::timestamptz end
from unnest($1::uuid[], $2::integer[], $3::text[], $4::date[], $5::text[], $6::uuid[])
    as new(order_id, number, state, try_on, code, entry_id)
where (e.order_id, e.number) = (new.order_id, new.number)
"""

# What is due of an order follows from its next transfer and from those that are tried again.
_KEEP = """
update standing_orders o
set state = new.state, next_number = new.next_number, next_date = new.next_date,
    failed_in_a_row = new.failed_in_a_row, reason = new.reason,
    ended_at = case when new.state not in ('open', 'paused')
        then coalesce(ended_at, $7::timestamptz) end,
    due_on = case when new.state in ('open', 'paused') then least(new.next_date, (
        select min(try_on) from standing_executions e
        where e.order_id = o.order_id and e.state = 'pending')) end
from unnest($1::uuid[], $2::text[], $3::integer[], $4::date[], $5::integer[], $6::text[])
    as new(order_id, state, next_number, next_date, failed_in_a_row, reason)
where o.order_id = new.order_id
"""

_CANCEL_WAITING = """
update standing_executions set state = 'cancelled', try_on = null, ended_at = $2
where order_id = any($1::uuid[]) and state = 'pending'
"""

_WAITING = """
select order_id, number, due_on, tries, try_on from standing_executions e
where order_id = any($1::uuid[]) and (state = 'pending' or (state = 'skipped' and number
    > (select next_number from standing_orders o where o.order_id = e.order_id)))
order by order_id, number
"""

_DONE = """
select order_id from standing_orders o
where order_id = any($1::uuid[]) and state in ('open', 'paused') and next_number is null
    and not exists (
    select from standing_executions e
    where e.order_id = o.order_id and e.state in ('pending', 'processing'))
"""

_PAGE = """
select * from standing_orders
where ($1::text is null or from_account = $1)
  and ($2::bigint is null or customer_id = $2)
  and ($3::text is null or state = $3)
  and ($4::uuid is null or order_id < $4)
order by order_id desc limit $5
"""

_EXECUTIONS = """
select number, due_on as due_date, state, tries, try_on as next_try, code, entry_id, ended_at
from standing_executions where order_id = $1 order by number desc limit $2
"""


class KeptOrders(Store):
    async def above(self, what: str, on: date) -> str:
        """Above which amount, in each currency's units, an order of staff needs approval."""
        found = await in_force(self.db, what, on)
        assert found is not None
        return str(found.terms["above"])

    async def hold_account(self, account_number: str) -> int:
        """How many orders that have not ended pay from this account; nobody else adds one
        meanwhile."""
        await self.db.execute(
            "select pg_advisory_xact_lock(hashtextextended($1, 0))", account_number
        )
        count: int = await self.db.fetchval(
            "select count(*) from standing_orders"
            " where from_account = $1 and state in ('open', 'paused')",
            account_number,
        )
        return count

    async def add_order(self, order: Order, requested_by: UUID, now: datetime) -> bool:
        """Keep a new order; False if this very request was made before."""
        assert order.next is not None
        added = await self.db.execute(
            _ADD, order.order_id, requested_by, order.customer_id, order.from_account,
            order.to_account, order.amount.minor, order.amount.currency, order.description,
            order.dates.model_dump_json(), order.retries, order.maker.model_dump_json(),
            order.next.number, order.next.due_on, now,
        )  # fmt: skip
        return bool(added == "INSERT 0 1")

    async def lock_orders(self, order_ids: Collection[UUID]) -> dict[UUID, Order]:
        """Those of these orders that exist, locked in one order until the transaction ends."""
        rows = await self.db.fetch(
            "select * from standing_orders where order_id = any($1::uuid[])"
            " order by order_id for update",
            list(order_ids),
        )
        return {row["order_id"]: _order(row) for row in rows}

    async def waiting(self, order_ids: Collection[UUID]) -> dict[UUID, list[Waiting]]:
        """The transfers of these orders that are tried again, and those to come that are left out,
        by the order."""
        rows = await self.db.fetch(_WAITING, list(order_ids))
        found: dict[UUID, list[Waiting]] = {order_id: [] for order_id in order_ids}
        for row in rows:
            found[row["order_id"]].append(Waiting(*row))
        return found

    async def begin_tries(self, tries: Sequence[Try]) -> None:
        """Keep that these transfers are being made."""
        if tries:
            await self.db.execute(_TRY, *zip(*tries, strict=True))

    async def processing(self, order_ids: Collection[UUID]) -> dict[tuple[UUID, int, int], date]:
        """The transfers of these orders that are being made, and when they were due: by order,
        number and which try it is."""
        rows = await self.db.fetch(
            "select order_id, number, tries, due_on from standing_executions"
            " where order_id = any($1::uuid[]) and state = 'processing'",
            list(order_ids),
        )
        return {(row["order_id"], row["number"], row["tries"]): row["due_on"] for row in rows}

    async def settle(self, settled: Sequence[SettledTry], now: datetime) -> None:
        """Keep what became of tries."""
        rows = [
            (
                each.result.order.order_id, each.number, each.result.state, each.result.try_on,
                each.code, each.entry_id,
            )
            for each in settled
        ]  # fmt: skip
        if rows:
            await self.db.execute(_SETTLE, *zip(*rows, strict=True), now)

    async def keep_orders(self, orders: Collection[Order], now: datetime) -> None:
        """Keep how these orders stand; of those that have ended nothing is tried any more."""
        over = [each.order_id for each in orders if not has_not_ended(each)]
        if over:
            await self.db.execute(_CANCEL_WAITING, over, now)
        rows = [
            (
                each.order_id, each.state, each.next and each.next.number,
                each.next and each.next.due_on, each.failed_in_a_row, each.reason,
            )
            for each in orders
        ]  # fmt: skip
        if rows:
            await self.db.execute(_KEEP, *zip(*rows, strict=True), now)

    async def done(self, order_ids: Collection[UUID]) -> set[UUID]:
        """Those of these orders that have not ended, and of which nothing is left to do."""
        return {row["order_id"] for row in await self.db.fetch(_DONE, list(order_ids))}

    async def leave_out(self, skipped: Sequence[Try], why: SkipReason, now: datetime) -> None:
        """Keep that these transfers are not made."""
        if skipped:
            await self.db.execute(_LEAVE_OUT, *zip(*skipped, strict=True), why, now)

    async def order(self, order_id: UUID, viewer: Subject) -> StandingOrder | None:
        """One order with its newest executions; None: there is none for the viewer."""
        row = await self.db.fetchrow("select * from standing_orders where order_id = $1", order_id)
        if row is None or not viewer.may_touch(row["customer_id"]):
            return None
        executions = await self.db.fetch(_EXECUTIONS, order_id, EXECUTIONS_SHOWN_MAX)
        return StandingOrder(
            **_shown(row), executions=tuple(Execution(**each) for each in executions)
        )

    async def orders_page(
        self, query: ListStandingOrders, customer_id: int | None, before: UUID | None
    ) -> list[StandingOrder]:
        """Orders, newest first, one more than asked for."""
        rows = await self.db.fetch(
            _PAGE, query.account_number, customer_id, query.state, before, query.limit + 1
        )
        return [StandingOrder(**_shown(row)) for row in rows]


def _order(row: asyncpg.Record) -> Order:
    number = row["next_number"]
    return Order(
        order_id=row["order_id"],
        customer_id=row["customer_id"],
        from_account=row["from_account"],
        to_account=row["to_account"],
        amount=Money(minor=row["amount_minor"], currency=Currency(row["currency"])),
        description=row["description"],
        dates=OrderDates.model_validate_json(row["dates"]),
        retries=row["retries"],
        maker=Subject.model_validate_json(row["maker"]),
        state=OrderState(row["state"]),
        next=None if number is None else Occurrence(number, row["next_date"]),
        failed_in_a_row=row["failed_in_a_row"],
        reason=row["reason"],
    )


def _shown(row: asyncpg.Record) -> dict[str, object]:
    """The columns as fields of a message."""
    fields = dict(row)
    dates = OrderDates.model_validate_json(fields.pop("dates"))
    return {**fields, **dict(dates)}
