"""What a rail carries is dated terms: the law changes it by circular, from a day on."""

from alembic import op

from infra.data.terms import TERMS_DDL

revision = "0007"
down_revision = "0006"

# In force since IMPS began, and since the circular of October 2021.
RULES = """
insert into terms values
    ('IMPS', 1, '2010-11-22',
        '{"currency": "INR", "least_minor": null, "most_minor": 20000000}', 'migration', now()),
    ('IMPS', 2, '2021-10-08',
        '{"currency": "INR", "least_minor": null, "most_minor": 50000000}', 'migration', now());
"""


def upgrade() -> None:
    op.execute(TERMS_DDL)
    op.execute(RULES)
