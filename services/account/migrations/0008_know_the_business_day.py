"""The business day is a row, and every unit of work that writes reads it under a shared lock.

Who turns the day takes the lock for himself: so he waits until what was begun on the old day is
committed, and what begins afterwards has the new one. The first day is opened by the service.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

DAYS = """
create table business_days (
    business_date date primary key,
    opened_at timestamptz not null,
    closed_at timestamptz check (closed_at >= opened_at)
);
create unique index business_days_one_open on business_days ((closed_at is null))
    where closed_at is null;
grant select, insert, update on business_days to account;
"""

# Its second statement sees what was committed while the first one waited.
OPEN_DAY = """
create function open_day() returns date
language plpgsql
set search_path = account, pg_temp
as $$
begin
    if current_setting('transaction_read_only') = 'off' then
        perform pg_advisory_xact_lock_shared(hashtext('account.business-day'));
    end if;
    return (select business_date from business_days where closed_at is null);
end
$$;
"""


def upgrade() -> None:
    op.execute(DAYS)
    op.execute(OPEN_DAY)
