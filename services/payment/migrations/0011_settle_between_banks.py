"""What is booked on clearing lines and on the account at the central bank, and how it is settled.

A posting on a clearing line is in one window; when that is over it is in one settlement, whose
entry has its reference and is sent by a run of a saga. That entry's own posting is in none.
"""

from alembic import op

revision = "0011"
down_revision = "0010"

SETTLEMENTS = """
create table settlements (
    settlement_id uuid primary key,
    number bigint generated always as identity unique, -- in the order in which they were made
    rail text not null,
    currency text not null,
    settles_on date not null,
    settles_at timestamptz, -- null: with the business date
    reference text not null unique,
    movement_count bigint not null check (movement_count > 0),
    paid_minor bigint not null check (paid_minor >= 0),
    received_minor bigint not null check (received_minor >= 0),
    net_minor bigint not null generated always as (paid_minor - received_minor) stored,
    created_at timestamptz not null,
    unique nulls not distinct (rail, currency, settles_on, settles_at)
);
create table ledger_lines (
    account_number text primary key,
    heard_after bigint not null -- postings up to this one are in the balance brought forward
);
create table ledger_postings (
    account_number text not null references ledger_lines,
    sequence bigint not null,
    entry_id uuid, -- null: the balance brought forward
    reference text not null,
    amount_minor bigint not null, -- credit positive
    balance_after_minor bigint not null,
    currency text not null,
    description text not null,
    booked_at timestamptz not null,
    booked_on date not null,
    rail text, -- null: it waits for no settlement
    settles_on date,
    settles_at timestamptz,
    settlement_id uuid references settlements,
    primary key (account_number, sequence),
    check ((rail is null) = (settles_on is null)),
    check (rail is not null or settlement_id is null)
);
create index ledger_postings_waiting on ledger_postings
    (rail, currency, settles_on, coalesce(settles_at, '-infinity'))
    where rail is not null and settlement_id is null;
create index ledger_postings_settled on ledger_postings (settlement_id, sequence)
    where settlement_id is not null;
create table saga_entries (
    entry_id uuid primary key,
    saga_id uuid not null
);
create index saga_entries_of_saga on saga_entries (saga_id);
create view settlements_now as
    select
        s.*,
        case
            when s.net_minor = 0 or run.phase = 'completed' then 'completed'
            when run.phase = 'failed' then 'failed'
            else 'processing'
        end as state,
        case
            when s.net_minor = 0 then s.created_at
            when run.phase = 'completed' then run.updated_at
        end as settled_at,
        made.entry_id
    from settlements s
    left join sagas run on run.saga_id = s.settlement_id
    left join saga_entries made on made.saga_id = s.settlement_id;
create view settled_movements as
    select
        l.*, coalesce(p.payment_id, r.payment_id) as payment_id
    from ledger_postings l
    left join saga_entries made using (entry_id)
    left join payments p on p.payment_id = made.saga_id
    left join resolutions r on r.saga_id = made.saga_id;
grant select, insert on settlements, ledger_lines, ledger_postings, saga_entries to payment;
grant update (settles_on, settles_at, settlement_id) on ledger_postings to payment;
grant select on settlements_now, settled_movements to payment;
"""


def upgrade() -> None:
    op.execute(SETTLEMENTS)
