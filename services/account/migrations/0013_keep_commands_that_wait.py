"""Commands that wait for a second person; none waits yet."""

from alembic import op

from infra.handling.parked import APPROVALS_DDL

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute(APPROVALS_DDL)
