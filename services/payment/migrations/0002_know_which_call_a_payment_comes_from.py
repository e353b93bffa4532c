"""Which call each message and each run of a saga comes from; those of before have none."""

from alembic import op

from infra.handling.mailbox import MAILBOX_DDL_2
from infra.sagas.rows import SAGA_DDL_2

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(MAILBOX_DDL_2)
    op.execute(SAGA_DDL_2)
