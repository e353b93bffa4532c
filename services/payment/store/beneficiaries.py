"""Payees on customers' lists, the rules of what is paid to them, and what was paid."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg

from contracts.money import Currency
from contracts.payment.beneficiaries import (
    COOLING_HOURS_MAX,
    BeneficiaryRule,
    BeneficiaryState,
    ListedBeneficiary,
)
from contracts.payment.values import Beneficiary, Payee
from infra.data.store import Store
from infra.data.terms import Terms, Version, add, in_force, versions
from infra.runtime.clock import first_id
from services.payment.domain.beneficiaries import Listed, Paid, PaidTo, goes_by, state_of
from services.payment.store.payees import shown_lookup

RULES = "beneficiaries"  # in `terms`
# Whom payments name by id, and whom they name otherwise though he is on the payer's list.
_AMONG = (
    "select * from beneficiaries where beneficiary_id = any($1::uuid[]) or removed_at is null"
    " and (customer_id, goes_by) in (select * from unnest($2::bigint[], $3::text[]))"
)
FIRST_RULE = "it holds from before any bank's first day"
_SHOWN = (
    "select b.beneficiary_id, b.customer_id as of_customer, b.beneficiary as listed, b.currency,"
    " b.daily_most_minor, b.cooling_until, b.added_by, b.added_at, b.removed_by, b.removed_at, l.*"
    " from beneficiaries b join payee_lookups l using (lookup_id) "
)


class Beneficiaries(Store):
    async def lock_list(self, customer_id: int) -> int:
        """How many are on this customer's list; nobody changes it or pays one of it until the
        transaction ends."""
        await self._lock([customer_id])
        count: int = await self.db.fetchval(
            "select count(*) from beneficiaries where customer_id = $1 and removed_at is null",
            customer_id,
        )
        return count

    async def lock_lists(
        self, wanted: Collection[UUID], paid: Collection[PaidTo], *, is_unlisted_judged: bool
    ) -> list[Listed]:
        """Those of these ids that there are, and those paid who are on the list of who pays them.
        Their lists are locked until the transaction ends, and of who pays whom he has not on his
        list, if that is judged."""
        keys = (list(wanted), *_columns(paid))
        customers = {row["customer_id"] for row in await self.db.fetch(_AMONG, *keys)}
        if is_unlisted_judged:
            customers |= {each.customer_id for each in paid}
        if not customers:
            return []
        await self._lock(customers)
        # Once more, as they stand now that nobody changes them.
        return [_listed(row) for row in await self.db.fetch(_AMONG, *keys)]

    async def add_beneficiary(
        self,
        beneficiary_id: UUID,
        customer_id: int,
        payee: Beneficiary,
        *,
        currency: Currency,
        daily_most_minor: int | None,
        cooling_until: datetime,
        lookup_id: UUID,
        by: str,
        at: datetime,
    ) -> bool:
        """Put him on the list; False: he is on it."""
        return (
            await self.db.fetchval(
                "insert into beneficiaries (beneficiary_id, customer_id, goes_by, beneficiary,"
                " currency, daily_most_minor, cooling_until, lookup_id, added_by, added_at)"
                " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
                " on conflict (customer_id, goes_by) where removed_at is null do nothing"
                " returning true",
                beneficiary_id,
                customer_id,
                goes_by(payee),
                payee.model_dump_json(),
                currency,
                daily_most_minor,
                cooling_until,
                lookup_id,
                by,
                at,
            )
            is True
        )

    async def remove_beneficiary(self, beneficiary_id: UUID, *, by: str, at: datetime) -> bool:
        """Take him off the list; False: he is not on it any more."""
        return (
            await self.db.fetchval(
                "update beneficiaries set removed_by = $2, removed_at = $3"
                " where beneficiary_id = $1 and removed_at is null returning true",
                beneficiary_id,
                by,
                at,
            )
            is True
        )

    async def beneficiary(
        self, customer_id: int, beneficiary_id: UUID, now: datetime
    ) -> ListedBeneficiary | None:
        """One on this customer's list, or who was on it, as he stands now."""
        row = await self.db.fetchrow(
            _SHOWN + "where b.beneficiary_id = $1 and b.customer_id = $2",
            beneficiary_id,
            customer_id,
        )
        return None if row is None else _shown(row, now)

    async def beneficiaries(
        self,
        customer_id: int | None,
        state: BeneficiaryState | None,
        before: UUID | None,
        limit: int,
        now: datetime,
    ) -> list[ListedBeneficiary]:
        """A customer's list, newest first; None does not filter."""
        rows = await self.db.fetch(
            _SHOWN + "where b.customer_id = $1 and ($3::uuid is null or b.beneficiary_id < $3)"
            " and ($2::text is null or $2 = case when b.removed_at is not null then 'removed'"
            " when b.cooling_until > $5 then 'cooling' else 'active' end)"
            " order by b.beneficiary_id desc limit $4",
            customer_id,
            state,
            before,
            limit,
            now,
        )
        return [_shown(row, now) for row in rows]

    async def paid_to(
        self, wanted: Mapping[PaidTo, timedelta], currency: Currency, now: datetime
    ) -> dict[PaidTo, Paid]:
        """What customers have paid by payments that did not fail: to each of these in 24 hours, and
        to all who were new in so many hours as are said with each."""
        rows = await self.db.fetch(
            """
            select wanted.customer_id, wanted.goes_by,
                (select coalesce(sum(p.amount_minor), 0)::bigint
                    from payments p left join sagas s on s.saga_id = p.payment_id
                    where p.counted_for = wanted.customer_id and p.is_to_new
                        and p.payment_id > $4 and p.created_at > $6::timestamptz - cooling_for
                        and p.currency = $7
                        and (s.phase is null or s.phase not in ('undoing', 'failed', 'cancelled')))
                as to_new_minor,
                (select coalesce(sum(p.amount_minor), 0)::bigint
                    from payments p left join sagas s on s.saga_id = p.payment_id
                    where p.counted_for = wanted.customer_id and p.goes_by = wanted.goes_by
                        and p.payment_id > $5 and p.created_at > $6 - interval '1 day'
                        and p.currency = $7
                        and (s.phase is null or s.phase not in ('undoing', 'failed', 'cancelled')))
                as day_minor
            from unnest($1::bigint[], $2::text[], $3::interval[])
                as wanted(customer_id, goes_by, cooling_for)
            """,
            *_columns(wanted),
            list(wanted.values()),
            first_id(now - timedelta(hours=COOLING_HOURS_MAX)),
            first_id(now - timedelta(days=1)),
            now,
            currency,
        )
        return {PaidTo(row[0], row[1]): Paid(row[2], row[3]) for row in rows}

    async def _lock(self, customers: Collection[int]) -> None:
        """Lock the lists of these customers, in the order of all who lock several."""
        await self.db.execute(
            "select pg_advisory_xact_lock(key) from (select distinct"
            " hashtextextended('beneficiaries ' || customer_id, 0) as key"
            " from unnest($1::bigint[]) as customers(customer_id) order by key) as in_order",
            list(customers),
        )

    async def beneficiary_rule_in_force(self, on: date) -> BeneficiaryRule:
        """The rule by which payments to payees on lists are judged on this business date."""
        found = await in_force(self.db, RULES, on)
        assert found is not None, FIRST_RULE
        return _rule(found, is_in_force=True)

    async def beneficiary_rules(self, on: date) -> list[BeneficiaryRule]:
        """All rules in order, which say whether they are in force on this business date."""
        present = await in_force(self.db, RULES, on)
        return [_rule(each, is_in_force=each == present) for each in await versions(self.db, RULES)]

    async def add_beneficiary_rule(
        self, terms: Terms, valid_from: date, *, today: date, made_by: str, now: datetime
    ) -> BeneficiaryRule:
        """Add the next rule.

        Raises:
            TermsInThePast, TermsOverlap: it does not follow the last one.
        """
        added = await add(
            self.db, RULES, terms, valid_from=valid_from, today=today, made_by=made_by, now=now
        )
        return _rule(added, is_in_force=valid_from <= today)


