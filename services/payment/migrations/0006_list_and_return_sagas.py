"""Sagas are listed newest first, may wait for a moment, and may end as returned."""

from alembic import op

from infra.sagas.rows import SAGA_DDL_3

revision = "0006"
down_revision = "0005"

PAYMENTS_NOW = """
drop view payments_now;
create view payments_now as
    select
        p.payment_id, p.customer_id, p.rail, p.from_account, p.created_at,
        case
            when done.ends_as is not null then done.ends_as
            when s.phase in ('completed', 'failed', 'cancelled', 'returned') then s.phase
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
    op.execute(SAGA_DDL_3)
    op.execute(PAYMENTS_NOW)
