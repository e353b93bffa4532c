"""The line of the chart for what the central bank says otherwise than the ledger, and stays so."""

from alembic import op

revision = "0024"
down_revision = "0023"

CHART = """
insert into gl_accounts (code, name, class) values
    ('SETTLEMENT-DIFFERENCES', 'Differences to the central bank that were written off', 'EXPENSE');
with own as (
    insert into accounts (uuid, number, gl_code, currency, opened_at)
    select gen_random_uuid(), 'GL-SETTLEMENT-DIFFERENCES-' || currency, 'SETTLEMENT-DIFFERENCES',
        currency, now()
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
