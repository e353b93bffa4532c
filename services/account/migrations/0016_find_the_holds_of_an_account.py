"""The holds of an account in the order of a list: open and ended ones, newest first."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute("create index holds_by_account on holds (account_id, placed_at, hold_id)")
