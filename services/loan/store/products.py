"""Loan products, whose terms are versions; in `terms` a product goes by its code."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.loan.products import (
    LoanProduct,
    LoanProductShown,
    LoanProductTerms,
    LoanProductVersion,
)
from contracts.loan.servicing import ServicingRules
from contracts.money import Currency
from infra.data.store import Store
from infra.data.terms import Terms, Version, add, all_in_force, all_numbered, in_force, versions
from services.loan.domain.files import LoanFile

AUTHORITY = "loan-authority"


class LoanProducts(Store):
    async def add_product(self, product: LoanProduct, *, made_by: str, now: datetime) -> bool:
        """Add it with its first version; False when the code is taken."""
        added = await self.db.fetchval(
            "insert into loan_products (code, name, currency) values ($1, $2, $3)"
            " on conflict (code) do nothing returning code",
            product.code,
            product.name,
            product.currency,
        )
        if added is None:
            return False
        today = product.valid_from
        await self.add_terms(product.code, product, today, today=today, made_by=made_by, now=now)
        return True

    async def add_terms(
        self,
        code: str,
        terms: LoanProductTerms,
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
        kept = terms.model_dump(mode="json", include=set(LoanProductTerms.model_fields))
        return await add(
            self.db, code, kept, valid_from=valid_from, today=today, made_by=made_by, now=now
        )

    async def products(self, on: date) -> list[LoanProduct]:
        """All products on the terms in force on that date, by code."""
        rows = await self.db.fetch("select code, name, currency from loan_products order by code")
        terms = await all_in_force(self.db, [row["code"] for row in rows], on)
        return [_product(row, terms[row["code"]]) for row in rows if row["code"] in terms]

    async def product(self, code: str, on: date) -> LoanProductShown | None:
        """One product with all its versions, which say whether they are in force on that date."""
        row = await self.db.fetchrow(
            "select code, name, currency from loan_products where code = $1", code
        )
        if row is None:
            return None
        history = await versions(self.db, code)
        present = [each for each in history if each.valid_from <= on][-1]
        shown = tuple(
            version_of(each, Currency(row["currency"]), is_in_force=each == present)
            for each in history
        )
        return LoanProductShown(**_product(row, present).model_dump(), versions=shown)

    async def product_terms(self, code: str, version: int) -> LoanProductTerms:
        """The terms that a loan keeps."""
        return (await self._all_terms([(code, version)]))[code, version]

    async def terms_of(self, loans: Collection[LoanFile]) -> dict[UUID, LoanProductTerms]:
        """The terms that each of these loans keeps, read for all of them at once."""
        terms = await self._all_terms({(each.product_code, each.product_version) for each in loans})
        return {each.loan_id: terms[each.product_code, each.product_version] for each in loans}

    async def rules_of(self, loans: Collection[LoanFile]) -> dict[UUID, ServicingRules]:
        """The rules under which each of these loans is served."""
        return {key: each.servicing for key, each in (await self.terms_of(loans)).items()}

    async def _all_terms(
        self, versions: Collection[tuple[str, int]]
    ) -> dict[tuple[str, int], LoanProductTerms]:
        """The terms of each of these versions of products."""
        found = await all_numbered(self.db, versions)
        return {key: LoanProductTerms(**each.terms) for key, each in found.items()}

    async def authority(self, on: date) -> Terms:
        """Above which amount, in each currency's units, a second person approves a loan."""
        found = await in_force(self.db, AUTHORITY, on)
        assert found is not None
        return found.terms


def version_of(version: Version, currency: Currency, *, is_in_force: bool) -> LoanProductVersion:
    """The version as everybody may see it: not who made it."""
    return LoanProductVersion(
        code=version.what,
        version=version.version,
        valid_from=version.valid_from,
        currency=currency,
        is_in_force=is_in_force,
        **version.terms,
    )


def _product(row: Any, version: Version) -> LoanProduct:
    return LoanProduct(
        code=row["code"],
        name=row["name"],
        currency=Currency(row["currency"]),
        version=version.version,
        valid_from=version.valid_from,
        **version.terms,
    )
