"""Breaks have assignees, and end by two managers: written off by an entry, or by each other.

Both names stand with the match, and no match of this kind is made by one person.
"""

from alembic import op

revision = "0018"
down_revision = "0017"

BREAKS = """
alter table matches drop constraint matches_how_check, drop constraint matches_check;
alter table matches
    add approved_by text,
    add constraint matches_how_check check (how in
        ('reference', 'amount', 'sum', 'by-hand', 'written-off', 'explained')),
    add constraint matches_check check (
        (how in ('by-hand', 'written-off', 'explained')) = (made_by is not null)),
    add constraint matches_two_people check (
        (how in ('written-off', 'explained')) = (approved_by is not null)
        and (approved_by is null or approved_by <> made_by));
create table break_notes (
    note_id bigint generated always as identity primary key,
    currency text not null,
    side text not null check (side in ('statement', 'ledger')),
    number bigint not null,
    assignee text,
    comment text not null,
    made_by text not null,
    made_at timestamptz not null
);
create index break_notes_newest on break_notes (currency, side, number, note_id);
create table write_offs (
    write_off_id uuid primary key, -- and of the run that books it
    match_id uuid not null unique references matches, -- of the break and, in a moment, its posting
    currency text not null,
    side text not null check (side in ('statement', 'ledger')),
    number bigint not null,
    reference text not null unique, -- of the entry
    amount_minor bigint not null check (amount_minor <> 0), -- positive where money comes in
    made_by text not null,
    made_at timestamptz not null
);
create index write_offs_of_break on write_offs (currency, side, number);
grant select, insert on break_notes, write_offs to payment;
"""


def upgrade() -> None:
    op.execute(BREAKS)
