"""The books of a batch, loaded under lock.

One statement locks every balance row that the batch needs, in order of account id, so two batches
that want the same accounts wait for each other instead of deadlocking. The rest is read after it:
READ COMMITTED gives each statement a snapshot of its own, so it sees whatever the former holders of
the locks have committed. Everything that may change about an account lies in the locked row; what
is joined to it never changes, so it cannot be older than the lock. Holds, usage and reversals need
no locks of their own: nobody changes them without holding the balance row of their account.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.account.values import (
    AccountStatus,
    AccountType,
    Channel,
    EntryKind,
    HoldState,
    LineClass,
)
from contracts.money import Currency
from infra.data.store import Store
from infra.data.terms import Numbered, all_numbered
from infra.runtime.clock import business_date, new_id
from services.account.domain.ledger.accounts import LedgerAccount, Limits, Profile
from services.account.domain.ledger.books import Books, Wanted
from services.account.domain.ledger.entries import BookedLeg, Original, Posted
from services.account.domain.ledger.holds import Hold
from services.account.domain.ledger.standing import Standing


class Locking(Store):
    async def open_books(self, wanted: Wanted, *, now: datetime, business_date: date) -> Books:
        """Lock and load what is wanted; what does not exist is simply not in the books."""
        books = Books(
            now=now,
            business_date=business_date,
            next_id=new_id,
            trace_ids=wanted.trace_ids,
        )
        numbers = set(wanted.numbers)
        if wanted.hold_ids:
            numbers |= await self._accounts_of_holds(wanted.hold_ids)
        if wanted.entry_ids or wanted.captured_ids:
            books.originals = await self._originals(wanted.entry_ids, wanted.captured_ids)
            for original in books.originals.values():
                numbers.update([leg.account_number for leg in original.legs])
        if numbers:
            books.accounts = await self._lock(numbers)
        if wanted.references:
            books.posted = await self._posted(wanted.references)
        if wanted.profiles:
            books.profiles = await self._profiles(wanted.profiles)
        if books.originals:
            await self._add_reversed(books.originals)
        await self._add_holds(books, wanted.hold_ids)
        await self._add_usage(books)
        return books

    async def _lock(self, numbers: Collection[str]) -> dict[str, LedgerAccount]:
        rows = await self.db.fetch(
            """
            select a.id, a.number, a.customer_id, a.currency, a.branch_code, a.gl_code, g.name,
                b.status, b.posted_minor, b.held_minor, b.overdraft_minor, b.sequence,
                b.owner_standing, a.opened_at, a.is_limited, a.product_code, a.product_version,
                g.class
            from accounts a
            join balances b on b.account_id = a.id
            join gl_accounts g on g.code = a.gl_code
            where a.number = any($1::text[])
            order by a.id
            for update of b
            """,
            numbers,
        )
        limits = await self._limits({(row[15], row[16]) for row in rows if row[14]})
        return {row[1]: _ledger_account(row, limits) for row in rows}

    async def _limits(self, products: Collection[Numbered]) -> dict[Numbered, Limits]:
        """What the terms of these versions let out of an account."""
        terms = await all_numbered(self.db, products) if products else {}
        return {
            key: Limits(
                transaction_minor=version.terms["transaction_limit_minor"],
                daily_minor=version.terms["daily_limit_minor"],
                channel_daily_minor={
                    Channel(name): minor
                    for name, minor in version.terms["channel_daily_limits_minor"].items()
                },
            )
            for key, version in terms.items()
        }

    async def _accounts_of_holds(self, hold_ids: Collection[UUID]) -> set[str]:
        rows = await self.db.fetch(
            """
            select a.number from holds h join accounts a on a.id = h.account_id
            where h.hold_id = any($1::uuid[])
            """,
            hold_ids,
        )
        return {row[0] for row in rows}

    async def _originals(
        self, entry_ids: Collection[UUID], captured_ids: Collection[UUID]
    ) -> dict[UUID, Original]:
        rows = await self.db.fetch(
            """
            select e.entry_id, e.kind, e.currency, e.amount_minor, e.value_date, e.booked_on,
                coalesce(e.owner, h.placed_by, case
                    when e.fingerprint is null then 'gateway'
                    when e.kind = 'PAYMENT' then 'payment'
                    else 'operator'
                end), e.channel, e.hold_id,
                array_agg(a.number order by p.leg), array_agg(p.amount_minor order by p.leg),
                array_agg(p.branch_code order by p.leg), array_agg(p.product_code order by p.leg)
            from entries e
            join postings p using (entry_id)
            join accounts a on a.id = p.account_id
            left join holds h on h.hold_id = e.hold_id
            where e.entry_id = any($1::uuid[]) or e.hold_id = any($2::uuid[])
            group by e.entry_id, h.placed_by
            """,
            entry_ids,
            captured_ids,
        )
        return {
            row[0]: Original(
                entry_id=row[0],
                kind=EntryKind(row[1]),
                currency=Currency(row[2]),
                amount_minor=row[3],
                reversed_minor=0,
                value_date=row[4],
                booked_on=row[5],
                owner=row[6],
                channel=Channel(row[7]) if row[7] else None,
                hold_id=row[8],
                legs=tuple(map(BookedLeg, *row[9:13])),
            )
            for row in rows
        }

    async def _add_reversed(self, originals: dict[UUID, Original]) -> None:
        rows = await self.db.fetch(
            """
            select reverses, sum(amount_minor)::bigint from entries
            where reverses = any($1::uuid[]) group by reverses
            """,
            list(originals),
        )
        for row in rows:
            originals[row[0]].reversed_minor = row[1]

    async def _posted(self, references: Collection[str]) -> dict[str, Posted]:
        rows = await self.db.fetch(
            """
            select reference, entry_id, fingerprint, booked_at from entries
            where reference = any($1::text[])
            """,
            references,
        )
        return {row[0]: Posted(row[1], row[2], row[3]) for row in rows}

    async def _profiles(self, numbers: Collection[str]) -> dict[str, Profile]:
        rows = await self.db.fetch(
            """
            select a.number, a.uuid, a.account_type, a.product_code, a.product_version,
                r.ifsc_code, a.opened_at
            from accounts a join branches r on r.code = a.branch_code
            where a.number = any($1::text[]) and a.customer_id is not null
            """,
            numbers,
        )
        return {row[0]: Profile(row[1], AccountType(row[2]), *row[3:]) for row in rows}

    async def _add_holds(self, books: Books, hold_ids: Collection[UUID]) -> None:
        """The holds named, and those on locked accounts whose time has passed."""
        holding = [account.id for account in books.accounts.values() if account.held_minor]
        if not hold_ids and not holding:
            return
        rows = await self.db.fetch(
            """
            select hold_id, account_id, state, amount_minor, captured_minor, released_minor,
                reason, channel, placed_on, placed_at, expires_at, ended_at, caused_by, placed_by
            from holds where hold_id = any($1::uuid[])
            union all
            select hold_id, account_id, state, amount_minor, captured_minor, released_minor,
                reason, channel, placed_on, placed_at, expires_at, ended_at, caused_by, placed_by
            from holds
            where account_id = any($2::bigint[]) and state = 'OPEN' and expires_at <= $3
                and hold_id <> all($1::uuid[])
            """,
            hold_ids,
            holding,
            books.now,
        )
        by_id = {account.id: account for account in books.accounts.values()}
        for row in rows:
            # A hold placed since we looked for its account is not ours to judge: not locked.
            if row[1] is None or row[1] in by_id:
                books.holds[row[0]] = _hold(row, by_id.get(row[1]))

    async def _add_usage(self, books: Books) -> None:
        """What today has used of daily limits, for the accounts that have any."""
        limited = [
            account.id
            for account in books.accounts.values()
            if account.limits is not None and account.limits.are_daily
        ]
        if not limited:
            return
        rows = await self.db.fetch(
            """
            select account_id, channel, used_minor from daily_usage
            where account_id = any($1::bigint[]) and day = $2
            """,
            limited,
            books.business_date,
        )
        books.used = {(row[0], Channel(row[1])): row[2] for row in rows}


def _ledger_account(row: Any, limits: Mapping[Numbered, Limits]) -> LedgerAccount:
    return LedgerAccount(
        id=row[0],
        number=row[1],
        customer_id=row[2],
        currency=Currency(row[3]),
        branch_code=row[4],
        gl_code=row[5],
        gl_name=row[6],
        gl_class=LineClass(row[17]),
        status=AccountStatus(row[7]),
        posted_minor=row[8],
        held_minor=row[9],
        overdraft_minor=row[10],
        sequence=row[11],
        limits=limits[row[15], row[16]] if row[14] else None,
        owner=Standing(row[12]),
        opened_on=business_date(row[13]),
    )


def _hold(row: Any, account: LedgerAccount | None) -> Hold:
    return Hold(
        hold_id=row[0],
        account=account,
        state=HoldState(row[2]),
        amount_minor=row[3],
        captured_minor=row[4],
        released_minor=row[5],
        reason=row[6],
        channel=Channel(row[7]),
        placed_on=row[8],
        placed_at=row[9],
        expires_at=row[10],
        ended_at=row[11],
        caused_by=row[12],
        placed_by=row[13],
    )
