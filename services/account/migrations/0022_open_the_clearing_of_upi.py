"""The line of the chart on which payments over UPI wait for settlement, with its accounts."""

from alembic import op

revision = "0022"
down_revision = "0021"

CHART = """
insert into gl_accounts (code, name, class) values
    ('CLEARING-UPI', 'UPI clearing', 'LIABILITY');
with own as (
    insert into accounts (uuid, number, gl_code, currency, opened_at)
    select gen_random_uuid(), 'GL-CLEARING-UPI-' || currency, 'CLEARING-UPI', currency, now()
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
