"""Branches, products, accounts with balances and holds, and the ledger's entries and postings.

An account's row never changes. What does change about it, its status and amounts, is in its balance
row, which is the one that is locked. Triggers move the amounts (0002); the service may not.
"""

from alembic import op

from infra.handling.mailbox import MAILBOX_DDL

revision = "0001"
down_revision = None

CATALOGUE = """
create table branches (
    code text primary key check (code ~ '^[A-Z0-9]{3,12}$'),
    name text not null check (name <> ''),
    city text not null check (city <> '')
);

create table gl_accounts (
    code text primary key check (code ~ '^[A-Z][A-Z0-9_-]+$'),
    name text not null,
    class text not null check (class in ('ASSET', 'LIABILITY', 'INCOME', 'EXPENSE'))
);

create table products (
    code text primary key check (code ~ '^[A-Z0-9_]{3,30}$'),
    name text not null check (name <> ''),
    account_type text not null references gl_accounts,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    overdraft_limit_minor bigint not null check (overdraft_limit_minor >= 0),
    transaction_limit_minor bigint check (transaction_limit_minor > 0),
    daily_limit_minor bigint check (daily_limit_minor > 0),
    branch_daily_limit_minor bigint check (branch_daily_limit_minor > 0),
    online_daily_limit_minor bigint check (online_daily_limit_minor > 0),
    system_daily_limit_minor bigint check (system_daily_limit_minor > 0),
    is_limited boolean not null generated always as (num_nonnulls(
        transaction_limit_minor, daily_limit_minor, branch_daily_limit_minor,
        online_daily_limit_minor, system_daily_limit_minor) > 0) stored
);

grant select, insert on branches, products to account;
grant select on gl_accounts to account;
"""

ACCOUNTS = """
create table accounts (
    id bigint generated always as identity primary key,
    uuid uuid not null unique,
    -- The command that asked for it, recognised also when the inbox has forgotten it.
    requested_by uuid unique,
    number text not null unique,
    customer_id bigint,
    gl_code text not null references gl_accounts,
    product_code text references products,
    account_type text,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    branch_code text references branches,
    ifsc_code text check (ifsc_code ~ '^[A-Z]{4}0[A-Z0-9]{6}$'),
    opened_at timestamptz not null,
    unique (id, currency),
    -- A customer's account is complete; the bank's own has none of it.
    check (num_nulls(
        requested_by, customer_id, product_code, account_type, branch_code, ifsc_code) in (0, 6))
);
create index accounts_by_customer on accounts (customer_id, id);

-- Every entry rewrites two of these rows: room for that in the page spares their indexes.
create table balances (
    account_id bigint primary key,
    currency text not null,
    status text not null
        check (status in ('ACTIVE', 'FROZEN', 'DEBIT_BLOCKED', 'DORMANT', 'CLOSED')),
    posted_minor bigint not null default 0 check (abs(posted_minor) <= 1000000000000000000),
    held_minor bigint not null default 0 check (held_minor >= 0),
    overdraft_minor bigint check (overdraft_minor >= 0),
    sequence bigint not null default 0 check (sequence >= 0),
    updated_at timestamptz not null,
    foreign key (account_id, currency) references accounts (id, currency),
    -- Null for the bank's own accounts, which may go below zero without end.
    constraint available_not_negative
        check (overdraft_minor is null or posted_minor - held_minor >= -overdraft_minor),
    constraint closed_is_empty check (status <> 'CLOSED' or (posted_minor = 0 and held_minor = 0))
) with (fillfactor = 50);

create table daily_usage (
    account_id bigint not null references accounts,
    day date not null,
    channel text not null check (channel in ('BRANCH', 'ONLINE', 'SYSTEM')),
    used_minor bigint not null check (used_minor >= 0),
    primary key (account_id, day, channel)
);

-- How many accounts were opened on a day: the last part of their numbers.
create table openings (
    opened_on date primary key,
    count integer not null check (count > 0)
);

grant select, insert on accounts to account;
grant select on balances to account;
grant insert (account_id, currency, status, overdraft_minor, updated_at) on balances to account;
grant update (status, updated_at) on balances to account;
grant select, insert, update on daily_usage, openings to account;
"""

HOLDS = """
create table holds (
    hold_id uuid primary key,
    -- Null when a release came before the hold it undoes.
    account_id bigint references accounts,
    state text not null check (state in ('OPEN', 'CAPTURED', 'RELEASED', 'EXPIRED')),
    amount_minor bigint not null check (amount_minor >= 0),
    captured_minor bigint not null check (captured_minor >= 0),
    released_minor bigint not null check (released_minor >= 0),
    open_minor bigint not null generated always as
        (case state when 'OPEN' then amount_minor - captured_minor else 0 end) stored,
    reason text not null,
    channel text not null check (channel in ('BRANCH', 'ONLINE', 'SYSTEM')),
    placed_on date not null,
    placed_at timestamptz not null,
    expires_at timestamptz,
    ended_at timestamptz,
    caused_by uuid not null,
    placed_by text not null check (placed_by <> ''),
    check ((account_id is null) = (amount_minor = 0)),
    check (account_id is not null or state = 'RELEASED'),
    check ((state = 'OPEN') = (ended_at is null)),
    check (state <> 'OPEN' or (released_minor = 0 and captured_minor < amount_minor)),
    check (state = 'OPEN' or captured_minor + released_minor = amount_minor)
);
create index open_holds_by_account on holds (account_id) where state = 'OPEN';
create index open_holds_by_expiry on holds (expires_at) where state = 'OPEN';

grant select, insert on holds to account;
grant update (state, captured_minor, released_minor, ended_at) on holds to account;
"""

LEDGER = """
create table entries (
    entry_id uuid primary key,
    reference text not null unique check (reference <> ''),
    fingerprint bytea check (octet_length(fingerprint) = 16),
    kind text not null check (kind in (
        'DEPOSIT', 'WITHDRAWAL', 'TRANSFER', 'CAPTURE', 'REVERSAL', 'PAYMENT', 'FEE', 'INTEREST',
        'LOAN', 'MANUAL'
    )),
    currency text not null,
    amount_minor bigint not null check (amount_minor > 0),
    description text not null,
    booked_on date not null,
    value_date date not null check (value_date <= booked_on),
    booked_at timestamptz not null,
    caused_by uuid not null,
    actor text not null,
    reverses uuid references entries check (reverses <> entry_id),
    -- Asked at commit, because a batch writes a new hold after the entry that captures it.
    hold_id uuid references holds deferrable initially deferred,
    check ((reverses is not null) = (kind = 'REVERSAL'))
);
create index entries_by_reversed on entries (reverses) where reverses is not null;
create index entries_by_hold on entries (hold_id) where hold_id is not null;

-- Its foreign keys are asked for by a trigger, once per statement instead of once per row.
create table postings (
    account_id bigint not null,
    sequence bigint not null check (sequence > 0),
    entry_id uuid not null,
    leg smallint not null check (leg > 0),
    currency text not null,
    amount_minor bigint not null check (amount_minor <> 0),
    balance_after_minor bigint not null,
    booked_on date not null,
    value_date date not null,
    primary key (account_id, sequence),
    unique (entry_id, leg)
);
-- Postings lie in order of time, so a few pages of index find those after any day.
create index postings_by_day on postings using brin (booked_on);

grant select, insert on entries, postings to account;
"""


def upgrade() -> None:
    op.execute(MAILBOX_DDL)
    op.execute(CATALOGUE)
    op.execute(ACCOUNTS)
    op.execute(HOLDS)
    op.execute(LEDGER)
