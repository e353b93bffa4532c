"""Money that other banks give back, as it came; `returns_now` says where it stands.

One that goes back to its payer is a resolution of his payment, which the rail has made. One that
has nobody to go to is a run of its own, under its key. An id of a rail stands for one return: the
first that came; another under the same id is kept too, and is never booked.
"""

from alembic import op

revision = "0019"
down_revision = "0018"

RETURNS = """
create table returns (
    key uuid primary key,
    number bigint not null generated always as identity unique,
    rail text not null,
    return_id uuid not null,
    transfer_id uuid not null,
    is_reuse boolean not null,
    returned jsonb not null,
    received_at timestamptz not null,
    -- Both are null until it is placed. The second too where its payer's account was closed since.
    set_aside_because text,
    resolution integer,
    foreign key (transfer_id, resolution) references resolutions (payment_id, number)
);
create unique index returns_first on returns (rail, return_id) where not is_reuse;
create unique index returns_resolution on returns (transfer_id, resolution);
create index returns_of_transfer on returns (transfer_id);
create index returns_open on returns (number) where set_aside_because is null and not is_reuse;
grant select, insert on returns to payment;
grant update (set_aside_because, resolution) on returns to payment;
"""
RETURNS_NOW = """
create view returns_now as
    select
        r.*,
        p.payment_id,
        case
            when r.is_reuse then 'refused'
            when s.phase = 'completed' then 'set-aside'
            when r.set_aside_because is null and done.state = 'done' then 'returned'
            when r.set_aside_because is null and r.resolution is null then 'pending'
            else 'processing'
        end as state,
        r.is_reuse or r.set_aside_because is not null or coalesce(run.needs_attention, false)
            as needs_attention,
        coalesce(s.updated_at, done.ended_at, r.received_at) as updated_at
    from returns r
    left join payments p on p.payment_id = r.transfer_id and p.rail = r.rail
    left join sagas s on s.saga_id = r.key
    left join resolutions_now done
        on done.payment_id = r.transfer_id and done.number = r.resolution
    left join sagas run on run.saga_id = done.saga_id;
grant select on returns_now to payment;
"""
PAYMENTS_NOW = """
create or replace view payments_now as
    select
        p.payment_id, p.customer_id, p.rail, p.from_account, p.created_at,
        case
            when done.ends_as is not null then done.ends_as
            when s.phase in ('completed', 'failed', 'cancelled', 'returned') then s.phase
            when s.is_parked then 'parked'
            else 'processing'
        end as state,
        case
            when done.ends_as in ('completed', 'returned') then back.returned ->> 'code'
            else s.code
        end as reason,
        coalesce(s.needs_attention, p.created_at < now() - interval '1 minute')
            and (last.state is distinct from 'done' or last.contradicted_at is not null)
            as needs_attention,
        coalesce(s.data, p.payment_order) as payment_order,
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
        select r.number, r.ends_as from resolutions_now r
        where r.payment_id = p.payment_id and r.state = 'done'
        order by r.number desc limit 1
    ) done on true
    left join returns back
        on back.transfer_id = p.payment_id and back.resolution = done.number;
"""


def upgrade() -> None:
    op.execute(RETURNS)
    op.execute(RETURNS_NOW)
    op.execute(PAYMENTS_NOW)
