"""When messages came whose signature was bad, so that a lane closes that has too many of them."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        """
        create table bad_signatures (
            partner text not null references partners,
            received_at timestamptz not null
        );
        create index bad_signatures_of_partner on bad_signatures (partner);
        grant select, insert, delete on bad_signatures to ingress;
        """
    )
