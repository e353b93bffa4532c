"""What is done for loans at the end of each business date, and what is sent to the books then."""

from alembic import op

from infra.jobs.rows import JOBS_DDL

revision = "0006"
down_revision = "0005"

ACCRUALS = """
create table accruals (
    accrual_id uuid primary key, -- of the saga that books it
    business_date date not null,
    state text not null default 'sent' check (state in ('sent', 'booked', 'refused'))
);
create index accruals_open on accruals (business_date) where state <> 'booked';
grant select, insert, update (state) on accruals to loan;

-- Of so many shares of the work that of which a loan is.
create function loan_part(loan_id uuid, parts integer) returns bigint
language sql immutable
as $$ select abs(hashtext(loan_id::text)::bigint) % parts $$;
"""


def upgrade() -> None:
    op.execute(JOBS_DDL)
    op.execute(ACCRUALS)
