"""Payments that are asked back from other banks; `recalls_now` says where each stands.

A recall is a run of its own, under its id. Money that was agreed and does not come within two days
needs a person.
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


def upgrade() -> None:
    op.execute(RECALLS)
    op.execute(RECALLS_NOW)
