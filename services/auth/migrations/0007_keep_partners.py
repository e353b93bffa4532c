"""Partners: other banks' systems that may send us commands, with their limits and keys."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(
        """
        create table partners (
            name text primary key check (name ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$'),
            state text not null check (state in ('open', 'suspended', 'closed')),
            allowed_types text[] not null check (cardinality(allowed_types) > 0),
            accounts text[] not null check (cardinality(accounts) > 0),
            currency text not null check (currency ~ '^[A-Z]{3}$'),
            command_limit_minor bigint not null check (command_limit_minor > 0),
            daily_limit_minor bigint not null check (daily_limit_minor > 0),
            per_minute integer not null check (per_minute > 0),
            password_hash text not null,
            version integer not null check (version > 0),
            created_at timestamptz not null,
            updated_at timestamptz not null
        );
        create table partner_keys (
            partner text not null references partners,
            key_id text not null,
            number bigint generated always as identity unique,
            public_key text not null check (length(public_key) = 44),
            added_at timestamptz not null,
            revoked_at timestamptz,
            primary key (partner, key_id)
        );
        grant select, insert, update on partners, partner_keys to auth;
        """
    )
