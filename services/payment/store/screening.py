"""The list of names, the payments that were found to be for somebody on it, and the rules of both.

`screening_list` has one row, whose version changes with the list and its rules. Whoever screens
holds that row until his payments have left, so that after a change is answered nothing leaves that
was compared with the list of before; what was prepared of it is kept until the version changes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from contracts.money import Currency
from contracts.payment.screening import ListedName, ScreeningHit, ScreeningRule
from infra.data.database import Connection
from infra.data.store import Store
from infra.data.terms import Terms, Version, add, in_force, versions
from infra.runtime.clock import first_id
from infra.sagas.table import Present
from services.payment.domain.screening import HIT, Match, NameList, Spent
from services.payment.sagas.order import PaymentOrder

RULES = "screening"  # in `terms`
FIRST_RULE = "it holds from before any bank's first day"


@dataclass(slots=True)
class _Kept:
    """The list as this process has prepared it, and what it was prepared from."""

    of: tuple[UUID, date] | None
    names: NameList


_kept = _Kept(None, NameList((), 100))


async def screen(
    db: Connection, runs: Mapping[UUID, PaymentOrder], at: Present
) -> Mapping[UUID, str | None]:
    """Which of these payments stand still because of the beneficiary's name; what was found of
    them is kept. A name that managers have let pass stops the same payment no more."""
    names = await _names(db, at.business_date)
    found = {key: names.search(order.beneficiary.name) for key, order in runs.items()}
    hits = {key: matches for key, matches in found.items() if matches}
    stopped = await _keep_hits(db, hits, at.now) if hits else frozenset()
    return {key: HIT if key in stopped else None for key in runs}


async def _names(db: Connection, on: date) -> NameList:
    version = await db.fetchval("select version from screening_list for share")
    if _kept.of != (version, on):
        rows = await db.fetch(
            "select name_id, unnest(array[name] || aliases) from screened_names"
            " where removed_at is null and valid_from <= $1",
            on,
        )
        rule = await in_force(db, RULES, on)
        assert rule is not None, FIRST_RULE
        _kept.names = NameList(map(tuple, rows), rule.terms["threshold"])
        _kept.of = version, on
    return _kept.names


async def _keep_hits(
    db: Connection, hits: Mapping[UUID, Sequence[Match]], now: datetime
) -> Collection[UUID]:
    """Keep these, and say which payments have some that nobody let pass."""
    lines = [(key, each) for key, matches in hits.items() for each in matches]
    rows = await db.fetch(
        """
        insert into screening_hits (payment_id, name_id, spelling, score, found_at)
        select *, $5 from unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[])
        on conflict (payment_id, name_id) do update
            set spelling = excluded.spelling, score = excluded.score
        returning payment_id, released_at
        """,
        [key for key, _ in lines],
        [each.name_id for _, each in lines],
        [each.spelling for _, each in lines],
        [each.score for _, each in lines],
        now,
    )
    return {row["payment_id"] for row in rows if row["released_at"] is None}


class ListOfNames(Store):
    async def list_name(
        self,
        name_id: UUID,
        name: str,
        aliases: Sequence[str],
        *,
        source: str,
        listed_on: date,
        valid_from: date,
        by: str,
        at: datetime,
    ) -> ListedName | None:
        """Put a name on the list; None if this source has it there."""
        row = await self.db.fetchrow(
            "insert into screened_names (name_id, name, aliases, source, listed_on, valid_from,"
            " added_by, added_at) values ($1, $2, $3, $4, $5, $6, $7, $8)"
            " on conflict do nothing returning *",
            name_id,
            name,
            aliases,
            source,
            listed_on,
            valid_from,
            by,
            at,
        )
        return None if row is None else _listed(row)

    async def change_list(self) -> int:
        """Wait until nobody screens by the list of before, and say how many spellings are on it."""
        await self.db.execute("update screening_list set version = gen_random_uuid()")
        spellings: int = await self.db.fetchval(
            "select coalesce(sum(1 + cardinality(aliases)), 0) from screened_names"
            " where removed_at is null"
        )
        return spellings

    async def unlist_name(
        self, name_id: UUID, *, by: str, reason: str, at: datetime
    ) -> ListedName | None:
        """Take a name off the list; None if it is not on it."""
        row = await self.db.fetchrow(
            "update screened_names set removed_by = $2, removal_reason = $3, removed_at = $4"
            " where name_id = $1 and removed_at is null returning *",
            name_id,
            by,
            reason,
            at,
        )
        return None if row is None else _listed(row)

    async def is_known_name(self, name_id: UUID) -> bool:
        return bool(
            await self.db.fetchval(
                "select exists (select from screened_names where name_id = $1)", name_id
            )
        )

    async def names(self, before: UUID | None, limit: int) -> list[ListedName]:
        """Names, newest first, those that were removed too."""
        rows = await self.db.fetch(
            "select * from screened_names where $1::uuid is null or name_id < $1"
            " order by name_id desc limit $2",
            before,
            limit,
        )
        return [_listed(row) for row in rows]

    async def hits(self, payment_id: UUID) -> list[ScreeningHit]:
        """What was found about a payment, the most alike first."""
        rows = await self.db.fetch(
            "select name_id, spelling, score, found_at, released_at from screening_hits"
            " where payment_id = $1 order by score desc, name_id",
            payment_id,
        )
        return [ScreeningHit(**dict(row)) for row in rows]

    async def let_pass(self, payment_id: UUID, at: datetime) -> None:
        """What was found about this payment stops it no more."""
        await self.db.execute(
            "update screening_hits set released_at = $2"
            " where payment_id = $1 and released_at is null",
            payment_id,
            at,
        )

    async def screening_rule_in_force(self, on: date) -> ScreeningRule:
        """The rule by which payments are judged on this business date."""
        found = await in_force(self.db, RULES, on)
        assert found is not None, FIRST_RULE
        return screening_rule(found, is_in_force=True)

    async def screening_rules(self, on: date) -> list[ScreeningRule]:
        """All rules in order, which say whether they are in force on this business date."""
        present = await in_force(self.db, RULES, on)
        return [
            screening_rule(each, is_in_force=each == present)
            for each in await versions(self.db, RULES)
        ]

    async def add_screening_rule(
        self, terms: Terms, valid_from: date, *, today: date, made_by: str, now: datetime
    ) -> ScreeningRule:
        """Add the next rule.

        Raises:
            TermsInThePast, TermsOverlap: it does not follow the last one.
        """
        added = await add(
            self.db, RULES, terms, valid_from=valid_from, today=today, made_by=made_by, now=now
        )
        return screening_rule(added, is_in_force=valid_from <= today)

    async def lock_spent(
        self, accounts: Collection[str], currency: Currency, now: datetime
    ) -> dict[str, Spent]:
        """What left each of these accounts by payments that did not fail, as nobody else changes it
        until the transaction ends."""
        await self.db.execute(
            "select pg_advisory_xact_lock(hashtextextended('payment.spent ' || account, 0))"
            " from unnest($1::text[]) as wanted(account)",
            sorted(accounts),
        )
        since = now - timedelta(days=1)
        rows = await self.db.fetch(
            """
            select from_account,
                count(*) filter (where p.created_at > $3) as hour_count,
                (coalesce(sum(amount_minor) filter (where p.created_at > $3 and currency = $4), 0))
                    ::bigint as hour_minor,
                count(*) as day_count,
                (coalesce(sum(amount_minor) filter (where currency = $4), 0))::bigint as day_minor
            from payments p left join sagas s on s.saga_id = p.payment_id
            where from_account = any($1::text[]) and p.payment_id > $5 and p.created_at > $2
                and (s.phase is null or s.phase not in ('undoing', 'failed', 'cancelled'))
            group by from_account
            """,
            list(accounts),
            since,
            now - timedelta(hours=1),
            currency,
            first_id(since),
        )
        found = {row["from_account"]: Spent(*row[1:]) for row in rows}
        return {account: found.get(account, Spent()) for account in accounts}


def screening_rule(version: Version, *, is_in_force: bool) -> ScreeningRule:
    """The rule that these terms are."""
    return ScreeningRule(
        version=version.version,
        valid_from=version.valid_from,
        is_in_force=is_in_force,
        **version.terms,
    )


def _listed(row: asyncpg.Record) -> ListedName:
    values: dict[str, Any] = dict(row)
    return ListedName(**values)
