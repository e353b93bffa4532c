"""Branches, and products whose terms are versions; in `terms` a product goes by its code."""

from datetime import date, datetime
from typing import Any

from contracts.account.products import (
    Branch,
    Product,
    ProductShown,
    ProductTerms,
    ProductVersion,
)
from contracts.account.values import AccountType
from contracts.money import Currency
from infra.data.store import Store
from infra.data.terms import Version, add, all_in_force, versions
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

    async def add_product(self, product: Product, *, made_by: str, now: datetime) -> bool:
        """Add it with its first version; False when the code is taken."""
        added = await self.db.fetchval(
            "insert into products (code, name, account_type, currency) values ($1, $2, $3, $4)"
            " on conflict (code) do nothing returning code",
            product.code,
            product.name,
            product.account_type,
            product.currency,
        )
        if added is None:
            return False
        assert product.valid_from is not None
        today = product.valid_from
        await self.add_terms(product.code, product, today, today=today, made_by=made_by, now=now)
        return True

    async def add_terms(
        self,
        code: str,
        terms: ProductTerms,
        valid_from: date,
        *,
        today: date,
        made_by: str,
        now: datetime,
    ) -> Version:
        """Add the next version of a product's terms.

        Raises:
            TermsInThePast, TermsOverlap: it does not follow the last one.
        """
        kept = terms.model_dump(mode="json", include=set(ProductTerms.model_fields))
        return await add(
            self.db, code, kept, valid_from=valid_from, today=today, made_by=made_by, now=now
        )

    async def products(self, on: date) -> list[Product]:
        """All products on the terms in force on that date, by code."""
        rows = await self.db.fetch(
            "select code, name, account_type, currency from products order by code"
        )
        terms = await all_in_force(self.db, [row["code"] for row in rows], on)
        return [_product(row, terms[row["code"]]) for row in rows if row["code"] in terms]

    async def product(self, code: str, on: date) -> ProductShown | None:
        """One product with all its versions, which say whether they are in force on that date."""
        row = await self.db.fetchrow(
            "select code, name, account_type, currency from products where code = $1", code
        )
        if row is None:
            return None
        history = await versions(self.db, code)
        present = [each for each in history if each.valid_from <= on][-1]
        shown = tuple(
            version_of(each, Currency(row["currency"]), is_in_force=each == present)
            for each in history
        )
        return ProductShown(**_product(row, present).model_dump(), versions=shown)

    async def ledger_lines(self) -> set[str]:
        """The lines of the chart on which the bank owes."""
        rows = await self.db.fetch("select code from gl_accounts where class = 'LIABILITY'")
        return {row[0] for row in rows}


def version_of(version: Version, currency: Currency, *, is_in_force: bool) -> ProductVersion:
    """The version as everybody may see it: not who made it."""
    return ProductVersion(
        code=version.what,
        version=version.version,
        valid_from=version.valid_from,
        currency=currency,
        is_in_force=is_in_force,
        **version.terms,
    )


def _product(row: Any, version: Version) -> Product:
    account_type = AccountType(row["account_type"])
    return Product(
        code=row["code"],
        name=row["name"],
        account_type=account_type,
        currency=Currency(row["currency"]),
        is_offered=is_offered(account_type),
        version=version.version,
        valid_from=version.valid_from,
        **version.terms,
    )
