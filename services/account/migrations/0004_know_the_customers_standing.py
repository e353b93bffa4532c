"""What each customer's standing allows: as heard, and beside every balance that it governs."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        """
        create table customers (
            customer_id bigint primary key,
            standing text not null
                check (standing in ('ACTIVE', 'SUSPENDED', 'REJECTED', 'CLOSED')),
            version bigint not null check (version > 0)
        );
        grant select, insert, update on customers to account;
        alter table balances add column owner_standing text not null default 'ACTIVE'
            check (owner_standing in ('ACTIVE', 'SUSPENDED', 'REJECTED', 'CLOSED'));
        grant update (owner_standing) on balances to account;
        """
    )
