"""Of a loan it is known which date was the last whose end was worked for it, so that the work of an
earlier one, done later, takes nothing back.

Until the next end of a day it is not known of loans of before.
"""

from alembic import op

revision = "0011"
down_revision = "0010"

ENDED = """
alter table loans add column ended_on date; -- a business date; null: none yet
grant update (ended_on) on loans to loan;
"""


def upgrade() -> None:
    op.execute(ENDED)
