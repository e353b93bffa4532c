"""Partners are suspended by people, or because of their signatures; it is known why."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute(
        """
        alter table partners add column suspended_because text
            check (suspended_because in ('on-request', 'bad-signatures'));
        update partners set suspended_because = 'on-request' where state = 'suspended';
        alter table partners add constraint suspended_for_a_reason
            check ((state = 'suspended') = (suspended_because is not null));
        """
    )
