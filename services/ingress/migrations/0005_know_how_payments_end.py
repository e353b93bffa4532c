"""How what was accepted first has ended later, beside the answer that said so."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(
        """
        alter table admissions
            add column end_type text,
            add column end_told bytea,
            add column ended_at timestamptz,
            add constraint ended_whole check (num_nulls(end_type, end_told, ended_at) in (0, 3));
        """
    )
