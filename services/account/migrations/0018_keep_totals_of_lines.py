"""What each line of the chart has moved up to the end of each date with postings.

And what was written last is found by its date at once: without `autosummarize` the indexes know new
pages only after the next vacuum, which waits until a fifth of the table is new.
"""

from alembic import op

revision = "0018"
down_revision = "0017"

# Totals of all postings from the first one on: turnover, which outgrows a 64-bit integer.
LINE_TOTALS = """
create table line_totals (
    business_date date not null,
    gl_code text not null references gl_accounts,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    debit_minor numeric(38) not null check (debit_minor >= 0),
    credit_minor numeric(38) not null check (credit_minor >= 0),
    primary key (business_date, gl_code, currency)
);
grant select, insert on line_totals to account;
"""

KNOW_NEW_PAGES = """
alter index postings_by_day set (autosummarize = on);
alter index entries_by_day set (autosummarize = on);
"""


def upgrade() -> None:
    op.execute(LINE_TOTALS)
    op.execute(KNOW_NEW_PAGES)
