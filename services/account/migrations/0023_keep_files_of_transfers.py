"""Files of transfers with their lines, and what became of each."""

from alembic import op

revision = "0023"
down_revision = "0022"

BULK_FILES = """
create table bulk_files (
    number bigint generated always as identity unique,
    file_id uuid primary key,
    digest text not null check (digest ~ '^[0-9a-f]{64}$'),
    made_by text not null check (made_by <> ''),
    customer_id bigint, -- whose maker it is; null: staff made it
    sender text not null check (sender <> ''),
    subject jsonb not null, -- on whose behalf its lines are done
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    lines integer not null check (lines between 1 and 10000),
    total_minor bigint not null check (total_minor > 0),
    state text not null check (state in ('pending', 'processing', 'completed', 'cancelled')),
    is_started boolean not null default false,
    kept integer not null default 0 check (kept between 0 and lines),
    kept_minor bigint not null default 0 check (kept_minor between 0 and total_minor),
    ran_to integer not null default 0 check (ran_to >= 0),
    done integer not null default 0 check (done >= 0),
    done_minor bigint not null default 0 check (done_minor between 0 and total_minor),
    refused integer not null default 0 check (refused >= 0),
    begun_at timestamptz not null,
    ended_at timestamptz,
    check (done + refused <= kept),
    check (state <> 'processing' or (is_started and kept = lines and kept_minor = total_minor)),
    check (state <> 'completed' or done + refused = lines),
    check ((state in ('completed', 'cancelled')) = (ended_at is not null))
);
create index bulk_files_of_customer on bulk_files (customer_id, number);
create index unended_bulk_files on bulk_files (made_by) where ended_at is null;

create table bulk_lines (
    file_id uuid not null references bulk_files,
    line integer not null check (line > 0),
    reference text not null check (reference <> ''),
    from_account text not null,
    to_account text not null,
    amount_minor bigint not null check (amount_minor > 0),
    description text not null,
    state text not null default 'pending' check (state in ('pending', 'completed', 'refused')),
    code text,
    detail text,
    entry_id uuid references entries deferrable initially deferred,
    primary key (file_id, line),
    check ((state = 'completed') = (entry_id is not null)),
    check ((state = 'refused') = (code is not null))
);

grant select, insert on bulk_files, bulk_lines to account;
grant update (state, is_started, kept, kept_minor, ran_to, done, done_minor, refused, ended_at)
    on bulk_files to account;
grant update (state, code, detail, entry_id) on bulk_lines to account;
"""


def upgrade() -> None:
    op.execute(BULK_FILES)
