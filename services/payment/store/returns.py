"""Money that other banks give back as it came; `returns_now` joins it with where it stands."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from contracts.payment.returns import ReturnedPayment, ReturnState
from contracts.payment.values import Rail
from infra.data.store import Store
from services.payment.sagas import ReturnedMoney

PLACED_AT_ONCE_MAX = 100  # of those that can be; the rest follow within seconds

OPEN_RETURNS = """
select r.returned, done.code from returns r
left join resolutions_now done
    on done.payment_id = r.transfer_id and done.number = r.resolution
where r.set_aside_because is null and not r.is_reuse
and (r.resolution is null or done.state = 'failed')
and not exists (select from sagas s
    where s.saga_id = r.transfer_id and s.phase in ('forward', 'undoing'))
and not exists (select from resolutions_now other
    where other.payment_id = r.transfer_id and other.state = 'approved')
order by r.number limit $1 for update of r skip locked
"""


class Returns(Store):
    async def keep_returns(self, returns: Sequence[ReturnedMoney], at: datetime) -> set[UUID]:
        """Keep those that did not come before; the keys of those that are the first of their id.

        Another one under an id that was used is kept too, as what is never booked.
        """
        first = await self._keep_returns(returns, at, is_reuse=False)
        await self._keep_returns(returns, at, is_reuse=True)
        return first

    async def _keep_returns(
        self, returns: Sequence[ReturnedMoney], at: datetime, *, is_reuse: bool
    ) -> set[UUID]:
        # In one order, so that two that keep the same do not wait for each other.
        rows = await self.db.fetch(
            "insert into returns (key, rail, return_id, transfer_id, is_reuse, returned,"
            " received_at)"
            " select key, rail, return_id, transfer_id, $6, returned, $7"
            " from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::jsonb[])"
            " with ordinality as given(key, rail, return_id, transfer_id, returned, place)"
            " order by rail, return_id, place"
            " on conflict do nothing returning key",
            [each.key for each in returns],
            [each.rail for each in returns],
            [each.return_id for each in returns],
            [each.transfer_id for each in returns],
            [each.model_dump_json() for each in returns],
            is_reuse,
            at,
        )
        return {row[0] for row in rows}

    async def open_returns(
        self, limit: int = PLACED_AT_ONCE_MAX
    ) -> list[tuple[ReturnedMoney, str | None]]:
        """Those that can be placed, oldest first, locked; with the code of the books' refusal where
        they were placed with a payer who could not be given them.

        What waits for its payment, or for what was decided about it, holds up no later one.
        """
        rows = await self.db.fetch(OPEN_RETURNS, limit)
        return [(ReturnedMoney.model_validate_json(row[0]), row[1]) for row in rows]

    async def placed_before(self, transfer_ids: Sequence[UUID]) -> set[UUID]:
        """Those of these transfers of which something that came back is placed."""
        rows = await self.db.fetch(
            "select distinct transfer_id from returns where transfer_id = any($1::uuid[])"
            " and (resolution is not null or set_aside_because is not null)",
            list(transfer_ids),
        )
        return {row[0] for row in rows}

    async def place_with_payer(self, key: UUID, resolution: int) -> None:
        """It goes back by the resolution of its payment with this number."""
        await self.db.execute("update returns set resolution = $2 where key = $1", key, resolution)

    async def place_aside(self, key: UUID, because: str) -> None:
        await self.db.execute(
            "update returns set set_aside_because = $2 where key = $1", key, because
        )

    async def returned(self, key: UUID) -> ReturnedPayment | None:
        row = await self.db.fetchrow("select * from returns_now where key = $1", key)
        return _returned(row) if row else None

    async def returned_page(
        self,
        *,
        state: ReturnState | None,
        needs_attention: bool | None,
        before: int | None,
        limit: int,
    ) -> list[tuple[int, ReturnedPayment]]:
        """With their numbers, newest first; None does not filter."""
        rows = await self.db.fetch(
            "select * from returns_now"
            " where ($1::text is null or state = $1)"
            " and ($2::boolean is null or needs_attention = $2)"
            " and ($3::bigint is null or number < $3)"
            " order by number desc limit $4",
            state,
            needs_attention,
            before,
            limit,
        )
        return [(row["number"], _returned(row)) for row in rows]


def _returned(row: asyncpg.Record) -> ReturnedPayment:
    returned = ReturnedMoney.model_validate_json(row["returned"])
    return ReturnedPayment(
        return_id=row["key"],
        state=ReturnState(row["state"]),
        rail=Rail(row["rail"]),
        rail_reference=returned.rail_reference,
        transfer_id=row["transfer_id"],
        payment_id=row["payment_id"],
        amount_minor=returned.amount.minor,
        currency=returned.amount.currency,
        code=returned.code,
        detail=returned.detail,
        set_aside_because=row["set_aside_because"],
        needs_attention=row["needs_attention"],
        created_at=row["received_at"],
        updated_at=row["updated_at"],
    )
