"""Which standing orders are due, a share at a time."""

from datetime import date
from uuid import UUID

from infra.data.store import Store
from infra.handling.daily import Part

# One look plans this many days; those of a longer pause follow with the next.
DAYS_AT_ONCE = 366

_COUNT_DUE = """
select count(*) from standing_orders
where due_on <= $1 and abs(hashtext(order_id::text)::bigint) % $3 = $2
"""

# In order of the index, so that a batch reads its own orders, however many there are.
DUE = """
select order_id from standing_orders
where due_on <= $1 and abs(hashtext(order_id::text)::bigint) % $3 = $2 and order_id > $4
order by order_id limit $5
"""


class DueOrders(Store):
    async def days_begun(self, after: date | None) -> list[date]:
        """The days that this service has heard of, also the open one: what is due then is made."""
        rows = await self.db.fetch(
            "select business_date from business_days"
            " where $1::date is null or business_date > $1 order by 1 limit $2",
            after,
            DAYS_AT_ONCE,
        )
        return [row[0] for row in rows]

    async def count_due(self, part: Part) -> int:
        """How many orders of a part have something to be done by its day."""
        count: int = await self.db.fetchval(_COUNT_DUE, part.business_date, part.number, part.parts)
        return count

    async def due(self, part: Part, after: UUID, limit: int) -> list[UUID]:
        """Those orders, in order of their ids."""
        rows = await self.db.fetch(DUE, part.business_date, part.number, part.parts, after, limit)
        return [row[0] for row in rows]
