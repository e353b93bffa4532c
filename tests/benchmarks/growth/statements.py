"""The SQL that fills a bank: what its own services would have written, many rows at a time."""

EXPECT_MUCH = (
    "alter system set autovacuum = off",
    "select pg_reload_conf()",
    "set work_mem = '256MB'",
)
AS_BEFORE = (
    "alter system reset autovacuum",
    "select pg_reload_conf()",
)

# Accounts like the one named, with numbers that no opening gives out.
ACCOUNTS = """
with template as (
    select a.*, b.status, b.overdraft_minor
    from account.accounts a join account.balances b on b.account_id = a.id where a.number = $1
), owners as (
    select array_agg(customer_id order by customer_id) as ids
    from account.customers where standing = 'ACTIVE'
), opened as (
    insert into account.accounts (uuid, requested_by, number, customer_id, gl_code, product_code,
        product_version, is_limited, account_type, currency, branch_code, opened_at)
    select gen_random_uuid(), gen_random_uuid(), 'AC-20000101-' || lpad(n::text, 6, '0'),
        owners.ids[1 + n % cardinality(owners.ids)], gl_code, product_code, product_version,
        is_limited, account_type, currency, branch_code, opened_at
    from template, owners, generate_series(1, $2::int) n order by n
    returning id, number
), balanced as (
    insert into account.balances (account_id, currency, status, overdraft_minor, updated_at)
    select opened.id, currency, status, overdraft_minor, opened_at from opened, template
)
select id, number from opened order by id
"""

PLAN = """
create temp table plan (
    n integer, entry_id uuid, caused_by uuid, kind text, debtor bigint, creditor bigint,
    amount_minor bigint, description text, reverses uuid
)
"""

# What the accounts have to move comes from the loans, on which nothing was booked before.
FUNDING = """
insert into plan
select n, uuidv7(), uuidv7(), 'LOAN', loans.id, $1::bigint + n, 1000000000, 'loan', null
from generate_series(0, $2::int - 1) n,
    (select id from account.accounts where number = 'GL-LOANS-INR') loans
"""

# $1 first account, $2 accounts, $3 of them move, beginning with $4, $5 entries. Of 200 entries one
# is taken back; the twentieth of a date is of a rare kind, amount and description.
TRANSFERS = """
insert into plan
select n, uuidv7(), uuidv7(),
    case when n = 20 then 'FEE' else 'TRANSFER' end,
    case when n % 40 = 0 then $1::bigint
        else $1::bigint + 1 + ($4::bigint + one) % ($2::int - 1) end,
    case when n % 40 = 20 then $1::bigint
        else $1::bigint + 1 + ($4::bigint + (one + 1 + other) % $3::int) % ($2::int - 1) end,
    case when n = 20 then 77777 else 100 + floor(random() * 900) end,
    case when n = 20 then 'rent of a lighthouse' else 'transfer ' || n end, null
from (
    select n, floor(random() * $3::int)::int as one,
        floor(random() * ($3::int - 2))::int as other
    from generate_series(1, $5::int) n where n % 200 <> 199
) chance
"""

REVERSALS = """
insert into plan
select n + 1, uuidv7(), uuidv7(), 'REVERSAL', creditor, debtor, amount_minor, 'taken back', entry_id
from plan where n % 200 = 198 and kind = 'TRANSFER'
"""

ENTRIES = """
insert into account.entries (entry_id, reference, kind, currency, amount_minor, description,
    booked_on, value_date, booked_at, caused_by, actor, reverses, owner, channel, trace_id)
select entry_id, left(kind, 3) || '-' || replace(caused_by::text, '-', ''), kind, 'INR',
    amount_minor, description, $1::date, $1::date,
    ($1::date + time '10:00') at time zone 'Asia/Kolkata' + n * interval '1 second', caused_by,
    'teller', reverses, 'gateway', 'BRANCH', gen_random_uuid()
from plan order by n
"""

POSTINGS = """
insert into account.postings (account_id, sequence, entry_id, leg, currency, amount_minor,
    balance_after_minor, booked_on, value_date)
select account_id, b.sequence + row_number() over chain, entry_id, leg, 'INR', leg_minor,
    b.posted_minor + sum(leg_minor) over chain, $1::date, $1::date
from (
    select n, entry_id, 1 as leg, debtor as account_id, -amount_minor as leg_minor from plan
    union all
    select n, entry_id, 2, creditor, amount_minor from plan
) side join account.balances b using (account_id)
window chain as (partition by account_id order by n, leg rows unbounded preceding)
order by n, leg
"""

MOVEMENTS = """
insert into transaction.movements (account_number, sequence, customer_id, entry_id, reference, kind,
    amount_minor, currency, balance_after_minor, counterparty, description, booked_at, booked_on,
    value_date)
select a.number, p.sequence, a.customer_id, e.entry_id, e.reference, e.kind, p.amount_minor,
    p.currency, p.balance_after_minor, other.number, e.description, e.booked_at, e.booked_on,
    e.value_date
from plan
join account.entries e using (entry_id)
join account.postings p using (entry_id)
join account.accounts a on a.id = p.account_id
join account.accounts other
    on other.id = case p.account_id when plan.debtor then plan.creditor else plan.debtor end
where a.customer_id is not null and e.booked_on = $1::date
order by plan.n, p.leg
"""

TOTALS = """
with line as (
    insert into reporting.lines (gl_code, name, class)
    select code, name, class from account.gl_accounts on conflict do nothing
)
insert into reporting.totals (booked_on, gl_code, currency, debit_minor, credit_minor, postings)
select $1::date, a.gl_code, 'INR',
    coalesce(sum(side.minor) filter (where side.is_debit), 0),
    coalesce(sum(side.minor) filter (where not side.is_debit), 0), count(*)
from (
    select debtor as account_id, amount_minor as minor, true as is_debit from plan
    union all
    select creditor, amount_minor, false from plan
) side join account.accounts a on a.id = side.account_id
group by a.gl_code
"""

COUNTED = """
insert into reporting.accounts (account_number, counted)
select a.number, int8multirange(int8range(1, b.sequence + 1))
from account.accounts a join account.balances b on b.account_id = a.id
where b.sequence > 0
on conflict (account_number) do nothing
"""

# Of the account with the most postings, all ended.
HOLDS = """
insert into account.holds (hold_id, account_id, state, amount_minor, captured_minor, released_minor,
    reason, channel, placed_on, placed_at, ended_at, caused_by, placed_by)
select uuidv7(), $1::bigint, 'RELEASED', 100, 0, 100, 'a hold', 'BRANCH', $3::date,
    $3::date + n * interval '1 second', $3::date + (n + 60) * interval '1 second', uuidv7(),
    'gateway'
from generate_series(1, $2::int) n
"""

# The dates from $1 to before $2 are over; whoever has daily work finds it.
OLDER_ACCOUNTS = "update account.accounts set opened_at = least(opened_at, $1::date)"
OLDER_DAYS = """
insert into account.business_days (business_date, opened_at, closed_at)
select day, day, day + interval '1 day'
from generate_series($1::date, $2::date - 1, interval '1 day') day
on conflict do nothing
"""
