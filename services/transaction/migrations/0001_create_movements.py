"""The history of movements, with one index for each way of looking into it."""

from alembic import op

from infra.handling.mailbox import MAILBOX_DDL

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(MAILBOX_DDL)
    op.execute(
        """
        create table movements (
            account_number text not null,
            sequence bigint not null check (sequence > 0),
            customer_id bigint not null check (customer_id > 0),
            entry_id uuid not null,
            reference text not null,
            kind text not null,
            amount_minor bigint not null check (amount_minor <> 0),
            currency text not null check (currency ~ '^[A-Z]{3}$'),
            balance_after_minor bigint not null,
            counterparty text,
            description text not null,
            booked_at timestamptz not null,
            booked_on date not null,
            value_date date not null,
            primary key (account_number, sequence)
        );
        create index movements_of_account
            on movements (account_number, booked_on, sequence);
        create index movements_of_customer
            on movements (customer_id, booked_on, booked_at, account_number, sequence);
        create index movements_of_all
            on movements (booked_on, booked_at, account_number, sequence);
        grant select, insert on movements to transaction;
        """
    )
