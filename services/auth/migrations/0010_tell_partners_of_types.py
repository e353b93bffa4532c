"""Of which types of events a partner is told; of loans, none, unless somebody says so."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(
        """
        alter table partners add column event_types text[] not null default array[
            'bank.account-debited.v1', 'bank.account-credited.v1', 'bank.payment-requested.v1',
            'bank.payment-completed.v1', 'bank.payment-failed.v1', 'bank.payment-returned.v1'];
        alter table partners alter column event_types drop default;
        """
    )
