"""The statements of the payment service. `payments_now` joins payments with where they stand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from contracts.account import HoldPlaced
from contracts.envelope import Role, Subject
from contracts.payment import Payment, PaymentState, Rail, Step, StepState
from infra.saga_store import HistoryLine, Sagas
from infra.service import Connection, Store
from services.payment.sagas import RETIRED, Transfer, sagas_by_rail
from services.payment.settings import PaymentSettings

SAGAS = sagas_by_rail(PaymentSettings())


class PaymentStore(Store):
    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self.sagas = Sagas(db, "payment", [*SAGAS.values(), *RETIRED])

    async def record(
        self, transfer: Transfer, rail: Rail, *, requested_by: UUID, created_at: datetime
    ) -> bool:
        """Keep an accepted payment; False if this very request was accepted before.

        Whose it is comes from the payer; of staff nobody's, until `note_owners` knows.
        """
        written = await self.db.execute(
            "insert into payments (payment_id, requested_by, customer_id, rail, from_account,"
            " amount_minor, currency, transfer, created_at)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (requested_by) do nothing",
            transfer.payment_id,
            requested_by,
            transfer.payer.customer_id,
            rail,
            transfer.from_account,
            transfer.amount.minor,
            transfer.amount.currency,
            transfer.model_dump_json(),
            created_at,
        )
        return written == "INSERT 0 1"

    async def note_owners(self, holds: Mapping[UUID, HoldPlaced]) -> None:
        """Whose accounts these payments are made from, by payment, where nobody knew it."""
        await self.db.execute(
            "update payments p set customer_id = held.customer_id"
            " from unnest($1::uuid[], $2::text[], $3::bigint[])"
            " as held(payment_id, account_number, customer_id)"
            " where p.payment_id = held.payment_id and p.from_account = held.account_number"
            " and p.customer_id is null",
            list(holds),
            [hold.account_number for hold in holds.values()],
            [hold.customer_id for hold in holds.values()],
        )

    async def transfers(self, payment_ids: Sequence[UUID]) -> list[tuple[Rail, Transfer]]:
        """Payments as they were accepted."""
        rows = await self.db.fetch(
            "select rail, transfer from payments where payment_id = any($1::uuid[])",
            list(payment_ids),
        )
        return [(Rail(row[0]), Transfer.model_validate_json(row[1])) for row in rows]

    async def owner_of(self, payment_id: UUID) -> tuple[bool, int | None]:
        """Whether the payment exists, and which customer's it is."""
        row = await self.db.fetchrow(
            "select customer_id from payments where payment_id = $1", payment_id
        )
        return (False, None) if row is None else (True, row[0])

    async def payment(self, payment_id: UUID, viewer: Subject) -> Payment | None:
        """One payment with its steps, as far as the viewer may see it."""
        row = await self.db.fetchrow("select * from payments_now where payment_id = $1", payment_id)
        if row is None or not viewer.may_touch(row["customer_id"]):
            return None
        histories = await self.sagas.histories([payment_id])
        return _payment(row, histories[payment_id], viewer)

    async def page(
        self,
        viewer: Subject,
        *,
        customer_id: int | None,
        account_number: str | None,
        state: PaymentState | None,
        before: UUID | None,
        limit: int,
    ) -> list[Payment]:
        """Payments, newest first; None does not filter."""
        rows = await self.db.fetch(
            "select * from payments_now"
            " where ($1::bigint is null or customer_id = $1)"
            " and ($2::text is null or from_account = $2)"
            " and ($3::text is null or state = $3)"
            " and ($4::uuid is null or payment_id < $4)"
            " order by payment_id desc limit $5",
            customer_id,
            account_number,
            state,
            before,
            limit,
        )
        histories = await self.sagas.histories([row["payment_id"] for row in rows])
        return [_payment(row, histories[row["payment_id"]], viewer) for row in rows]


def _payment(row: asyncpg.Record, history: Sequence[HistoryLine], viewer: Subject) -> Payment:
    # What staff did about a payment, and why, is not for the customer: it may say "fraud?".
    is_customer = viewer.role is Role.CUSTOMER
    transfer = Transfer.model_validate_json(row["transfer"])
    return Payment(
        payment_id=row["payment_id"],
        state=PaymentState(row["state"]),
        rail=Rail(row["rail"]),
        rail_reference=transfer.rail_reference,
        from_account=transfer.from_account,
        beneficiary=transfer.beneficiary,
        amount_minor=transfer.amount.minor,
        currency=transfer.amount.currency,
        description=transfer.description,
        needs_attention=row["needs_attention"],
        reason=row["reason"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        steps=tuple(_step(line) for line in history if not (is_customer and line.actor)),
    )


def _step(line: HistoryLine) -> Step:
    by = f"{line.actor}: {line.reason}" if line.actor else line.reason
    return Step(
        name=line.name,
        state=StepState(line.state),
        started_at=line.started_at,
        ended_at=line.ended_at,
        reason=by,
    )
