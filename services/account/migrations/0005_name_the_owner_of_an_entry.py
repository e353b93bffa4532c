"""To whom an entry belongs, and through which channel it counted against the day's limits.

`owner` is the broker user whose command booked the entry. Entries of before have none, because what
is booked is never changed: theirs is read from the hold that they captured, or from their kind. The
check is not asked of them, and of every new entry.
"""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(
        """
        alter table entries
            add column owner text check (owner <> ''),
            add column channel text check (channel in ('BRANCH', 'ONLINE', 'SYSTEM')),
            add constraint entry_has_owner check (owner is not null) not valid;
        """
    )
