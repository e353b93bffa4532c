"""How the settlement account stands is read without reading all of its postings: its balance on a
date by an index, and whether all postings are known from the last one up to which they were.
"""

from alembic import op

revision = "0016"
down_revision = "0015"

COMPLETE = """
alter table ledger_lines add column complete_to bigint;
grant update (complete_to) on ledger_lines to payment;
create index ledger_postings_by_day on ledger_postings (account_number, booked_on, sequence)
    where rail is null;
"""


def upgrade() -> None:
    op.execute(COMPLETE)
