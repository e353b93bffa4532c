"""Payees on customers' lists, and which of them a payment names."""

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
create index beneficiaries_by_payee on beneficiaries (customer_id, goes_by);
create index beneficiaries_by_customer on beneficiaries (customer_id, beneficiary_id);
alter table payments add column beneficiary_id uuid references beneficiaries;
create index payments_by_beneficiary on payments (beneficiary_id, payment_id)
    where beneficiary_id is not null;
insert into terms values
    ('beneficiaries', 1, '2010-01-01',
        '{"currency": "INR", "cooling_hours": 24, "cooling_most_minor": 5000000,
            "daily_most_minor": null}', 'migration', now());
grant select, insert on beneficiaries to payment;
grant update (removed_by, removed_at) on beneficiaries to payment;
"""


def upgrade() -> None:
    op.execute(BENEFICIARIES)
