"""Payees on customers' lists, and what each customer pays to whom, as it is counted."""

from alembic import op

revision = "0020"
down_revision = "0019"

BENEFICIARIES = """
create table beneficiaries (
    beneficiary_id uuid primary key, -- in order of time
    customer_id bigint not null,
    goes_by text not null, -- his account or address, in one form
    beneficiary jsonb not null,
    currency text not null,
    daily_most_minor bigint check (daily_most_minor > 0),
    cooling_until timestamptz not null,
    lookup_id uuid not null references payee_lookups,
    added_by text not null,
    added_at timestamptz not null,
    removed_by text,
    removed_at timestamptz,
    check (cooling_until >= added_at),
    check ((removed_at is null) = (removed_by is null))
);
create unique index beneficiaries_once
    on beneficiaries (customer_id, goes_by) where removed_at is null;
create index beneficiaries_by_customer on beneficiaries (customer_id, beneficiary_id);
-- Whose list counts it; null until it is known whose account pays.
alter table payments add column counted_for bigint;
alter table payments add column goes_by text; -- its payee, in the form of a list
alter table payments add column is_to_new boolean not null default false;
create index payments_by_payee on payments (counted_for, goes_by, payment_id)
    where counted_for is not null;
create index payments_to_new on payments (counted_for, payment_id) where is_to_new;
insert into terms values
    ('beneficiaries', 1, '2010-01-01',
        '{"currency": "INR", "cooling_hours": 24, "cooling_most_minor": 5000000,
            "daily_most_minor": null, "unlisted_are_new": false}', 'migration', now());
grant select, insert on beneficiaries to payment;
grant update (removed_by, removed_at) on beneficiaries to payment;
grant update (counted_for) on payments to payment;
"""


def upgrade() -> None:
    op.execute(BENEFICIARIES)
