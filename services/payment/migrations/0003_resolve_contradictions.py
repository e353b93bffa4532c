"""How people end a payment about which the rail has contradicted itself.

A row is one proposal and what became of it. Who proposed it never decides it. What an approved one
books is a run of a saga, which says how far that is; without a run there was nothing to book. Its
`ends_as` is what the payment is called once it is done.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

RESOLUTIONS = """
create table resolutions (
    payment_id uuid not null references payments,
    number integer not null check (number > 0),
    outcome text not null check (outcome in ('settle', 'return')),
    ends_as text not null
        check (ends_as in ('completed', 'failed', 'cancelled', 'returned')),
    reason text not null,
    proposed_by text not null,
    proposed_at timestamptz not null,
    is_approved boolean,
    decided_by text,
    decided_at timestamptz,
    saga_id uuid unique references sagas,
    -- The rail has said otherwise since it was proposed.
    contradicted_at timestamptz,
    primary key (payment_id, number),
    constraint decided_by_another check (decided_by <> proposed_by),
    check ((is_approved is null) = (decided_by is null)),
    check ((is_approved is null) = (decided_at is null)),
    check (saga_id is null or is_approved)
);
create unique index resolutions_open on resolutions (payment_id) where is_approved is null;
grant select, insert on resolutions to payment;
grant update (is_approved, decided_by, decided_at, saga_id, contradicted_at)
    on resolutions to payment;
"""
RESOLUTIONS_NOW = """
create view resolutions_now as
    select
        r.*,
        case
            when r.is_approved is null then 'proposed'
            when not r.is_approved then 'rejected'
            when r.saga_id is null or s.phase = 'completed' then 'done'
            when s.phase = 'failed' then 'failed'
            else 'approved'
        end as state,
        s.code,
        case
            when s.phase in ('completed', 'failed') then s.updated_at
            when s.saga_id is null then r.decided_at
        end as ended_at
    from resolutions r left join sagas s using (saga_id);
grant select on resolutions_now to payment;
"""
PAYMENTS_NOW = """
drop view payments_now;
create view payments_now as
    select
        p.payment_id, p.customer_id, p.rail, p.from_account, p.created_at,
        case
            when done.ends_as is not null then done.ends_as
            when s.phase in ('completed', 'failed', 'cancelled') then s.phase
            when s.is_parked then 'parked'
            else 'processing'
        end as state,
        case when done.ends_as in ('completed', 'returned') then null else s.code end
            as reason,
        coalesce(s.needs_attention, p.created_at < now() - interval '1 minute')
            and (last.state is distinct from 'done' or last.contradicted_at is not null)
            as needs_attention,
        coalesce(s.data, p.transfer) as transfer,
        greatest(
            coalesce(s.updated_at, p.created_at), last.ended_at, last.contradicted_at
        ) as updated_at
    from payments p
    left join sagas s on s.saga_id = p.payment_id
    left join lateral (
        select r.state, r.ended_at, r.contradicted_at from resolutions_now r
        where r.payment_id = p.payment_id order by r.number desc limit 1
    ) last on true
    left join lateral (
        select r.ends_as from resolutions_now r
        where r.payment_id = p.payment_id and r.state = 'done'
        order by r.number desc limit 1
    ) done on true;
grant select on payments_now to payment;
"""


def upgrade() -> None:
    op.execute(RESOLUTIONS)
    op.execute(RESOLUTIONS_NOW)
    op.execute(PAYMENTS_NOW)
