"""Money that other banks pay to our customers, as it came; `incoming_now` says where it stands.

An id of a rail stands for one transfer: the first that came. Another under the same id is kept
too, and is never booked.
"""

from alembic import op

revision = "0017"
down_revision = "0016"

INCOMING = """
create table incoming_payments (
    credit_id uuid primary key,
    number bigint not null generated always as identity unique,
    rail text not null,
    transfer_id uuid not null,
    is_reuse boolean not null,
    -- Whose account it is. Null until the account service has said so.
    customer_id bigint,
    to_account text not null,
    credit jsonb not null,
    received_at timestamptz not null
);
create unique index incoming_payments_first on incoming_payments (rail, transfer_id)
    where not is_reuse;
create index incoming_payments_by_customer on incoming_payments (customer_id, number);
create index incoming_payments_by_account on incoming_payments (to_account, number);
grant select, insert on incoming_payments to payment;
grant update (customer_id) on incoming_payments to payment;
"""
INCOMING_NOW = """
create view incoming_now as
    select
        i.*,
        case
            when s.phase = 'completed' and s.data ->> 'code' is null then 'completed'
            when s.phase = 'completed' then 'returned'
            when s.phase = 'failed' then 'failed'
            when s.is_parked then 'parked'
            else 'processing'
        end as state,
        coalesce(s.data ->> 'code', s.code) as reason,
        s.needs_attention or i.is_reuse or s.phase = 'failed' as needs_attention,
        s.updated_at
    from incoming_payments i join sagas s on s.saga_id = i.credit_id;
grant select on incoming_now to payment;
"""


def upgrade() -> None:
    op.execute(INCOMING)
    op.execute(INCOMING_NOW)
