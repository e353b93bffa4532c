"""Users, sessions and their refresh tokens, failed log-ins, signing keys."""

from alembic import op

from infra.handling.mailbox import MAILBOX_DDL

revision = "0001"
down_revision = None

DDL = """
create table users (
    id bigint generated always as identity primary key,
    uuid uuid not null unique,
    username text not null check (username ~ '^[A-Za-z0-9._@-]{3,64}$'),
    password_hash text not null check (password_hash ~ '^\\$(argon2id|2[aby])\\$'),
    password_set_at timestamptz not null,
    role text not null
        check (role in ('ADMIN', 'MANAGER', 'TELLER', 'AUDITOR', 'CUSTOMER', 'SYSTEM')),
    customer_id bigint check (customer_id > 0),
    branch_code text,
    is_active boolean not null default true,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    check ((role = 'CUSTOMER') = (customer_id is not null))
);
create unique index users_by_username on users (lower(username));

create table sessions (
    session_id uuid primary key,
    user_id bigint not null references users,
    opened_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > opened_at),
    revoked_at timestamptz
);
create index open_sessions_of_user on sessions (user_id) where revoked_at is null;
create index sessions_by_revocation on sessions (revoked_at) where revoked_at is not null;
create index sessions_by_end on sessions (expires_at);

create table refresh_tokens (
    token_digest bytea primary key check (octet_length(token_digest) = 32),
    session_id uuid not null references sessions on delete cascade,
    issued_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > issued_at),
    used_by uuid,
    used_at timestamptz,
    check ((used_by is null) = (used_at is null))
);
create index refresh_tokens_of_session on refresh_tokens (session_id);

create table login_failures (
    username_digest bytea primary key check (octet_length(username_digest) = 32),
    failures integer not null check (failures > 0),
    last_failed_at timestamptz not null,
    refused_until timestamptz
);
create index login_failures_by_age on login_failures (last_failed_at);

create table signing_keys (
    kid text primary key,
    public_jwk jsonb not null,
    sealed_private_key bytea not null,
    is_active boolean not null,
    created_at timestamptz not null
);
-- Several processes may start at once; one key wins.
create unique index one_active_signing_key on signing_keys (is_active) where is_active;

grant select, insert, update on users, refresh_tokens to auth;
grant select, insert, update, delete on sessions, login_failures to auth;
grant select, insert on signing_keys to auth;
"""


def upgrade():
    op.execute(MAILBOX_DDL)
    op.execute(DDL)
