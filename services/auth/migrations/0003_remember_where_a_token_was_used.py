"""The source that used a refresh token: its second use a moment later is no theft."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("alter table refresh_tokens add column used_from text")
