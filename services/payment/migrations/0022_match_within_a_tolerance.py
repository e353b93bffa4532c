"""Statements have names, lines the references of what they are the sum of, and what a match within
the tolerance leaves over is a line of its own, which people alone match.

The rules of matching are those of a currency.
"""

from alembic import op

revision = "0022"
down_revision = "0021"

STATEMENTS = """
alter table statements add name text; -- by the central bank; null: it has none
create unique index statements_name on statements (currency, name);
alter table statement_lines
    add parts text[] not null default '{}', -- references of the transactions that it is the sum of
    add rest_of bigint references statement_lines; -- whose match has left it over
create unique index statement_lines_rest on statement_lines (rest_of) where rest_of is not null;
alter table matches drop constraint matches_how_check;
alter table matches add constraint matches_how_check check (how in
    ('reference', 'amount', 'sum', 'near', 'by-hand', 'written-off', 'explained'));
insert into terms
    select what || '-' || currency, 1, valid_from,
        terms || '{"tolerance_minor": 0, "account_number": null}', made_by, now()
    from terms, unnest(array['AED', 'BHD', 'EUR', 'GBP', 'INR', 'JPY', 'KWD', 'SGD', 'USD'])
        as all_of(currency)
    where what = 'settlement-matching' and version = 1;
"""


def upgrade() -> None:
    op.execute(STATEMENTS)
