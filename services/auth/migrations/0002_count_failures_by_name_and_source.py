"""Failures counted by more than a name, and where a name has signed in before."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        """
        alter table login_failures rename column username_digest to counter_digest;
        create table known_sources (
            counter_digest bytea primary key check (octet_length(counter_digest) = 32),
            last_seen_at timestamptz not null
        );
        create index known_sources_by_age on known_sources (last_seen_at);
        grant select, insert, update, delete on known_sources to auth;
        """
    )
