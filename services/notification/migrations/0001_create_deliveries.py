"""Customers' addresses, and the deliveries: what customers are told, once for each posting."""

from alembic import op

from infra.handling.mailbox import MAILBOX_DDL

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(MAILBOX_DDL)
    op.execute(
        """
        create table contacts (
            customer_id bigint primary key check (customer_id > 0),
            name text not null,
            email text not null,
            version integer not null check (version > 0)
        );
        create table deliveries (
            account_number text not null,
            sequence bigint not null check (sequence > 0),
            number bigint not null generated always as identity unique,
            notification_id uuid not null unique,
            customer_id bigint not null check (customer_id > 0),
            subject text not null,
            amount_minor bigint not null check (amount_minor <> 0),
            balance_after_minor bigint not null,
            currency text not null check (currency ~ '^[A-Z]{3}$'),
            reference text not null,
            description text not null,
            booked_on date not null,
            state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
            attempts integer not null default 0 check (attempts >= 0),
            due_at timestamptz not null,
            reason text check (reason is not null or state <> 'failed'),
            created_at timestamptz not null,
            sent_at timestamptz check ((sent_at is not null) = (state = 'sent')),
            primary key (account_number, sequence)
        );
        create index deliveries_of_customer on deliveries (customer_id, number);
        create index deliveries_waiting on deliveries (due_at) where state = 'waiting';
        alter table deliveries set
            (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
        grant select, insert, update on contacts, deliveries to notification;
        """
    )
