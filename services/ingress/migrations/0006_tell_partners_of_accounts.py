"""Which partner is told what happens on which account."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        """
        create table heard_accounts (
            account_number text not null,
            partner text not null references partners,
            primary key (account_number, partner)
        );
        create index heard_accounts_of_partner on heard_accounts (partner);
        grant select, insert, delete on heard_accounts to ingress;
        """
    )
