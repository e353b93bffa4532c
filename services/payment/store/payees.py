"""Questions about payees, and what their banks have answered."""

from datetime import datetime
from uuid import UUID

import asyncpg

from contracts.envelope import Subject
from contracts.payment.payees import LookupState, NameMatch, PayeeLookup
from contracts.payment.values import Beneficiary, Payee, Rail
from contracts.rail.payees import PayeeKnown
from infra.data.store import Store
from services.payment.domain.payees import state_of


class Payees(Store):
    async def lock_lookups(self, asked_by: str, most: int) -> list[datetime]:
        """When this person asked last, at most so often, the oldest first; nobody asks as him until
        the transaction ends."""
        await self.db.execute(
            "select pg_advisory_xact_lock(hashtext('payee-lookups'), hashtext($1))", asked_by
        )
        rows = await self.db.fetch(
            "select asked_at from payee_lookups where asked_by = $1"
            " order by asked_at desc limit $2",
            asked_by,
            most,
        )
        return [row[0] for row in reversed(rows)]

    async def ask_about(
        self, lookup_id: UUID, rail: Rail, beneficiary: Beneficiary, by: Subject, at: datetime
    ) -> PayeeLookup:
        """Keep a question that is asked over this rail."""
        row = await self.db.fetchrow(
            "insert into payee_lookups (lookup_id, asked_by, customer_id, rail, beneficiary,"
            " asked_at, state) values ($1, $2, $3, $4, $5, $6, $7) returning *",
            lookup_id,
            by.id,
            by.customer_id,
            rail,
            beneficiary.model_dump_json(),
            at,
            LookupState.PROCESSING,
        )
        assert row is not None
        return shown_lookup(row, at)

    async def payee_lookup(
        self, lookup_id: UUID, viewer: Subject, now: datetime
    ) -> PayeeLookup | None:
        """One question as it stands now, if the viewer may see it."""
        row = await self.db.fetchrow("select * from payee_lookups where lookup_id = $1", lookup_id)
        if row is None or not viewer.may_touch(row["customer_id"]):
            return None
        return shown_lookup(row, now)

    async def lock_asked_about(self, lookup_id: UUID, rail: Rail) -> str | None:
        """The name that this rail was asked about and has not answered for, as nobody else notes
        the answer until the transaction ends; None: there is no such question."""
        name: str | None = await self.db.fetchval(
            "select beneficiary->>'name' from payee_lookups"
            " where lookup_id = $1 and rail = $2 and state = $3 for update",
            lookup_id,
            rail,
            LookupState.PROCESSING,
        )
        return name

    async def note_payee(
        self, lookup_id: UUID, known: PayeeKnown | None, match: NameMatch | None, at: datetime
    ) -> None:
        """Keep what was answered and how like the names are; None: there is nobody."""
        await self.db.execute(
            "update payee_lookups set state = $2, name = $3, bank = $4, account_ending = $5,"
            " match = $6, answered_at = $7 where lookup_id = $1",
            lookup_id,
            LookupState.COMPLETED if known else LookupState.REFUSED,
            known.name if known else None,
            known.bank if known else None,
            known.account_ending if known else None,
            match,
            at,
        )


def shown_lookup(row: asyncpg.Record, now: datetime) -> PayeeLookup:
    """A question as it stands now, by its row."""
    return PayeeLookup(
        lookup_id=row["lookup_id"],
        state=state_of(LookupState(row["state"]), row["asked_at"], now),
        beneficiary=Payee.model_validate_json(row["beneficiary"]),
        name=row["name"],
        bank=row["bank"],
        account_ending=row["account_ending"],
        match=NameMatch(row["match"]) if row["match"] else None,
        asked_at=row["asked_at"],
        answered_at=row["answered_at"],
    )
