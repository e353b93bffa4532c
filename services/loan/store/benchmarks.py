"""Benchmarks in dated versions, and the loans that float with one."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from contracts.loan.benchmarks import Benchmark, BenchmarkVersion
from infra.data.store import Store
from infra.data.terms import Version, add, all_in_force, versions
from services.loan.domain.floating import Change

_PREFIX = "loan-benchmark:"
_COUNT = """
select count(*) from loans l
join terms t on t.what = l.product_code and t.version = l.product_version
where l.state = 'active' and loan_part(l.loan_id, $1) = $2 and t.terms ->> 'benchmark' = any($3)
"""
_LOANS = """
select l.loan_id from loans l
join terms t on t.what = l.product_code and t.version = l.product_version
where l.state = 'active' and loan_part(l.loan_id, $1) = $2 and t.terms ->> 'benchmark' = any($3)
    and l.loan_id > $4
order by l.loan_id limit $5
"""


class BenchmarkRates(Store):
    async def benchmarks(self, today: date) -> list[Benchmark]:
        """All of them, by code."""
        rows = await self.db.fetch(
            "select distinct what from terms where starts_with(what, $1) order by what", _PREFIX
        )
        return [_benchmark(await versions(self.db, row[0]), today) for row in rows]

    async def benchmark_rate(self, code: str, on: date) -> Decimal | None:
        """Its rate on that date; None: there is no such benchmark yet."""
        found = await all_in_force(self.db, [_PREFIX + code], on)
        return _rate(found[_PREFIX + code]) if found else None

    async def add_benchmark(
        self,
        code: str,
        annual_rate: Decimal,
        valid_from: date,
        *,
        today: date,
        made_by: str,
        now: datetime,
    ) -> BenchmarkVersion:
        """Add the next version.

        Raises:
            TermsInThePast, TermsOverlap: it does not follow the last one.
        """
        terms = {"annual_rate": str(annual_rate)}
        added = await add(
            self.db,
            _PREFIX + code,
            terms,
            valid_from=valid_from,
            today=today,
            made_by=made_by,
            now=now,
        )
        return _shown(added, is_in_force=added.valid_from <= today)

    async def changed_on(self, day: date) -> dict[str, Change]:
        """How each benchmark changes on this date, by code; a first version changes nothing."""
        rows = await self.db.fetch(
            "select what from terms"
            " where starts_with(what, $1) and valid_from = $2 and version > 1",
            _PREFIX,
            day,
        )
        changes = {}
        for (what,) in rows:
            before, present = [
                each for each in await versions(self.db, what) if each.valid_from <= day
            ][-2:]
            by = _rate(present) - _rate(before)
            changes[_code(present)] = Change(_code(present), present.version, day, by)
        return changes

    async def count_floating(self, part: int, parts: int, codes: list[str]) -> int:
        """How many loans of a part float with one of these benchmarks."""
        count: int = await self.db.fetchval(_COUNT, parts, part, codes)
        return count

    async def floating(
        self, part: int, parts: int, codes: list[str], after: UUID, limit: int
    ) -> list[UUID]:
        """Those loans, in order of their ids."""
        rows = await self.db.fetch(_LOANS, parts, part, codes, after, limit)
        return [row[0] for row in rows]


def _benchmark(history: list[Version], today: date) -> Benchmark:
    present = [each for each in history if each.valid_from <= today][-1:]
    return Benchmark(
        code=_code(history[0]),
        annual_rate=_rate(present[0]) if present else None,
        versions=tuple(_shown(each, is_in_force=each in present) for each in history),
    )


def _shown(version: Version, *, is_in_force: bool) -> BenchmarkVersion:
    return BenchmarkVersion(
        code=_code(version),
        version=version.version,
        valid_from=version.valid_from,
        annual_rate=_rate(version),
        is_in_force=is_in_force,
    )


def _code(version: Version) -> str:
    return version.what.removeprefix(_PREFIX)


def _rate(version: Version) -> Decimal:
    return Decimal(version.terms["annual_rate"])
