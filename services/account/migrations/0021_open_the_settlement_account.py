"""The line of the chart for what the bank has at the central bank, where banks settle."""

from alembic import op

revision = "0021"
down_revision = "0020"

CHART = """
insert into gl_accounts (code, name, class) values
    ('SETTLEMENT', 'Settlement account at the central bank', 'ASSET');
with own as (
    insert into accounts (uuid, number, gl_code, currency, opened_at)
    select gen_random_uuid(), 'GL-SETTLEMENT-' || currency, 'SETTLEMENT', currency, now()
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
