"""What each account held at the end of each business date on which it changed, and jobs."""

from alembic import op

from infra.jobs.rows import JOBS_DDL

revision = "0011"
down_revision = "0010"

# As of any date an account held what its newest row at or before it says.
DAILY_BALANCES = """
create table daily_balances (
    account_id bigint not null references accounts,
    business_date date not null,
    balance_minor bigint not null,
    sequence bigint not null check (sequence > 0), -- of the last posting up to this date
    primary key (account_id, business_date)
);
grant select, insert on daily_balances to account;
"""


def upgrade() -> None:
    op.execute(JOBS_DDL)
    op.execute(DAILY_BALANCES)
