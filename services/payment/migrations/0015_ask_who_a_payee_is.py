"""Questions about payees, asked from their banks, and the answers."""

from alembic import op

revision = "0015"
down_revision = "0014"

LOOKUPS = """
create table payee_lookups (
    lookup_id uuid primary key,
    -- Who asked, and as whose customer; null of staff.
    asked_by text not null,
    customer_id bigint,
    rail text not null,
    beneficiary jsonb not null,
    asked_at timestamptz not null,
    state text not null check (state in ('processing', 'completed', 'refused')),
    name text,
    bank text,
    account_ending text,
    match text check (match in ('exact', 'close', 'different')),
    answered_at timestamptz,
    check ((state = 'processing') = (answered_at is null)),
    check ((state = 'completed') = (name is not null and match is not null))
);
create index payee_lookups_by_asker on payee_lookups (asked_by, asked_at);
grant select, insert on payee_lookups to payment;
grant update (state, name, bank, account_ending, match, answered_at) on payee_lookups to payment;
"""


def upgrade() -> None:
    op.execute(LOOKUPS)
