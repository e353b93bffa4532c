"""Entries in more than one currency, equity, and what a posting counts for in reports.

An entry names one currency, in which its amount is told; its postings may be in others, and sum to
zero in each. Each line of the chart has the side on which its balance grows. The guard is that of
revision 0002, which now asks for the whole of an entry over all its currencies.
"""

from alembic import op

revision = "0010"
down_revision = "0009"

CHART = """
alter table gl_accounts drop constraint gl_accounts_class_check;
alter table gl_accounts
    add constraint gl_accounts_class_check
        check (class in ('ASSET', 'LIABILITY', 'EQUITY', 'INCOME', 'EXPENSE')),
    add column normal_side text not null generated always as
        (case when class in ('ASSET', 'EXPENSE') then 'DEBIT' else 'CREDIT' end) stored;
insert into gl_accounts (code, name, class) values
    ('CAPITAL', 'Share capital', 'EQUITY'),
    ('RETAINED-EARNINGS', 'Retained earnings', 'EQUITY');
with own as (
    insert into accounts (uuid, number, gl_code, currency, opened_at)
    select gen_random_uuid(), 'GL-' || line.code || '-' || currency, line.code, currency, now()
    from gl_accounts line
    cross join unnest(array['AED', 'BHD', 'EUR', 'GBP', 'INR', 'JPY', 'KWD', 'SGD', 'USD'])
        as currency
    where line.class = 'EQUITY'
    order by line.code, currency
    returning id, currency
)
insert into balances (account_id, currency, status, updated_at)
select id, currency, 'ACTIVE', now() from own;
"""

DIMENSIONS = """
alter table postings
    add column branch_code text check (branch_code ~ '^[A-Z0-9]{3,12}$'),
    add column product_code text check (product_code ~ '^[A-Z0-9_]{3,30}$');
"""

ENTRIES = """
create or replace function enter_postings() returns trigger
language plpgsql security definer
set search_path = account, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
    culprit text;
begin
    -- Legs 1 to n in this statement, and (entry_id, leg) unique: so an entry is written whole, and
    -- nothing can be added to it later.
    select f.entry_id::text into culprit
    from (
        select entry_id, currency, sum(amount_minor) as total_minor,
            sum(amount_minor) filter (where amount_minor > 0) as credit_minor,
            count(*) as legs, min(leg) as first_leg, max(leg) as last_leg,
            min(booked_on) as first_day, max(booked_on) as last_day,
            min(value_date) as first_value, max(value_date) as last_value
        from fresh group by entry_id, currency
    ) f
    left join entries e on e.entry_id = f.entry_id
    group by f.entry_id
    having not coalesce(
        bool_and(
            f.total_minor = 0
            and f.first_day = e.booked_on and f.last_day = e.booked_on
            and f.first_value = e.value_date and f.last_value = e.value_date
        )
        and bool_or(f.currency = e.currency and f.credit_minor = e.amount_minor)
        and min(f.first_leg) = 1 and max(f.last_leg) = sum(f.legs) and sum(f.legs) >= 2,
        false
    )
    limit 1;
    if found then
        raise exception 'entry % is not whole, or its postings do not sum to zero', culprit
            using errcode = 'check_violation', constraint = 'entry_is_balanced';
    end if;

    select c.account_id::text into culprit
    from (
        select account_id, currency, sequence, balance_after_minor - amount_minor as before_minor,
            lag(balance_after_minor) over chain as previous_minor, row_number() over chain as step
        from fresh window chain as (partition by account_id order by sequence)
    ) c
    left join balances b on b.account_id = c.account_id and b.currency = c.currency
    where b.account_id is null or c.sequence <> b.sequence + c.step
        or c.before_minor <> coalesce(c.previous_minor, b.posted_minor)
    limit 1;
    if found then
        raise exception 'postings do not continue account %, or are not in its currency', culprit
            using errcode = 'check_violation', constraint = 'chain_is_whole';
    end if;

    update balances b
    set posted_minor = last.balance_after_minor, sequence = last.sequence
    from (
        select distinct on (account_id) account_id, sequence, balance_after_minor
        from fresh order by account_id, sequence desc
    ) last
    where b.account_id = last.account_id;
    return null;
end $$;
"""


def upgrade() -> None:
    op.execute(CHART)
    op.execute(DIMENSIONS)
    op.execute(ENTRIES)
