"""A branch has one IFSC, of this bank and its own; its accounts have no other.

Before, each account bore the IFSC that its opening named. A branch gets the one of this bank that
most of its accounts bear; of two branches with the same, the one with more such accounts has it.
The others get the lowest numbers that no branch and no account has used.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

ADD = """
alter table branches add column ifsc_code text unique
    check (ifsc_code ~ '^BANK0[A-Z0-9]{6}$');
"""

TAKE_OVER = """
with used as (
    select branch_code, ifsc_code, count(*) as accounts
    from accounts where ifsc_code like 'BANK0%' group by branch_code, ifsc_code
), favourite as (
    select distinct on (branch_code) branch_code, ifsc_code, accounts
    from used order by branch_code, accounts desc, ifsc_code
), owner as (
    select distinct on (ifsc_code) branch_code, ifsc_code
    from favourite order by ifsc_code, accounts desc, branch_code
)
update branches b set ifsc_code = owner.ifsc_code from owner where owner.branch_code = b.code;
"""

NUMBER_THE_REST = """
with lacking as (
    select code, row_number() over (order by code) as place
    from branches where ifsc_code is null
), numbered as (
    select 'BANK0' || lpad(number::text, 6, '0') as ifsc_code
    from generate_series(1, (select count(*) from branches)
        + (select count(distinct ifsc_code) from accounts)) as number
), free as (
    select ifsc_code, row_number() over (order by ifsc_code) as place
    from numbered where ifsc_code not in (
        select ifsc_code from accounts where ifsc_code is not null
        union all select ifsc_code from branches where ifsc_code is not null)
)
update branches b set ifsc_code = free.ifsc_code
from lacking join free using (place) where lacking.code = b.code;
"""

# With the column goes the check that names it: a customer's account is complete, the bank's has
# none of it.
FORGET = """
alter table branches alter column ifsc_code set not null;
alter table accounts drop column ifsc_code;
alter table accounts add check (num_nulls(
    requested_by, customer_id, product_code, account_type, branch_code) in (0, 5));
"""


def upgrade() -> None:
    op.execute(ADD)
    op.execute(TAKE_OVER)
    op.execute(NUMBER_THE_REST)
    op.execute(FORGET)
