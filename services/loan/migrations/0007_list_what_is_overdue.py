"""Those who collect see loans in the order of how long they are overdue."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(
        "create index loans_to_collect on loans (days_past_due, loan_id) where overdue_minor > 0"
    )
