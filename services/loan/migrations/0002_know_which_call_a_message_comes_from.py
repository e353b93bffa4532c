"""Which call each message of the inbox and outbox comes from; those of before have none."""

from alembic import op

from infra.handling.mailbox import MAILBOX_DDL_2

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(MAILBOX_DDL_2)
