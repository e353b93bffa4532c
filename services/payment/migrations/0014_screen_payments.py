"""Payments are screened before they leave, and a command may wait for a second person.

What was found about a payment is kept, and which name it was. The list has one row that says which
version of it is the present one: whoever changes the list waits for those who compare with it.
"""

from alembic import op

from infra.handling.parked import APPROVALS_DDL

revision = "0014"
down_revision = "0013"

NAMES = """
create table screened_names (
    name_id uuid primary key, -- in order of time
    name text not null,
    aliases text[] not null,
    source text not null,
    listed_on date not null,
    valid_from date not null,
    added_by text not null,
    added_at timestamptz not null,
    removed_by text,
    removed_at timestamptz,
    removal_reason text,
    constraint removed_whole check (
        (removed_at is null) = (removed_by is null)
        and (removed_at is null) = (removal_reason is null))
);
create unique index screened_names_once on screened_names (source, name) where removed_at is null;
create table screening_list (
    is_it boolean primary key default true check (is_it),
    version uuid not null default gen_random_uuid()
);
insert into screening_list default values;
create table screening_hits (
    payment_id uuid not null references payments,
    name_id uuid not null references screened_names,
    spelling text not null,
    score smallint not null check (score between 0 and 100),
    found_at timestamptz not null,
    released_at timestamptz,
    primary key (payment_id, name_id)
);
insert into terms values
    ('screening', 1, '2010-01-01',
        '{"threshold": 90, "currency": "INR", "hourly_count": null, "hourly_most_minor": null,
            "daily_count": null, "daily_most_minor": null}', 'migration', now());
grant select, insert on screened_names, screening_hits to payment;
grant update (removed_by, removed_at, removal_reason) on screened_names to payment;
grant select, update (version) on screening_list to payment;
grant update (spelling, score, released_at) on screening_hits to payment;
"""


def upgrade() -> None:
    op.execute(APPROVALS_DDL)
    op.execute(NAMES)
