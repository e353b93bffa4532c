"""Terms that hold from a date on, in versions."""

from alembic import op

from infra.data.terms import TERMS_DDL

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute(TERMS_DDL)
