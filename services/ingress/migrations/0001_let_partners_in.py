"""Partners as auth tells them, what they were let in with, what they used, what was refused."""

from alembic import op

from infra.handling.audit import AUDIT_DDL
from infra.handling.mailbox import MAILBOX_DDL, MAILBOX_DDL_2

revision = "0001"
down_revision = None

DDL = """
create table partners (
    name text primary key,
    version integer not null check (version > 0),
    state text not null,
    told jsonb not null -- the newest PartnerChanged
);
create table admissions (
    partner text not null references partners,
    message_id uuid not null, -- the partner's own
    internal_id uuid not null unique, -- of what is sent for it inside the bank
    type text not null,
    fingerprint bytea not null check (octet_length(fingerprint) = 32),
    admitted_at timestamptz not null,
    business_date date not null,
    amount_minor bigint check (amount_minor > 0), -- null: it moves nothing
    trace_id uuid not null,
    answer_type text,
    answer bytea,
    answered_at timestamptz,
    primary key (partner, message_id),
    check (num_nulls(answer_type, answer, answered_at) in (0, 3))
);
create index admissions_by_time on admissions (partner, admitted_at);
create table used_limits (
    partner text not null references partners,
    business_date date not null,
    used_minor bigint not null check (used_minor >= 0),
    primary key (partner, business_date)
);
create table quarantine (
    id bigint generated always as identity primary key,
    partner text not null references partners,
    received_at timestamptz not null,
    code text not null,
    detail text not null,
    message_id text,
    type text,
    key_id text,
    size integer not null check (size >= 0),
    body bytea not null, -- how it begins
    trace_id uuid not null
);
create index quarantine_of_partner on quarantine (partner, id);
grant select, insert, update on partners, admissions, used_limits to ingress;
grant select, insert, delete on quarantine to ingress;
"""


def upgrade() -> None:
    op.execute(MAILBOX_DDL)
    op.execute(MAILBOX_DDL_2)
    op.execute(AUDIT_DDL)
    op.execute(DDL)
