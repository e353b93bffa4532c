"""Of a loan it is known in which stage it is and since when it does not perform; the bank has rates
at which it provides for what may be lost, to begin with those of the Reserve Bank's norms.

The next end of a day says since when loans that do not perform have not, and provides for all.
"""

from alembic import op

revision = "0010"
down_revision = "0009"

STAGES = """
alter table loans
    add column stage text check (stage in (
        'standard', 'sma-0', 'sma-1', 'sma-2', 'sub-standard', 'doubtful-1', 'doubtful-2',
        'doubtful-3', 'loss')), -- null: nothing is owed
    add column npa_since date; -- null: it performs
update loans set stage = case
    when state = 'written_off' then 'loss'
    when classification = 'npa' then 'sub-standard'
    else classification end
where state in ('active', 'written_off');
grant update (stage, npa_since) on loans to loan;
"""

RATES = """
insert into terms
select 'loan-provisioning', 1, '2000-01-01', jsonb_build_object('rates', jsonb_agg(
    jsonb_build_object('stage', stage, 'secured_percent', secured, 'unsecured_percent', unsecured)
    order by place)), 'migration', now()
from (values
    (1, 'standard', '0.40', '0.40'),
    (2, 'sma-0', '0.40', '0.40'),
    (3, 'sma-1', '0.40', '0.40'),
    (4, 'sma-2', '0.40', '0.40'),
    (5, 'sub-standard', '15', '25'),
    (6, 'doubtful-1', '25', '100'),
    (7, 'doubtful-2', '40', '100'),
    (8, 'doubtful-3', '100', '100')) as rate(place, stage, secured, unsecured);
"""


def upgrade() -> None:
    op.execute(STAGES)
    op.execute(RATES)
