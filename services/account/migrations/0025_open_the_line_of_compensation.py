"""The line of the chart for what the bank pays to customers for its delays."""

from alembic import op

revision = "0025"
down_revision = "0024"

CHART = """
insert into gl_accounts (code, name, class) values
    ('COMPENSATION', 'Compensation paid to customers for delays', 'EXPENSE');
with own as (
    insert into accounts (uuid, number, gl_code, currency, opened_at)
    select gen_random_uuid(), 'GL-COMPENSATION-' || currency, 'COMPENSATION', currency, now()
    from unnest(array['AED', 'BHD', 'EUR', 'GBP', 'INR', 'JPY', 'KWD', 'SGD', 'USD'])
        as currency
    order by currency
    returning id, currency
)
insert into balances (account_id, currency, status, updated_at)
select id, currency, 'ACTIVE', now() from own;
"""


def upgrade() -> None:
    op.execute(CHART)
