"""The class of each line of the chart of accounts, which says on which side its balance grows.

It comes with every posting from now on. That of the lines heard of before is written here.
"""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """
        alter table lines add column class text
            check (class in ('ASSET', 'LIABILITY', 'EQUITY', 'INCOME', 'EXPENSE'));
        update lines set class = case
            when gl_code in ('CASH', 'LOANS') then 'ASSET'
            when gl_code in ('INTEREST-INCOME', 'FEE-INCOME') then 'INCOME'
            when gl_code = 'INTEREST-EXPENSE' then 'EXPENSE'
            else 'LIABILITY'
        end;
        """
    )
