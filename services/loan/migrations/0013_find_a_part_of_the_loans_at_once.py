"""Loans that money is owed of are found in order of their ids by an index of their own, since the
jobs of a day take them so, a hundred at a time.
"""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("create index loans_active on loans (loan_id) where state = 'active'")
