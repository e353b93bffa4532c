"""Standing orders can be paused; what is left out of one is kept as skipped, with why.

What was left out until now was kept as cancelled, of which nobody had made a try.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

PAUSED = """
alter table standing_orders
    drop constraint standing_orders_state_check,
    drop constraint standing_orders_check2,
    drop constraint standing_orders_check3,
    add constraint standing_orders_state_check
        check (state in ('open', 'paused', 'completed', 'cancelled', 'failed')),
    add constraint standing_orders_ended_check
        check ((state in ('open', 'paused')) = (ended_at is null)),
    add constraint standing_orders_due_check
        check (state in ('open', 'paused') or (due_on is null and next_date is null));
alter table standing_executions
    drop constraint standing_executions_state_check,
    add constraint standing_executions_state_check check (state in
        ('pending', 'processing', 'completed', 'failed', 'cancelled', 'skipped'));
update standing_executions set state = 'skipped', code = 'requested'
where state = 'cancelled' and tries = 0;
alter table standing_executions
    add constraint standing_executions_why_check check (state <> 'skipped' or code is not null);
"""


def upgrade() -> None:
    op.execute(PAUSED)
