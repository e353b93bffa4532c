"""Customers to be told about once more: others began to listen to their standing."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        """
        create table retellings (customer_id bigint primary key references customers);
        insert into retellings select id from customers
        where status <> 'ACTIVE' or kyc_status = 'REJECTED';
        grant select, delete on retellings to customer;
        """
    )
