"""What is known of customers' standing, and the balances that it governs.

A customer's row is locked before balances are, by whoever opens an account and by whoever hears of
a change: an account is opened before the change, which then reaches it, or after it, and refused.
"""

from collections.abc import Collection

from contracts.customer import Customer
from infra.data.store import Store
from services.account.domain.ledger.standing import Standing, standing_of


class Customers(Store):
    async def keep_standing(self, customer: Customer) -> Standing:
        """The standing by the newest version known, this one included; locked until the commit."""
        standing = await self.db.fetchval(
            """
            insert into customers as known (customer_id, standing, version) values ($1, $2, $3)
            on conflict (customer_id) do update set
                standing = case when excluded.version > known.version
                    then excluded.standing else known.standing end,
                version = greatest(excluded.version, known.version)
            returning standing
            """,
            customer.id,
            standing_of(customer),
            customer.version,
        )
        return Standing(standing)

    async def apply_standings(self, customer_ids: Collection[int]) -> None:
        """Write the standing of these customers beside their balances, locked in order of id."""
        await self.db.execute(
            """
            with owned as (
                select b.account_id, a.customer_id
                from balances b join accounts a on a.id = b.account_id
                where a.customer_id = any($1::bigint[])
                order by b.account_id
                for update of b
            )
            update balances b set owner_standing = c.standing
            from owned join customers c using (customer_id)
            where b.account_id = owned.account_id
            """,
            customer_ids,
        )
