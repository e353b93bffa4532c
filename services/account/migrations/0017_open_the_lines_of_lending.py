"""The lines of the chart on which loans are booked, beside LOANS, and the bank's accounts on them.

Receivables are what borrowers owe beside principal. Interest of a loan that is not performing waits
in suspense and is no income. What the bank expects to lose lessens the loans as a provision.
"""

from alembic import op

revision = "0017"
down_revision = "0016"

CHART = """
insert into gl_accounts (code, name, class) values
    ('LOAN-INTEREST-RECEIVABLE', 'Interest receivable on loans', 'ASSET'),
    ('LOAN-FEES-RECEIVABLE', 'Fees receivable on loans', 'ASSET'),
    ('LOAN-PENALTIES-RECEIVABLE', 'Penal charges receivable on loans', 'ASSET'),
    ('INTEREST-SUSPENSE', 'Interest in suspense on loans', 'LIABILITY'),
    ('LOAN-OVERPAID', 'Overpaid by borrowers', 'LIABILITY'),
    ('LOAN-PROVISION', 'Provision for loan losses', 'LIABILITY'),
    ('GST-PAYABLE', 'Goods and services tax payable', 'LIABILITY'),
    ('PENAL-INCOME', 'Penal charges earned', 'INCOME'),
    ('RECOVERY-INCOME', 'Recovered from loans written off', 'INCOME'),
    ('LOAN-LOSSES', 'Loans written off', 'EXPENSE'),
    ('PROVISION-EXPENSE', 'Provided for loan losses', 'EXPENSE');
with own as (
    insert into accounts (uuid, number, gl_code, currency, opened_at)
    select gen_random_uuid(), 'GL-' || line.code || '-' || currency, line.code, currency, now()
    from gl_accounts line
    cross join unnest(array['AED', 'BHD', 'EUR', 'GBP', 'INR', 'JPY', 'KWD', 'SGD', 'USD'])
        as currency
    where line.code in (
        'LOAN-INTEREST-RECEIVABLE', 'LOAN-FEES-RECEIVABLE', 'LOAN-PENALTIES-RECEIVABLE',
        'INTEREST-SUSPENSE', 'LOAN-OVERPAID', 'LOAN-PROVISION', 'GST-PAYABLE', 'PENAL-INCOME',
        'RECOVERY-INCOME', 'LOAN-LOSSES', 'PROVISION-EXPENSE')
    order by line.code, currency
    returning id, currency
)
insert into balances (account_id, currency, status, updated_at)
select id, currency, 'ACTIVE', now() from own;
"""


def upgrade() -> None:
    op.execute(CHART)
