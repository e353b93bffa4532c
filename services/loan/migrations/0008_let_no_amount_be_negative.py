"""No loan is paid out that nobody let, and no instalment is of less than nothing."""

from alembic import op

revision = "0008"
down_revision = "0007"

CONSTRAINTS = """
-- `decided_by <> applied_by` is neither true nor false where nobody decided, and lets that pass.
alter table loans
    add constraint decided_by_somebody check (
        state in ('applied', 'cancelled') or decided_by is not null),
    add constraint outstanding_not_negative check (outstanding_minor >= 0);
alter table loan_instalments add constraint nothing_negative check (
    least(principal_minor, interest_minor, fees_minor, penalties_minor, paid_minor, waived_minor,
        outstanding_minor) >= 0);
"""


def upgrade() -> None:
    op.execute(CONSTRAINTS)
