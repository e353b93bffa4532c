"""Standing orders, what became of each of their transfers, and what makes them: jobs and sagas.

Above which amount staff need a second person for an order is what it is for their own transfers.
"""

from alembic import op

from infra.data.terms import TERMS_DDL
from infra.handling.parked import APPROVALS_DDL
from infra.jobs.rows import JOBS_DDL
from infra.sagas.rows import SAGA_DDL, SAGA_DDL_2, SAGA_DDL_3

revision = "0006"
down_revision = "0005"

ORDERS = """
create table standing_orders (
    order_id uuid primary key,
    requested_by uuid not null unique, -- the command
    customer_id bigint not null check (customer_id > 0),
    from_account text not null,
    to_account text not null check (to_account <> from_account),
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    description text not null,
    dates jsonb not null check (jsonb_typeof(dates) = 'object'),
    retries smallint not null check (retries >= 0),
    maker jsonb not null check (jsonb_typeof(maker) = 'object'),
    state text not null default 'open'
        check (state in ('open', 'completed', 'cancelled', 'failed')),
    next_number integer check (next_number > 0), -- of the next transfer
    next_date date,
    due_on date, -- when something of it is to be done: the next transfer, or one again
    failed_in_a_row smallint not null default 0 check (failed_in_a_row >= 0),
    reason text,
    made_at timestamptz not null,
    ended_at timestamptz,
    check ((next_number is null) = (next_date is null)),
    check ((state = 'open') = (ended_at is null)),
    check (state = 'open' or (due_on is null and next_date is null))
);
create index standing_orders_due on standing_orders (due_on) where due_on is not null;
create index standing_orders_of_account on standing_orders (from_account, order_id);
create index standing_orders_of_customer on standing_orders (customer_id, order_id);
create table standing_executions (
    order_id uuid not null references standing_orders,
    number integer not null check (number > 0),
    due_on date not null,
    state text not null
        check (state in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
    tries integer not null check (tries >= 0),
    try_on date,
    code text,
    entry_id uuid,
    ended_at timestamptz,
    primary key (order_id, number),
    check ((state = 'pending') = (try_on is not null)),
    check ((state in ('pending', 'processing')) = (ended_at is null))
);
create index standing_executions_open on standing_executions (order_id)
    where state in ('pending', 'processing');
grant select, insert, update on standing_orders, standing_executions to transaction;
insert into terms values
    ('staff-movements', 1, '2000-01-01', '{"above": "200000.00"}', 'migration', now());
"""


def upgrade() -> None:
    op.execute(TERMS_DDL)
    op.execute(APPROVALS_DDL)
    op.execute(JOBS_DDL)
    op.execute(SAGA_DDL)
    op.execute(SAGA_DDL_2)
    op.execute(SAGA_DDL_3)
    op.execute(ORDERS)
