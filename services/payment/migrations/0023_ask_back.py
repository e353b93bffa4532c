"""What banks ask back, we from others and they from us; the views say where each recall stands.

One of ours is a run, under its id. Money that was agreed and does not come within two days needs a
person. One of another bank is known by the rail and its id. What takes the amount from the customer
is a run, under `taking_id`; what the other bank is told is another, under the key.
"""

from alembic import op

revision = "0023"
down_revision = "0022"

RECALLS = """
create table recalls (
    recall_id uuid primary key references sagas,
    number bigint not null generated always as identity unique,
    payment_id uuid not null references payments,
    code text not null,
    reason text not null,
    asked_by text not null,
    asked_at timestamptz not null
);
create index recalls_by_payment on recalls (payment_id, number);
grant select, insert on recalls to payment;
"""
RECALLS_NOW = """
create view recalls_now as
    select
        r.*, p.rail, p.amount_minor, p.currency,
        case
            when back.ended_at is not null then 'returned'
            when s.phase = 'completed' then 'agreed'
            when s.phase = 'failed' then 'refused'
            else 'processing'
        end as state,
        case when s.phase = 'failed' then s.code end as answer_code,
        case when s.phase = 'failed' then s.detail end as answer_detail,
        back.ended_at is null and (
            s.needs_attention
            or s.phase = 'completed' and s.updated_at < now() - interval '2 days'
        ) as needs_attention,
        greatest(s.updated_at, back.ended_at) as updated_at
    from recalls r
    join sagas s on s.saga_id = r.recall_id
    join payments p using (payment_id)
    left join lateral (
        select done.ended_at from returns b
        join resolutions_now done
            on done.payment_id = b.transfer_id and done.number = b.resolution
        where b.transfer_id = r.payment_id and done.state = 'done' limit 1
    ) back on true;
grant select on recalls_now to payment;
"""
INCOMING_RECALLS = """
create table incoming_recalls (
    key uuid primary key,
    number bigint not null generated always as identity unique,
    taking_id uuid not null unique,
    rail text not null,
    recall_id uuid not null,
    transfer_id uuid not null,
    credit_id uuid references incoming_payments, -- null: there is no such payment
    asked jsonb not null,
    received_at timestamptz not null,
    is_agreed boolean, -- null: a manager has to decide
    decided_by text, -- null: nobody has, or it was clear by itself
    decided_at timestamptz,
    reason text,
    answer_code text, -- why it is not given back
    refused_because text, -- the refusal of the books by which a yes became a no
    check ((is_agreed is null) = (decided_at is null)),
    check (is_agreed is not false or answer_code is not null),
    check (refused_because is null or answer_code is not null)
);
create index incoming_recalls_of_credit on incoming_recalls (credit_id);
create index incoming_recalls_agreed on incoming_recalls (number) where is_agreed;
grant select, insert on incoming_recalls to payment;
grant update (is_agreed, decided_by, decided_at, reason, answer_code, refused_because)
    on incoming_recalls to payment;
"""
INCOMING_RECALLS_NOW = """
create view incoming_recalls_now as
    select
        r.*, i.to_account,
        case
            when r.is_agreed is null then 'pending'
            when told.phase = 'completed' and r.answer_code is null then 'returned'
            when told.phase = 'completed' then 'refused'
            else 'processing'
        end as state,
        r.is_agreed is null or coalesce(told.needs_attention, taken.needs_attention, false)
            as needs_attention,
        greatest(r.received_at, r.decided_at, taken.updated_at, told.updated_at) as updated_at
    from incoming_recalls r
    left join incoming_payments i using (credit_id)
    left join sagas taken on taken.saga_id = r.taking_id
    left join sagas told on told.saga_id = r.key;
grant select on incoming_recalls_now to payment;
"""


def upgrade() -> None:
    op.execute(RECALLS)
    op.execute(RECALLS_NOW)
    op.execute(INCOMING_RECALLS)
    op.execute(INCOMING_RECALLS_NOW)