def _rule(version: Version, *, is_in_force: bool) -> BeneficiaryRule:
    return BeneficiaryRule(
        version=version.version,
        valid_from=version.valid_from,
        is_in_force=is_in_force,
        **version.terms,
    )


def _columns(keys: Collection[PaidTo]) -> tuple[list[int], list[str]]:
    return [each.customer_id for each in keys], [each.goes_by for each in keys]


def _listed(row: asyncpg.Record) -> Listed:
    return Listed(
        beneficiary_id=row["beneficiary_id"],
        customer_id=row["customer_id"],
        payee=Payee.model_validate_json(row["beneficiary"]),
        currency=Currency(row["currency"]),
        daily_most_minor=row["daily_most_minor"],
        cooling_for=row["cooling_until"] - row["added_at"],
        cooling_until=row["cooling_until"],
        removed_at=row["removed_at"],
    )


def _shown(row: asyncpg.Record, now: datetime) -> ListedBeneficiary:
    return ListedBeneficiary(
        beneficiary_id=row["beneficiary_id"],
        customer_id=row["of_customer"],
        state=state_of(row["cooling_until"], row["removed_at"], now),
        beneficiary=Payee.model_validate_json(row["listed"]),
        currency=Currency(row["currency"]),
        daily_most_minor=row["daily_most_minor"],
        cooling_until=row["cooling_until"],
        name_check=shown_lookup(row, now),
        added_by=row["added_by"],
        added_at=row["added_at"],
        removed_by=row["removed_by"],
        removed_at=row["removed_at"],
    )
