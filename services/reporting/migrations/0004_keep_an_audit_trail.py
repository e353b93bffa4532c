"""The audit trail: who asked for what, and its outcome; and the heads of all services' trails."""

from alembic import op

from infra.handling.audit import AUDIT_DDL
from infra.handling.seals import AUDIT_HEADS_DDL

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(AUDIT_DDL)
    op.execute(AUDIT_HEADS_DDL)
