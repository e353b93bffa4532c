"""Branches and products."""

from contracts.account.products import Branch, Product
from contracts.account.values import AccountType, Channel
from contracts.money import Currency
from infra.data.store import Store
from services.account.domain.commands.opening import is_offered


class BranchesAndProducts(Store):
    async def add_branch(self, branch: Branch) -> bool:
        """False when the code or the IFSC is taken."""
        added = await self.db.fetchval(
            "insert into branches (code, name, city, ifsc_code) values ($1, $2, $3, $4)"
            " on conflict do nothing returning code",
            branch.code,
            branch.name,
            branch.city,
            branch.ifsc_code,
        )
        return added is not None

    async def branch(self, code: str) -> Branch | None:
        row = await self.db.fetchrow(
            "select code, name, city, ifsc_code from branches where code = $1", code
        )
        return Branch(**row) if row else None

    async def branches(self) -> list[Branch]:
        rows = await self.db.fetch("select code, name, city, ifsc_code from branches order by code")
        return [Branch(**row) for row in rows]

    async def add_product(self, product: Product) -> bool:
        """False when the code is taken."""
        channels = product.channel_daily_limits_minor
        added = await self.db.fetchval(
            """
            insert into products (
                code, name, account_type, currency, overdraft_limit_minor,
                transaction_limit_minor, daily_limit_minor, branch_daily_limit_minor,
                online_daily_limit_minor, system_daily_limit_minor
            )
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (code) do nothing
            returning code
            """,
            product.code,
            product.name,
            product.account_type,
            product.currency,
            product.overdraft_limit_minor,
            product.transaction_limit_minor,
            product.daily_limit_minor,
            channels.get(Channel.BRANCH),
            channels.get(Channel.ONLINE),
            channels.get(Channel.SYSTEM),
        )
        return added is not None

    async def products(self) -> list[Product]:
        """All products, by code."""
        rows = await self.db.fetch(
            """
            select code, name, account_type, currency, overdraft_limit_minor,
                transaction_limit_minor, daily_limit_minor, branch_daily_limit_minor,
                online_daily_limit_minor, system_daily_limit_minor
            from products order by code
            """
        )
        return [
            Product(
                code=row[0],
                name=row[1],
                account_type=AccountType(row[2]),
                currency=Currency(row[3]),
                overdraft_limit_minor=row[4],
                transaction_limit_minor=row[5],
                daily_limit_minor=row[6],
                channel_daily_limits_minor=channel_limits(row[7], row[8], row[9]),
                is_offered=is_offered(AccountType(row[2])),
            )
            for row in rows
        ]


def channel_limits(
    branch_minor: int | None, online_minor: int | None, system_minor: int | None
) -> dict[Channel, int]:
    """The limits that there are."""
    columns = {
        Channel.BRANCH: branch_minor,
        Channel.ONLINE: online_minor,
        Channel.SYSTEM: system_minor,
    }
    return {channel: minor for channel, minor in columns.items() if minor is not None}
