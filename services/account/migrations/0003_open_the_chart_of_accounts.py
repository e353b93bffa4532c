"""The lines of the chart, and an account of the bank's own for each that is not the customers'.

The accounts are opened here, for every currency there is today, and not when first used: the hot
path then never has to make one, and its locks need no row that is not there yet. A currency that
the bank adds later needs a revision like this one; a test says so.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

CHART = """
insert into gl_accounts (code, name, class) values
    ('CASH', 'Cash in vaults and tills', 'ASSET'),
    ('LOANS', 'Loans receivable', 'ASSET'),
    ('SAVINGS', 'Savings deposits', 'LIABILITY'),
    ('CURRENT', 'Current account deposits', 'LIABILITY'),
    ('FIXED_DEPOSIT', 'Fixed deposits', 'LIABILITY'),
    ('RECURRING_DEPOSIT', 'Recurring deposits', 'LIABILITY'),
    ('CLEARING-IMPS', 'IMPS clearing', 'LIABILITY'),
    ('SUSPENSE', 'Suspense', 'LIABILITY'),
    ('INTEREST-INCOME', 'Interest earned', 'INCOME'),
    ('FEE-INCOME', 'Fees earned', 'INCOME'),
    ('INTEREST-EXPENSE', 'Interest paid', 'EXPENSE');
"""

OWN_ACCOUNTS = """
with own as (
    insert into accounts (uuid, number, gl_code, currency, opened_at)
    select gen_random_uuid(), 'GL-' || line.code || '-' || currency, line.code, currency, now()
    from gl_accounts line
    cross join unnest(array['AED', 'BHD', 'EUR', 'GBP', 'INR', 'JPY', 'KWD', 'SGD', 'USD'])
        as currency
    where line.code not in ('SAVINGS', 'CURRENT', 'FIXED_DEPOSIT', 'RECURRING_DEPOSIT')
    order by line.code, currency
    returning id, currency
)
insert into balances (account_id, currency, status, updated_at)
select id, currency, 'ACTIVE', now() from own;
"""


def upgrade() -> None:
    op.execute(CHART)
    op.execute(OWN_ACCOUNTS)
