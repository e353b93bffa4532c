"""How often each lane is refused in a minute, so that not all need a row of the audit trail."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """
        create table refusals (
            partner text not null references partners,
            minute timestamptz not null,
            code text not null,
            refused integer not null check (refused > 0),
            primary key (partner, minute, code)
        );
        grant select, insert, update, delete on refusals to ingress;
        """
    )
