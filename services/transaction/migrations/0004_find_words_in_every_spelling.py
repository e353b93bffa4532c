"""Texts are looked for without regard to how their characters, accents and dashes are written."""

from alembic import op

from infra.data.folding import FOLDING_DDL

revision = "0004"
down_revision = "0003"


def upgrade():
    op.execute(FOLDING_DDL)
