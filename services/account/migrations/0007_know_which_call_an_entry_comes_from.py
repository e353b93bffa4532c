"""The trace id of the call behind each entry, message and parcel; those of before have none.

It stands in no index, because trace ids are random and each would touch a page of its own: an
entry is looked for among those of its day.
"""

from alembic import op

from infra.handling.mailbox import MAILBOX_DDL_2

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(MAILBOX_DDL_2)
    op.execute(
        """
        alter table entries add column trace_id uuid;
        create index entries_by_day on entries using brin (booked_on);
        """
    )
