"""The mailbox, which every service has; the loan service keeps nothing else yet."""

from alembic import op

from infra.handling.mailbox import MAILBOX_DDL

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(MAILBOX_DDL)
