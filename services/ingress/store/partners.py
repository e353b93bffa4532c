"""Statements about partners, as auth tells them, and what they have used of their limits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from contracts.auth.partners import Partner, PartnerChanged, PartnerState, Suspension
from infra.data.store import Store
from services.ingress.domain.limits import Used

MINUTE = timedelta(minutes=1)


class Hearer(NamedTuple):
    """A partner, and of which types of events it is told."""

    partner: str
    types: frozenset[str]


class PartnerStatements(Store):
    async def keep_partner(self, told: PartnerChanged) -> bool:
        """False when something newer was heard of it before."""
        kept = await self.db.fetchval(
            "insert into partners (name, version, state, told) values ($1, $2, $3, $4)"
            " on conflict (name) do update set version = excluded.version,"
            " state = excluded.state, told = excluded.told"
            " where partners.version < excluded.version returning name",
            told.name,
            told.version,
            told.state,
            told.model_dump_json(),
        )
        if kept is None:
            return False
        await self.db.execute("delete from heard_accounts where partner = $1", told.name)
        await self.db.execute(
            "insert into heard_accounts (account_number, partner, types)"
            " select distinct unnest($1::text[]), $2, $3::text[]",
            list(told.event_accounts) if told.state is PartnerState.OPEN else [],
            told.name,
            list(told.event_types),
        )
        return True

    async def hearers(self, accounts: Collection[str]) -> Mapping[str, Sequence[Hearer]]:
        """The partners that are told of these accounts, each with the types, by account."""
        rows = await self.db.fetch(
            "select account_number, partner, types from heard_accounts"
            " where account_number = any($1::text[]) order by account_number, partner",
            list(accounts),
        )
        found: dict[str, list[Hearer]] = {}
        for row in rows:
            found.setdefault(row["account_number"], []).append(
                Hearer(row["partner"], frozenset(row["types"]))
            )
        return found

    async def lock_partner(self, name: str) -> Partner:
        """As it was told last; whoever else takes in its messages waits for this transaction."""
        told = await self.db.fetchval("select told from partners where name = $1 for update", name)
        return Partner.model_validate_json(told)

    async def close_intake(self, partner: Partner) -> Partner:
        """It counts as suspended here before auth has told so, under the version there is."""
        closed = partner.model_copy(
            update={
                "state": PartnerState.SUSPENDED,
                "suspended_because": Suspension.BAD_SIGNATURES,
            }
        )
        await self.db.execute(
            "update partners set state = $2, told = $3 where name = $1",
            closed.name,
            closed.state,
            closed.model_dump_json(),
        )
        await self.db.execute("delete from heard_accounts where partner = $1", closed.name)
        return closed

    async def partners_with_lanes(self) -> Sequence[str]:
        rows = await self.db.fetch(
            "select name from partners where state <> 'closed' order by name"
        )
        return [row["name"] for row in rows]

    async def has_lane(self, name: str) -> bool:
        """Whether it can be told anything; it stays so until this transaction ends."""
        state = await self.db.fetchval("select state from partners where name = $1 for share", name)
        return bool(state != PartnerState.CLOSED)

    async def used(self, name: str, day: date, now: datetime) -> Used:
        row = await self.db.fetchrow(
            "select (select coalesce(sum(used_minor), 0)::bigint from used_limits"
            " where partner = $1 and business_date = $2) as today,"
            " (select count(*) from admissions"
            " where partner = $1 and admitted_at > $3) as messages",
            name,
            day,
            now - MINUTE,
        )
        assert row is not None
        return Used(row["today"], row["messages"])

    async def use(self, name: str, day: date, minor: int) -> None:
        await self.db.execute(
            "insert into used_limits (partner, business_date, used_minor) values ($1, $2, $3)"
            " on conflict (partner, business_date)"
            " do update set used_minor = used_limits.used_minor + excluded.used_minor",
            name,
            day,
            minor,
        )

    async def give_back(self, name: str, day: date, minor: int) -> None:
        """What the bank refused counts no longer."""
        await self.db.execute(
            "update used_limits set used_minor = used_minor - $3"
            " where partner = $1 and business_date = $2",
            name,
            day,
            minor,
        )
