"""Payments as they were accepted, which never changes, and the runs of their sagas.

Only whose account it is may be added later, when the account service has said so.
"""

from alembic import op

from infra.handling.mailbox import MAILBOX_DDL
from infra.sagas.rows import SAGA_DDL

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(MAILBOX_DDL)
    op.execute(SAGA_DDL)
    op.execute(
        """
        create table payments (
            payment_id uuid primary key,
            -- The command that asked for it, recognised also when the inbox has forgotten it.
            requested_by uuid not null unique,
            -- Whose account pays. Null while only the staff member is known who pays from it.
            customer_id bigint,
            rail text not null check (rail in ('IMPS')),
            from_account text not null,
            amount_minor bigint not null check (amount_minor between 1 and 1000000000000000),
            currency text not null check (currency ~ '^[A-Z]{3}$'),
            transfer jsonb not null,
            created_at timestamptz not null
        );
        create index payments_by_customer on payments (customer_id, payment_id);
        create index payments_by_account on payments (from_account, payment_id);
        create view payments_now as
            select
                p.payment_id, p.customer_id, p.rail, p.from_account, p.created_at,
                case
                    when s.phase in ('completed', 'failed', 'cancelled') then s.phase
                    when s.is_parked then 'parked'
                    else 'processing'
                end as state,
                s.code as reason,
                coalesce(s.needs_attention, p.created_at < now() - interval '1 minute')
                    as needs_attention,
                coalesce(s.data, p.transfer) as transfer,
                coalesce(s.updated_at, p.created_at) as updated_at
            from payments p left join sagas s on s.saga_id = p.payment_id;
        grant select, insert on payments to payment;
        grant update (customer_id) on payments to payment;
        grant select on payments_now to payment;
        """
    )
