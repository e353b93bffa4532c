"""The audit trail: who asked for what, and what became of it, from now on."""

from alembic import op

from infra.handling.audit import AUDIT_DDL

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(AUDIT_DDL)
