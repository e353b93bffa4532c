"""What staff move beyond this amount waits for a second person; in each currency by its units."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute(
        """
        insert into terms values
            ('staff-movements', 1, '2000-01-01', '{"above": "200000.00"}', 'migration', now())
        """
    )
