"""Statements of the account at the central bank as they came, with all their lines."""

from datetime import date, datetime

import asyncpg

from contracts.money import Currency
from contracts.payment.reconciliation import StatementImported
from infra.data.store import Store
from infra.runtime.clock import new_id
from services.payment.domain.statements import Ended, Entry, Statement


class Statements(Store):
    async def known_statement(self, currency: Currency, content: bytes) -> StatementImported | None:
        """The statement of this very content, if it was imported before."""
        row = await self.db.fetchrow(
            "select *, line_count - (select count(*) from statement_lines l where"
            " l.statement_id = s.statement_id and l.match_id is null) as matched_count"
            " from statements s where currency = $1 and content_hash = $2",
            currency,
            content,
        )
        return _imported(row) if row else None

    async def last_statement(self, currency: Currency) -> Ended | None:
        row = await self.db.fetchrow(
            "select to_date, closing_minor from statements where currency = $1"
            " order by to_date desc limit 1",
            currency,
        )
        return Ended(row["to_date"], row["closing_minor"]) if row else None

    async def keep_statement(
        self, statement: Statement, currency: Currency, content: bytes, by: str, at: datetime
    ) -> None:
        """Keep a statement with all its lines."""
        statement_id = new_id()
        await self.db.execute(
            "insert into statements (statement_id, currency, from_date, to_date, opening_minor,"
            " closing_minor, line_count, content_hash, imported_by, imported_at, name)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            statement_id,
            currency,
            statement.from_date,
            statement.to_date,
            statement.opening_minor,
            statement.closing_minor,
            len(statement.entries),
            content,
            by,
            at,
            statement.name,
        )
        await self.db.executemany(
            "insert into statement_lines (statement_id, currency, line_date, amount_minor,"
            " reference, description, parts) values ($1, $2, $3, $4, $5, $6, $7)",
            [(statement_id, currency, *_line(each)) for each in statement.entries],
        )

    async def is_named(self, currency: Currency, name: str) -> bool:
        """Whether there is a statement of this name."""
        found: bool = await self.db.fetchval(
            "select exists (select from statements where currency = $1 and name = $2)",
            currency,
            name,
        )
        return found


def _line(entry: Entry) -> tuple[date, int, str, str, list[str]]:
    return entry.on, entry.minor, entry.reference, entry.description, list(entry.parts)


def _imported(row: asyncpg.Record) -> StatementImported:
    return StatementImported(
        statement_id=row["statement_id"],
        currency=Currency(row["currency"]),
        from_date=row["from_date"],
        to_date=row["to_date"],
        opening_minor=row["opening_minor"],
        closing_minor=row["closing_minor"],
        line_count=row["line_count"],
        matched_count=row["matched_count"],
        imported_at=row["imported_at"],
    )
