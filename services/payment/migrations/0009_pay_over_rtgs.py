"""A second rail: RTGS carries large amounts, from two lakh rupees on and without a bound above."""

from alembic import op

revision = "0009"
down_revision = "0008"

# In force since the threshold of November 2010.
RULE = """
insert into terms values
    ('RTGS', 1, '2010-11-15',
        '{"currency": "INR", "least_minor": 20000000, "most_minor": null}', 'migration', now());
"""


def upgrade() -> None:
    op.execute("alter table payments drop constraint payments_rail_check")
    op.execute("alter table payments add check (rail in ('IMPS', 'RTGS'))")
    op.execute(RULE)
