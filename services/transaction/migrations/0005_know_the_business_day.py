"""The business days that this service has heard of: what it does by itself is due by the newest."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(
        """
        create table business_days (
            business_date date primary key,
            opened_at timestamptz not null
        );
        grant select, insert on business_days to transaction;
        """
    )
