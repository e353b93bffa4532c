"""A payment over IMPS or UPI that has no answer in its time is reversed, and later costs the bank.

RBI, Harmonisation of Turn Around Time and customer compensation for failed transactions, in force
since 15 October 2019: a transfer whose payee is not credited is reversed by T + 1, and its payer
gets 100 rupees for each day more. An administrator adds another rule with a later date.
"""

from alembic import op

revision = "0021"
down_revision = "0020"

RULES = """
insert into terms
select 'turnaround-' || rail, 1, '2019-10-15',
    '{"currency": "INR", "reversal_days": 1, "daily_compensation_minor": 10000}',
    'migration', now()
from unnest(array['IMPS', 'UPI']) as rail;
"""


def upgrade() -> None:
    op.execute(RULES)
