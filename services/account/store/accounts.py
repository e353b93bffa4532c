"""Accounts as people see them, and the rows that open one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.account.accounts import Account, OpenAccount
from contracts.account.products import Product
from contracts.account.values import AccountStatus, AccountType
from contracts.money import Currency
from infra.data.store import Store
from infra.runtime.clock import new_id


@dataclass(frozen=True, slots=True)
class Standing:
    """The amounts of any account, the bank's own included."""

    account_id: int
    customer_id: int | None
    currency: Currency
    posted_minor: int
    held_minor: int
    overdraft_minor: int


class Accounts(Store):
    async def account(self, number: str) -> Account | None:
        """A customer's account; the bank's own are no `Account`."""
        row = await self.db.fetchrow(
            """
            select a.id, a.uuid, a.number, a.customer_id, a.account_type, a.product_code,
                a.currency, a.branch_code, r.ifsc_code, b.status, b.posted_minor, b.held_minor,
                b.overdraft_minor, a.opened_at, b.updated_at, a.product_version
            from accounts a
            join balances b on b.account_id = a.id
            join branches r on r.code = a.branch_code
            where a.number = $1 and a.customer_id is not null
            """,
            number,
        )
        return _account(row) if row else None

    async def accounts(
        self,
        *,
        customer_id: int | None,
        status: AccountStatus | None,
        before: int,
        limit: int,
    ) -> list[Account]:
        """Customers' accounts with an id below `before`, newest first."""
        rows = await self.db.fetch(
            """
            select a.id, a.uuid, a.number, a.customer_id, a.account_type, a.product_code,
                a.currency, a.branch_code, r.ifsc_code, b.status, b.posted_minor, b.held_minor,
                b.overdraft_minor, a.opened_at, b.updated_at, a.product_version
            from accounts a
            join balances b on b.account_id = a.id
            join branches r on r.code = a.branch_code
            where a.customer_id is not null
                and ($1::bigint is null or a.customer_id = $1)
                and ($2::text is null or b.status = $2)
                and a.id < $3
            order by a.id desc
            limit $4
            """,
            customer_id,
            status,
            before,
            limit,
        )
        return [_account(row) for row in rows]

    async def standing(self, number: str) -> Standing | None:
        row = await self.db.fetchrow(
            """
            select a.id, a.customer_id, a.currency, b.posted_minor, b.held_minor,
                coalesce(b.overdraft_minor, 0)
            from accounts a join balances b on b.account_id = a.id
            where a.number = $1
            """,
            number,
        )
        if row is None:
            return None
        return Standing(row[0], row[1], Currency(row[2]), row[3], row[4], row[5])

    async def owners(self, numbers: Sequence[str]) -> dict[str, int | None]:
        """The customer behind each account; None for the bank's own."""
        rows = await self.db.fetch(
            "select number, customer_id from accounts where number = any($1)", numbers
        )
        return {row[0]: row[1] for row in rows}

    async def count_opening(self, day: date) -> int:
        """How many accounts the day has with this one; holds up other openings until we commit."""
        count: int = await self.db.fetchval(
            """
            insert into openings (opened_on, count) values ($1, 1)
            on conflict (opened_on) do update set count = openings.count + 1
            returning count
            """,
            day,
        )
        return count

    async def insert_account(
        self,
        number: str,
        command: OpenAccount,
        product: Product,
        *,
        requested_by: UUID,
        now: datetime,
    ) -> bool:
        """Open the account; False if this very request opened one before."""
        account_id = await self.db.fetchval(
            """
            insert into accounts (
                uuid, requested_by, number, customer_id, gl_code, product_code, product_version,
                is_limited, account_type, currency, branch_code, opened_at
            )
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            on conflict (requested_by) do nothing
            returning id
            """,
            new_id(),
            requested_by,
            number,
            command.customer_id,
            product.ledger_line,
            product.code,
            product.version,
            product.is_limited,
            command.account_type,
            command.currency,
            command.branch_code,
            now,
        )
        if account_id is None:
            return False
        await self.db.execute(
            "insert into balances (account_id, currency, status, overdraft_minor, updated_at)"
            " values ($1, $2, $3, $4, $5)",
            account_id,
            command.currency,
            AccountStatus.ACTIVE,
            product.overdraft_limit_minor,
            now,
        )
        return True


def _account(row: Any) -> Account:
    posted_minor, held_minor, overdraft_minor = row[10], row[11], row[12]
    return Account(
        id=row[0],
        uuid=row[1],
        account_number=row[2],
        customer_id=row[3],
        account_type=AccountType(row[4]),
        product_code=row[5],
        currency=Currency(row[6]),
        branch_code=row[7],
        ifsc_code=row[8],
        status=AccountStatus(row[9]),
        balance_minor=posted_minor,
        held_minor=held_minor,
        available_minor=posted_minor - held_minor + overdraft_minor,
        overdraft_limit_minor=overdraft_minor,
        opened_at=row[13],
        updated_at=row[14],
        product_version=row[15],
    )
