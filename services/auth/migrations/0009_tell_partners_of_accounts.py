"""Of which accounts a partner is told what happens on them; none, unless somebody says so."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("alter table partners add column event_accounts text[] not null default '{}'")
