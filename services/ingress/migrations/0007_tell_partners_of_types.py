"""Of which types of events a partner is told; of loans, nobody yet."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(
        """
        alter table heard_accounts add column types text[] not null default array[
            'bank.account-debited.v1', 'bank.account-credited.v1', 'bank.payment-requested.v1',
            'bank.payment-completed.v1', 'bank.payment-failed.v1', 'bank.payment-returned.v1'];
        alter table heard_accounts alter column types drop default;
        """
    )
