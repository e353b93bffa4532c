"""Money from other banks as it came; `incoming_now` joins it with where it stands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from contracts.account.movements import PaymentReceived
from contracts.envelope import Subject
from contracts.payment.incoming import IncomingPayment, IncomingState
from contracts.payment.values import Payee, Rail
from infra.data.store import Store
from services.payment.sagas import IncomingCredit


class Incoming(Store):
    async def take_in(
        self, credits: Sequence[IncomingCredit], at: datetime
    ) -> tuple[set[UUID], set[UUID]]:
        """Keep those that did not come before; which of them are the first of their id, and which
        came under the id of another."""
        first = await self._keep(credits, at, is_reuse=False)
        return first, await self._keep(credits, at, is_reuse=True)

    async def _keep(
        self, credits: Sequence[IncomingCredit], at: datetime, *, is_reuse: bool
    ) -> set[UUID]:
        # In one order, so that two that keep the same do not wait for each other.
        rows = await self.db.fetch(
            "insert into incoming_payments (credit_id, rail, transfer_id, is_reuse, to_account,"
            " credit, received_at)"
            " select credit_id, rail, transfer_id, $6, to_account, credit, $7"
            " from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::jsonb[])"
            " with ordinality as given(credit_id, rail, transfer_id, to_account, credit, place)"
            " order by rail, transfer_id, place"
            " on conflict do nothing returning credit_id",
            [each.credit_id for each in credits],
            [each.rail for each in credits],
            [each.credit.transfer_id for each in credits],
            [each.credit.beneficiary_account for each in credits],
            [each.model_dump_json() for each in credits],
            is_reuse,
            at,
        )
        return {row[0] for row in rows}

    async def note_receivers(self, told: Mapping[UUID, PaymentReceived]) -> None:
        """Whose accounts these are, by credit."""
        await self.db.execute(
            "update incoming_payments i set customer_id = told.customer_id"
            " from unnest($1::uuid[], $2::bigint[]) as told(credit_id, customer_id)"
            " where i.credit_id = told.credit_id",
            list(told),
            [each.customer_id for each in told.values()],
        )

    async def incoming(self, credit_id: UUID, viewer: Subject) -> IncomingPayment | None:
        """One of them, as far as the viewer may see it."""
        row = await self.db.fetchrow("select * from incoming_now where credit_id = $1", credit_id)
        if row is None or not viewer.may_touch(row["customer_id"]):
            return None
        return shown_incoming(row)

    async def incoming_page(
        self,
        *,
        customer_id: int | None,
        account_number: str | None,
        state: IncomingState | None,
        needs_attention: bool | None,
        before: int | None,
        limit: int,
    ) -> list[tuple[int, IncomingPayment]]:
        """With their numbers, newest first; None does not filter."""
        rows = await self.db.fetch(
            "select * from incoming_now"
            " where ($1::bigint is null or customer_id = $1)"
            " and ($2::text is null or to_account = $2)"
            " and ($3::text is null or state = $3)"
            " and ($4::boolean is null or needs_attention = $4)"
            " and ($5::bigint is null or number < $5)"
            " order by number desc limit $6",
            customer_id,
            account_number,
            state,
            needs_attention,
            before,
            limit,
        )
        return [(row["number"], shown_incoming(row)) for row in rows]


def shown_incoming(row: asyncpg.Record) -> IncomingPayment:
    """One of them as it stands, by its row."""
    credit = IncomingCredit.model_validate_json(row["credit"]).credit
    return IncomingPayment(
        incoming_id=row["credit_id"],
        state=IncomingState(row["state"]),
        rail=Rail(row["rail"]),
        rail_reference=credit.rail_reference,
        transfer_id=row["transfer_id"],
        to_account=row["to_account"],
        remitter=Payee(
            name=credit.remitter_name,
            account_number=credit.remitter_account,
            ifsc=credit.remitter_ifsc,
        ),
        amount_minor=credit.amount.minor,
        currency=credit.amount.currency,
        description=credit.description,
        needs_attention=row["needs_attention"],
        reason=row["reason"],
        created_at=row["received_at"],
        updated_at=row["updated_at"],
    )
