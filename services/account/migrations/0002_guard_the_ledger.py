"""The rules that hold whoever writes: entries balance, chains are whole, nothing booked is changed.

See docs/decisions/0002-entries-are-judged-by-the-statement.md. Each guard looks at all rows of its
statement at once, and takes the planner's freedom away: its plan is kept for the whole session, and
one made for tables that were still empty would read them through for ever.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

POSTINGS = """
create function enter_postings() returns trigger
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
    left join entries e on e.entry_id = f.entry_id and e.currency = f.currency
    where e.entry_id is null or f.total_minor <> 0 or f.credit_minor <> e.amount_minor
        or f.legs < 2 or f.first_leg <> 1 or f.last_leg <> f.legs
        or f.first_day <> e.booked_on or f.last_day <> e.booked_on
        or f.first_value <> e.value_date or f.last_value <> e.value_date
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

create trigger enter_postings after insert on postings
referencing new table as fresh
for each statement execute function enter_postings();
"""

HOLDS = """
create function keep_holds() returns trigger
language plpgsql security definer
set search_path = account, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
    if tg_op = 'UPDATE' then
        if exists (select from stale where state <> 'OPEN') then
            raise exception 'a hold that has ended cannot change'
                using errcode = 'check_violation', constraint = 'hold_ends_once';
        end if;
        update balances b
        set held_minor = b.held_minor + d.open_minor
        from (
            select account_id, sum(open_minor)::bigint as open_minor
            from (
                select account_id, open_minor from fresh
                union all
                select account_id, -open_minor from stale
            ) change
            group by account_id
        ) d
        where b.account_id = d.account_id;
    else
        update balances b
        set held_minor = b.held_minor + d.open_minor
        from (
            select account_id, sum(open_minor)::bigint as open_minor
            from fresh group by account_id
        ) d
        where b.account_id = d.account_id and d.open_minor <> 0;
    end if;
    return null;
end $$;

create trigger keep_new_holds after insert on holds
referencing new table as fresh
for each statement execute function keep_holds();

create trigger keep_changed_holds after update on holds
referencing old table as stale new table as fresh
for each statement execute function keep_holds();
"""

APPEND_ONLY = """
create function refuse_change() returns trigger
language plpgsql
as $$
begin
    raise exception '% is refused: what is booked stays; post a reversal', tg_op
        using errcode = 'restrict_violation', table = tg_table_name;
end $$;

create trigger stay_as_booked before update or delete on entries
for each row execute function refuse_change();
create trigger stay_at_all before truncate on entries
for each statement execute function refuse_change();
create trigger stay_as_booked before update or delete on postings
for each row execute function refuse_change();
create trigger stay_at_all before truncate on postings
for each statement execute function refuse_change();
"""


def upgrade() -> None:
    op.execute(POSTINGS)
    op.execute(HOLDS)
    op.execute(APPEND_ONLY)
