"""Customers and the log of what was done to each."""

from alembic import op

from infra.handling.mailbox import MAILBOX_DDL

revision = "0001"
down_revision = None

DDL = """
create table customers (
    id bigint generated always as identity primary key,
    uuid uuid not null unique,
    first_name text not null check (first_name <> ''),
    middle_name text check (middle_name <> ''),
    last_name text not null check (last_name <> ''),
    date_of_birth date not null,
    gender text not null check (gender in ('MALE', 'FEMALE', 'OTHER')),
    email text not null,
    phone text not null check (phone ~ '^[+]?[0-9]{7,15}$'),
    address_line1 text not null,
    address_line2 text,
    city text not null,
    state text not null,
    postal_code text not null,
    country text not null check (country ~ '^[A-Z]{2}$'),
    occupation text,
    pan_sealed bytea,
    pan_digest bytea check (octet_length(pan_digest) = 32),
    aadhaar_sealed bytea,
    aadhaar_digest bytea check (octet_length(aadhaar_digest) = 32),
    status text not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED', 'CLOSED')),
    kyc_status text not null default 'PENDING'
        check (kyc_status in ('PENDING', 'VERIFIED', 'REJECTED')),
    version integer not null default 1 check (version > 0),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    search_words tsvector not null generated always as (array_to_tsvector(array_remove(
        string_to_array(lower(translate(
            first_name || ' ' || coalesce(middle_name, '') || ' ' || last_name || ' ' || email
                || ' ' || phone || ' CU ' || lpad(id::text, greatest(8, length(id::text)), '0'),
            '@.+_''-', '      ')), ' '), ''))) stored,
    check ((pan_sealed is null) = (pan_digest is null)),
    check ((aadhaar_sealed is null) = (aadhaar_digest is null))
);
-- One customer per address and number. Whoever left may come back as a new customer.
create unique index customers_by_email on customers (lower(email)) where status <> 'CLOSED';
create unique index customers_by_phone on customers (ltrim(phone, '+')) where status <> 'CLOSED';
create unique index customers_by_pan on customers (pan_digest) where status <> 'CLOSED';
create unique index customers_by_aadhaar on customers (aadhaar_digest) where status <> 'CLOSED';
create index customers_by_word on customers using gin (search_words);

create table changes (
    customer_id bigint not null references customers,
    version integer not null,
    status text not null,
    kyc_status text not null,
    reason text not null,
    changed_by text not null,
    changed_at timestamptz not null,
    primary key (customer_id, version)
);

grant select, insert, update on customers to customer;
grant select, insert on changes to customer;
"""


def upgrade():
    op.execute(MAILBOX_DDL)
    op.execute(DDL)
