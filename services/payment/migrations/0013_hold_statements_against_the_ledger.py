"""Statements of the account at the central bank, and which of their lines are which postings.

A line and a posting have the one match that they are in, so each is matched at most once. What has
none is a break.
"""

from alembic import op

revision = "0013"
down_revision = "0012"

RECONCILIATION = """
create table statements (
    statement_id uuid primary key,
    currency text not null,
    from_date date not null,
    to_date date not null,
    opening_minor bigint not null, -- positive where the bank has money there
    closing_minor bigint not null,
    line_count integer not null,
    content_hash bytea not null,
    imported_by text not null,
    imported_at timestamptz not null,
    check (from_date <= to_date),
    unique (currency, content_hash),
    unique (currency, to_date)
);
create table matches (
    match_id uuid primary key,
    how text not null check (how in ('reference', 'amount', 'sum', 'by-hand')),
    made_by text,
    reason text,
    made_at timestamptz not null,
    undone_by text,
    undone_reason text,
    undone_at timestamptz,
    check ((how = 'by-hand') = (made_by is not null)),
    check ((undone_by is null) = (undone_at is null))
);
create table statement_lines (
    number bigint generated always as identity primary key,
    statement_id uuid not null references statements,
    currency text not null,
    line_date date not null,
    amount_minor bigint not null, -- positive where money came in
    reference text not null,
    description text not null,
    match_id uuid references matches,
    by_people boolean not null default false -- a person took its match back: people match it
);
create index statement_lines_of on statement_lines (statement_id);
create index statement_lines_unmatched on statement_lines (currency, line_date)
    where match_id is null;
create index statement_lines_matched on statement_lines (match_id) where match_id is not null;
alter table ledger_postings add column match_id uuid references matches;
create index ledger_postings_unmatched on ledger_postings (account_number, booked_on)
    where match_id is null and rail is null;
create index ledger_postings_matched on ledger_postings (match_id) where match_id is not null;
grant select, insert on statements, matches, statement_lines to payment;
grant update (undone_by, undone_reason, undone_at) on matches to payment;
grant update (match_id, by_people) on statement_lines to payment;
grant update (match_id) on ledger_postings to payment;
insert into terms values
    ('settlement-matching', 1, '2010-01-01', '{"days": 3}', 'migration', now());
"""


def upgrade() -> None:
    op.execute(RECONCILIATION)
