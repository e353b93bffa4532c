"""What was accepted is a payment order; a transfer is money between two accounts of this bank."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("alter table payments rename column transfer to payment_order")
    op.execute("alter view payments_now rename column transfer to payment_order")
