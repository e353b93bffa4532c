"""Standing orders that are due are found in order of their ids, with their dates in the index,
since the job of a day takes them so, two hundred at a time.
"""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("drop index standing_orders_due")
    op.execute(
        "create index standing_orders_due on standing_orders (order_id) include (due_on)"
        " where due_on is not null"
    )
