"""A product's terms are versions, and an account keeps the one that it was opened with.

What a product had so far is its version 1, and that of all its accounts. Nobody noted since when it
holds: at the latest since its first account was opened. Whether an account is limited at all stands
in its own row, which never changes, so that the hot path looks up no terms for one that is not.
"""

from alembic import op

revision = "0015"
down_revision = "0014"

# The names of the fields are those of `ProductTerms`.
FIRST_VERSIONS = """
insert into terms (what, version, valid_from, terms, made_by, made_at)
select p.code, 1,
    least(
        (select (min(opened_at) at time zone 'Asia/Kolkata')::date
            from accounts where product_code = p.code),
        (select min(business_date) from business_days),
        current_date),
    jsonb_build_object(
        'ledger_line', p.account_type,
        'overdraft_limit_minor', p.overdraft_limit_minor,
        'transaction_limit_minor', p.transaction_limit_minor,
        'daily_limit_minor', p.daily_limit_minor,
        'channel_daily_limits_minor', jsonb_strip_nulls(jsonb_build_object(
            'BRANCH', p.branch_daily_limit_minor,
            'ONLINE', p.online_daily_limit_minor,
            'SYSTEM', p.system_daily_limit_minor))),
    'migration', now()
from products p;
"""

ACCOUNTS = """
alter table accounts
    add column product_version integer,
    add column is_limited boolean not null default false;
update accounts a set product_version = 1, is_limited = p.is_limited
from products p where p.code = a.product_code;
alter table accounts
    add constraint product_has_version
        check ((product_code is null) = (product_version is null)),
    add constraint only_products_limit check (product_code is not null or not is_limited),
    -- In `terms` a product goes by its code.
    add constraint product_version_is_there
        foreign key (product_code, product_version) references terms (what, version);
"""

PRODUCTS = """
alter table products
    drop column is_limited,
    drop column overdraft_limit_minor,
    drop column transaction_limit_minor,
    drop column daily_limit_minor,
    drop column branch_daily_limit_minor,
    drop column online_daily_limit_minor,
    drop column system_daily_limit_minor;
"""


def upgrade() -> None:
    op.execute(FIRST_VERSIONS)
    op.execute(ACCOUNTS)
    op.execute(PRODUCTS)
