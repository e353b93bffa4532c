"""Loans, what happened to each, and what is booked for each; products are dated terms.

A loan is its terms and its events: an event is never changed or removed, and events of a loan count
1, 2, 3 …. What else stands in `loans` and `loan_instalments` follows from them and is written anew
with each event, for lists and for the work of a day.
"""

from alembic import op

from infra.data.terms import TERMS_DDL
from infra.handling.parked import APPROVALS_DDL
from infra.sagas.rows import SAGA_DDL, SAGA_DDL_2, SAGA_DDL_3

revision = "0005"
down_revision = "0004"

LOANS = """
create table loan_products (
    code text primary key check (code ~ '^[A-Z0-9_]{3,30}$'),
    name text not null check (name <> ''),
    currency text not null check (currency ~ '^[A-Z]{3}$')
);

create table loans (
    loan_id uuid primary key,
    -- The command that asked for it, recognised also when the inbox has forgotten it.
    requested_by uuid not null unique,
    customer_id bigint not null,
    account_number text not null check (account_number <> ''),
    product_code text not null references loan_products,
    product_version integer not null check (product_version > 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    principal_minor bigint not null check (principal_minor between 1 and 1000000000000000),
    terms jsonb not null check (jsonb_typeof(terms) = 'object'),
    -- What the borrower was shown before the loan was approved: nothing else can be charged.
    key_facts jsonb not null check (jsonb_typeof(key_facts) = 'object'),
    scorecard jsonb not null check (jsonb_typeof(scorecard) = 'object'),
    state text not null check (state in (
        'applied', 'approved', 'rejected', 'cancelled', 'active', 'closed', 'written_off')),
    applied_by text not null check (applied_by <> ''),
    applied_at timestamptz not null,
    applied_on date not null, -- a business date
    decided_by text,
    approved_by text, -- the second person, where one was needed
    decided_at timestamptz,
    decision_reason text,
    -- The one movement of money that is under way, and what it does.
    operation_id uuid unique,
    operation text check (operation <> ''),
    disbursed_minor bigint not null default 0 check (disbursed_minor >= 0),
    disbursed_on date, -- the first part of it
    outstanding_minor bigint not null default 0,
    overdue_minor bigint not null default 0 check (overdue_minor >= 0),
    overdue_since date,
    days_past_due integer not null default 0 check (days_past_due >= 0),
    classification text not null default 'standard'
        check (classification in ('standard', 'sma-0', 'sma-1', 'sma-2', 'npa')),
    next_due_on date,
    next_due_minor bigint not null default 0 check (next_due_minor >= 0),
    updated_at timestamptz not null,
    constraint disbursed_at_most_whole check (disbursed_minor <= principal_minor),
    constraint nobody_decides_his_own check (
        state in ('applied', 'cancelled') or decided_by <> applied_by),
    constraint decided_whole check ((decided_by is null) = (decided_at is null)),
    constraint operation_whole check ((operation_id is null) = (operation is null)),
    constraint disbursed_whole check ((disbursed_on is null) = (disbursed_minor = 0))
);
create index loans_by_customer on loans (customer_id, loan_id);
create index loans_past_due on loans (days_past_due, loan_id) where days_past_due > 0;
create index loans_next_due on loans (next_due_on, loan_id) where state = 'active';
grant select, insert on loan_products to loan;
grant select, insert on loans to loan;
grant update (state, decided_by, approved_by, decided_at, decision_reason, operation_id, operation,
    disbursed_minor, disbursed_on, outstanding_minor, overdue_minor, overdue_since, days_past_due,
    classification, next_due_on, next_due_minor, updated_at) on loans to loan;
"""

EVENTS = """
create table loan_events (
    loan_id uuid not null references loans,
    sequence integer not null check (sequence > 0),
    kind text not null check (kind <> ''),
    value_date date not null, -- from when it counts
    booked_on date not null check (value_date <= booked_on), -- business date when it was known
    amount_minor bigint check (amount_minor > 0), -- null: the event moves none
    details jsonb not null check (jsonb_typeof(details) = 'object'),
    reverses integer check (reverses < sequence),
    made_by text not null check (made_by <> ''),
    caused_by uuid not null, -- the message
    operation_id uuid, -- the movement of money that it records
    reference text, -- of its entry in the ledger; null: none was needed
    recorded_at timestamptz not null,
    primary key (loan_id, sequence),
    foreign key (loan_id, reverses) references loan_events (loan_id, sequence)
);
create unique index loan_events_by_reversed on loan_events (loan_id, reverses)
    where reverses is not null;
create index loan_events_by_operation on loan_events (operation_id);

create function follow_events() returns trigger
language plpgsql
as $$
declare
    last_sequence integer;
begin
    select max(sequence) into last_sequence from loan_events where loan_id = new.loan_id;
    if new.sequence <> coalesce(last_sequence, 0) + 1 then
        raise exception 'event % of loan % does not follow the last one', new.sequence, new.loan_id
            using errcode = 'check_violation', constraint = 'events_follow';
    end if;
    return new;
end $$;
create function keep_events() returns trigger
language plpgsql
as $$
begin
    raise exception '% is refused: what happened to a loan stays; add an event', tg_op
        using errcode = 'restrict_violation', table = tg_table_name;
end $$;
create trigger follow_the_last before insert on loan_events
for each row execute function follow_events();
create trigger stay_as_happened before update or delete on loan_events
for each row execute function keep_events();
create trigger stay_at_all before truncate on loan_events
for each statement execute function keep_events();
alter function follow_events() set search_path = loan, pg_temp;
grant select, insert on loan_events to loan;
"""

DERIVED = """
create table loan_books (
    loan_id uuid not null references loans,
    line text not null check (line <> ''), -- of the chart of accounts
    minor bigint not null, -- booked for this loan, credit positive as in the ledger
    primary key (loan_id, line)
);
create table loan_instalments (
    loan_id uuid not null references loans,
    number integer not null check (number > 0),
    due_date date not null,
    principal_minor bigint not null,
    interest_minor bigint not null,
    fees_minor bigint not null,
    penalties_minor bigint not null,
    paid_minor bigint not null,
    waived_minor bigint not null,
    outstanding_minor bigint not null,
    primary key (loan_id, number)
);
create index loan_instalments_due on loan_instalments (due_date) where outstanding_minor > 0;
grant select, insert, update, delete on loan_books, loan_instalments to loan;
"""

AUTHORITY = """
insert into terms values
    ('loan-authority', 1, '2000-01-01', '{"above": "1000000.00"}', 'migration', now());
"""


def upgrade() -> None:
    op.execute(TERMS_DDL)
    op.execute(APPROVALS_DDL)
    op.execute(SAGA_DDL)
    op.execute(SAGA_DDL_2)
    op.execute(SAGA_DDL_3)
    op.execute(LOANS)
    op.execute(EVENTS)
    op.execute(DERIVED)
    op.execute(AUTHORITY)
