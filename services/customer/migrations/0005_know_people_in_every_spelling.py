"""One form of each phone number and e-mail address, people of one name, and words in any spelling.

Phone numbers as people of India write them become those of E.164; all others stay as they are.
Where customers become equal by it, the one who has the form already, or else the oldest, gets it,
and the others keep what they have: they are as different as before, until a person corrects them.
"""

from alembic import op

from infra.data.folding import FOLDING_DDL

revision = "0005"
down_revision = "0004"

ONE_FORM = """
with written as (
    select id, status, phone, case
        when phone ~ '^0091[1-9][0-9]{9}$' then '+' || substr(phone, 3)
        when phone ~ '^91[1-9][0-9]{9}$' then '+' || phone
        when phone ~ '^0[1-9][0-9]{9}$' then '+91' || substr(phone, 2)
        when phone ~ '^[1-9][0-9]{9}$' then '+91' || phone
        else phone end as form
    from customers
), ranked as (
    select *, row_number() over (
        partition by ltrim(form, '+'), status = 'CLOSED'
        order by ltrim(phone, '+') = ltrim(form, '+') desc, id) as rank
    from written
)
update customers set phone = ranked.form from ranked
where customers.id = ranked.id and customers.phone <> ranked.form
    and (ranked.rank = 1 or ranked.status = 'CLOSED');

with written as (
    select id, status, email,
        normalize(split_part(email, '@', 1), NFC) || '@' || lower(split_part(email, '@', 2)) as form
    from customers
), ranked as (
    select *, row_number() over (
        partition by lower(form), status = 'CLOSED'
        order by lower(email) = lower(form) desc, id) as rank
    from written
)
update customers set email = ranked.form from ranked
where customers.id = ranked.id and customers.email <> ranked.form
    and (ranked.rank = 1 or ranked.status = 'CLOSED');
"""

WORDS = """
alter table customers alter column last_name drop not null, drop column search_words;
alter table customers add column search_words tsvector not null generated always as
    (array_to_tsvector(array_remove(string_to_array(folded(
        first_name || ' ' || coalesce(middle_name, '') || ' ' || coalesce(last_name, '') || ' '
            || email || ' ' || phone
            || case when phone like '+91%' then ' ' || substr(phone, 4) else '' end
            || ' CU ' || lpad(id::text, greatest(8, length(id::text)), '0')), ' '), ''))) stored;
create index customers_by_word on customers using gin (search_words);
"""


def upgrade():
    op.execute(FOLDING_DDL)
    op.execute(ONE_FORM)
    op.execute(WORDS)
