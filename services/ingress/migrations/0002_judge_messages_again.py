"""What was refused is kept whole, so that it can be judged again."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        """
        alter table quarantine
            add column user_id text,
            add column sent_at timestamptz, -- its own timestamp
            add column content_type text,
            add column content_encoding text,
            add column signature text,
            add column is_whole boolean not null default false,
            add column replay_asked_at timestamptz,
            add column replayed_at timestamptz,
            add column replay_code text, -- null: it was let in, or not judged again
            add constraint replayed_when_asked check (
                (replayed_at is null or replay_asked_at is not null)
                and (replay_code is null or replayed_at is not null)
            );
        create index quarantine_to_replay on quarantine (partner, id)
            where replay_asked_at is not null and replayed_at is null;
        grant update (replay_asked_at, replayed_at, replay_code) on quarantine to ingress;
        """
    )
