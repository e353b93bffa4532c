"""Totals of the trial balance, and the numbers of the postings that are in them."""

from alembic import op

from infra.handling.mailbox import MAILBOX_DDL

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(MAILBOX_DDL)
    op.execute(
        """
        create table accounts (
            account_number text primary key,
            counted int8multirange not null default '{}',
            has_gap boolean not null generated always as (
                counted <> '{}' and counted <> int8multirange(int8range(1, upper(counted)))
            ) stored
        ) with (fillfactor = 70);
        -- On a column of its own, so that counting on, which opens no gap, touches no index.
        create index accounts_with_gaps on accounts (has_gap) where has_gap;
        create table lines (gl_code text primary key, name text not null);
        create table totals (
            booked_on date not null,
            gl_code text not null references lines,
            currency text not null check (currency ~ '^[A-Z]{3}$'),
            -- Turnover, which has no bound that a 64-bit integer would keep.
            debit_minor numeric(38) not null check (debit_minor >= 0),
            credit_minor numeric(38) not null check (credit_minor >= 0),
            postings bigint not null check (postings > 0),
            primary key (booked_on, gl_code, currency)
        ) with (fillfactor = 70);
        grant select, insert, update on accounts, lines, totals to reporting;
        """
    )
