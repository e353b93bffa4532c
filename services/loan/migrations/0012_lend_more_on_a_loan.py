"""The principal of a loan grows when more is lent on it; its terms stay as applied for."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("grant update (principal_minor) on loans to loan")
