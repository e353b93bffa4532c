"""Statements about customers who may not sign in, and their users.

Whoever hears of a change writes it, then locks the customer's users; a log-in locks its user, then
reads: it either sees the change, or its session is there to be ended.
"""

from contracts.customer import Customer
from infra.data.store import Store
from services.auth.domain.customers import may_sign_in


class CustomerStatements(Store):
    async def keep_customer(self, customer: Customer) -> bool:
        """Whether he may sign in by the newest version known, this one included."""
        may: bool = await self.db.fetchval(
            "insert into customers as known (customer_id, may_sign_in, version)"
            " values ($1, $2, $3) on conflict (customer_id) do update set may_sign_in ="
            " case when excluded.version > known.version"
            " then excluded.may_sign_in else known.may_sign_in end,"
            " version = greatest(excluded.version, known.version) returning may_sign_in",
            customer.id,
            may_sign_in(customer),
            customer.version,
        )
        return may

    async def may_customer_sign_in(self, customer_id: int) -> bool:
        """True also for one of whom nothing was heard."""
        may: bool | None = await self.db.fetchval(
            "select may_sign_in from customers where customer_id = $1", customer_id
        )
        return may is not False

    async def lock_users_of_customer(self, customer_id: int) -> list[int]:
        """Ids of his users; nobody signs in as one of them before this transaction ends."""
        rows = await self.db.fetch(
            "select id from users where customer_id = $1 order by id for no key update",
            customer_id,
        )
        return [row["id"] for row in rows]
