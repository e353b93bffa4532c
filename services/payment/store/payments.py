"""Payments as they were accepted; `payments_now` joins them with where they stand."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from contracts.account.holds import HoldPlaced
from contracts.envelope import Role, Subject
from contracts.payment.payments import Payment
from contracts.payment.values import PaymentState
from infra.data.database import Connection
from infra.handling.telling import Outgoing
from infra.runtime.tracing import Trace, hop_of
from infra.sagas.looking import histories
from infra.sagas.repertoire import Repertoire
from infra.sagas.runs import Beginning
from infra.sagas.table import Present
from services.payment.sagas import (
    RETIRED,
    PaymentOrder,
    batch_sagas,
    compensating_saga,
    difference_saga,
    receiving_sagas,
    refusing_sagas,
    resolving_sagas,
    sagas_by_rail,
    set_aside_saga,
    settlement_saga,
)
from services.payment.sagas.paying import SCREENING
from services.payment.sagas.resolving import resolution_run
from services.payment.settings import PaymentSettings
from services.payment.store.accepting import AcceptedPayment
from services.payment.store.beneficiaries import Beneficiaries
from services.payment.store.breaks import Breaks
from services.payment.store.incoming import Incoming
from services.payment.store.incoming_recalls import IncomingRecalls
from services.payment.store.matching import MatchingRules
from services.payment.store.payees import Payees
from services.payment.store.rails import Rails
from services.payment.store.recall_sagas import RECALL_SAGAS
from services.payment.store.recalls import Recalls
from services.payment.store.resolutions import Resolutions
from services.payment.store.returns import Returns
from services.payment.store.screening import ListOfNames, screen
from services.payment.store.settlements import Settlements
from services.payment.store.shown import for_customers, payment_of, untold
from services.payment.store.statements import Statements
from services.payment.store.turnaround import Turnaround

BY_RAIL = sagas_by_rail(PaymentSettings())
RESOLVING = resolving_sagas(PaymentSettings())
RECEIVING = receiving_sagas(PaymentSettings())
REFUSING = refusing_sagas(PaymentSettings())
SETTLING = settlement_saga(PaymentSettings())
WRITING_OFF = difference_saga(PaymentSettings())
ASIDE = set_aside_saga(PaymentSettings())
COMPENSATING = compensating_saga(PaymentSettings())
SAGAS = Repertoire(
    "payment",
    [
        *BY_RAIL.values(),
        *batch_sagas(BY_RAIL.values()),
        *RESOLVING.values(),
        *RECEIVING.values(),
        *REFUSING.values(),
        SETTLING,
        WRITING_OFF,
        ASIDE,
        COMPENSATING,
        *RECALL_SAGAS,
        *RETIRED,
    ],
    {SCREENING: screen},
)


class PaymentStore(
    Resolutions,
    Incoming,
    Returns,
    Recalls,
    IncomingRecalls,
    Rails,
    Turnaround,
    Settlements,
    Statements,
    MatchingRules,
    Breaks,
    ListOfNames,
    Payees,
    Beneficiaries,
):
    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self.sagas = SAGAS.runs(db)

    async def begin(
        self, payments: Sequence[AcceptedPayment], *, at: Present
    ) -> dict[UUID, Outgoing]:
        """Keep these payments and begin the saga of each; what each sends, by payment.

        One whose very request was accepted before is not among them. Whose a payment is comes from
        the payer; of staff nobody's, until `note_owners` knows.
        """
        if not payments:
            return {}
        rows = await self.db.fetch(
            """
            insert into payments (payment_id, requested_by, customer_id, rail, from_account,
                amount_minor, currency, payment_order, created_at, counted_for, goes_by,
                is_to_new)
            select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[],
                $6::bigint[], $7::text[], $8::jsonb[], $9::timestamptz[], $10::bigint[],
                $11::text[], $12::boolean[])
            on conflict (requested_by) do nothing
            returning payment_id
            """,
            *zip(*[each.row for each in payments], strict=True),
        )
        new = {row[0] for row in rows}
        beginnings = [
            Beginning(BY_RAIL[each.order.rail], each.order.payment_id, each.order, each.trace)
            for each in payments
            if each.order.payment_id in new
        ]
        return await self.sagas.begin_each(beginnings, at=at)

    async def note_owners(self, holds: Mapping[UUID, HoldPlaced]) -> None:
        """Whose accounts these payments are made from, by payment, where nobody knew it."""
        await self.db.execute(
            "update payments p set customer_id = coalesce(p.customer_id, held.customer_id),"
            " counted_for = coalesce(p.counted_for, held.customer_id)"
            " from unnest($1::uuid[], $2::text[], $3::bigint[])"
            " as held(payment_id, account_number, customer_id)"
            " where p.payment_id = held.payment_id and p.from_account = held.account_number"
            " and p.customer_id is null",
            list(holds),
            [hold.account_number for hold in holds.values()],
            [hold.customer_id for hold in holds.values()],
        )

    async def not_begun(self, payment_ids: Sequence[UUID]) -> list[PaymentOrder]:
        """Those of these payments, as they were accepted, whose saga does not exist."""
        rows = await self.db.fetch(
            "select payment_order from payments where payment_id = any($1::uuid[])"
            " and not exists (select from sagas where saga_id = payment_id)",
            list(payment_ids),
        )
        return [PaymentOrder.model_validate_json(row[0]) for row in rows]

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
        [payment] = await self._shown([row], viewer)
        return payment

    async def ended(self, payment_ids: Sequence[UUID]) -> list[tuple[Payment, Trace]]:
        """Those of these payments that have ended and nobody had a hand in, so that all who may see
        one see it alike; each with the trace that it began under."""
        rows = await self.db.fetch(
            "select p.*, s.trace_id, s.request_id from payments_now p join sagas s"
            " on s.saga_id = p.payment_id where p.payment_id = any($1::uuid[])"
            " and p.state in ('completed', 'failed') and s.trace_id is not null"
            " and not exists (select from saga_interventions i where i.saga_id = p.payment_id)"
            " and not exists (select from resolutions r where r.payment_id = p.payment_id)",
            payment_ids,
        )
        found = await histories(self.db, [row["payment_id"] for row in rows]) if rows else {}
        return [
            (
                payment_of(row, found[row["payment_id"]], (), ()),
                hop_of(row["trace_id"].hex, row["request_id"]),
            )
            for row in rows
        ]

    async def page(
        self,
        viewer: Subject,
        *,
        customer_id: int | None,
        account_number: str | None,
        state: PaymentState | None,
        needs_attention: bool | None,
        before: UUID | None,
        limit: int,
    ) -> list[Payment]:
        """Payments, newest first; None does not filter."""
        rows = await self.db.fetch(
            "select * from payments_now"
            " where ($1::bigint is null or customer_id = $1)"
            " and ($2::text is null or from_account = $2)"
            " and ($3::text is null or state = $3)"
            " and ($4::boolean is null or needs_attention = $4)"
            " and ($5::uuid is null or payment_id < $5)"
            " order by payment_id desc limit $6",
            customer_id,
            account_number,
            state,
            needs_attention,
            before,
            limit,
        )
        return await self._shown(rows, viewer)

    async def _shown(self, rows: Sequence[asyncpg.Record], viewer: Subject) -> list[Payment]:
        """With the steps, also of resolutions, as far as the viewer may see them."""
        # What staff did about a payment, and why, is not for the customer: it may say "fraud?".
        is_customer = viewer.role is Role.CUSTOMER
        resolutions = await self.resolutions([row["payment_id"] for row in rows])
        if is_customer:
            resolutions = {key: for_customers(each) for key, each in resolutions.items()}
        recalls = await self.recalls_of([row["payment_id"] for row in rows])
        runs = {
            key: [key, *(resolution_run(key, each.number) for each in its_own)]
            for key, its_own in resolutions.items()
        }
        found = await histories(self.db, [run for each in runs.values() for run in each])
        failed = [row["payment_id"] for row in rows if row["state"] == PaymentState.FAILED]
        compensations = await self.compensations(failed) if failed else {}
        payments = []
        for row in rows:
            key = row["payment_id"]
            lines = [line for run in runs[key] for line in found[run]]
            shown = [line for line in lines if not (is_customer and line.actor)]
            payment = payment_of(row, shown, resolutions[key], recalls[key], compensations.get(key))
            payments.append(untold(payment) if is_customer else payment)
        return payments
