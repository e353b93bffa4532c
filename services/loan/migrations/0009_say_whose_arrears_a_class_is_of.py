"""Of a loan it is known whether its class follows from its own arrears or from its borrower's."""

from alembic import op

revision = "0009"
down_revision = "0008"

CLASSIFIED_BY = """
alter table loans add column classified_by text not null default 'loan'
    check (classified_by in ('loan', 'borrower'));
grant update (classified_by) on loans to loan;
"""


def upgrade() -> None:
    op.execute(CLASSIFIED_BY)
