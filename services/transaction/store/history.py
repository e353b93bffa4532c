"""The history of movements: kept, and searched in a bounded part at a time."""

from collections.abc import Sequence
from dataclasses import astuple

import asyncpg

from contracts.account.books import Moved
from contracts.account.values import EntryKind
from contracts.money import Currency
from contracts.transaction.history import Movement, SearchMovements
from infra.data.paging import READ_ROWS_MAX, Read
from infra.data.store import Store
from services.transaction.domain.history import Position

_KEEP = """
insert into movements (account_number, sequence, customer_id, entry_id, reference, kind,
    amount_minor, currency, balance_after_minor, counterparty, description, booked_at, booked_on,
    value_date)
select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::uuid[], $5::text[], $6::text[],
    $7::bigint[], $8::text[], $9::bigint[], $10::text[], $11::text[], $12::timestamptz[],
    $13::date[], $14::date[])
on conflict (account_number, sequence) do nothing
"""

# Folding is dear. In a word it changes nothing but the case of ASCII: a text in ASCII has to hold
# the longest word looked for as it is.
_SEARCH_ALL = """
with longest as (
    select word from unnest(string_to_array(folded($13), ' ')) word
    order by char_length(word) desc limit 1
), scanned as (
    select *, concat_ws(chr(31), description, reference, counterparty) as words,
        row_number() over newest_first as number
    from movements
    where ($1::bigint is null or customer_id = $1)
      and ($2::date is null or booked_on >= $2)
      and ($3::date is null or booked_on <= $3)
      and (booked_on, booked_at, account_number, sequence)
          < ($4::date, $5::timestamptz, $6::text, $7::bigint)
    window newest_first as
        (order by booked_on desc, booked_at desc, account_number desc, sequence desc)
    order by booked_on desc, booked_at desc, account_number desc, sequence desc
    limit $8
), judged as (
    select *, number = $8 as is_last,
        ($9::text is null or kind = $9)
        and ($10::text is null or currency = $10)
        and ($11::bigint is null or abs(amount_minor) >= $11)
        and ($12::bigint is null or abs(amount_minor) <= $12)
        and ($13::text is null or folded($13) <> ''
            and (octet_length(words) <> char_length(words)
                or strpos(lower(words), (select word from longest)) > 0)
            and strpos(folded(words), folded($13)) > 0)
        as matches
    from scanned
)
select * from judged
where matches or is_last
order by booked_on desc, booked_at desc, account_number desc, sequence desc
limit $14
"""

# In one account the numbers decide, not the clocks of the processes that booked the postings. It is
# one customer's, so his condition comes last: it would only lead the plan to another index.
_SEARCH_ACCOUNT = """
with longest as (
    select word from unnest(string_to_array(folded($12), ' ')) word
    order by char_length(word) desc limit 1
), scanned as (
    select *, concat_ws(chr(31), description, reference, counterparty) as words,
        row_number() over newest_first as number
    from movements
    where account_number = $1
      and ($3::date is null or booked_on >= $3)
      and ($4::date is null or booked_on <= $4)
      and (booked_on, sequence) < ($5::date, $6::bigint)
    window newest_first as (order by booked_on desc, sequence desc)
    order by booked_on desc, sequence desc
    limit $7
), judged as (
    select *, number = $7 as is_last,
        ($8::text is null or kind = $8)
        and ($9::text is null or currency = $9)
        and ($10::bigint is null or abs(amount_minor) >= $10)
        and ($11::bigint is null or abs(amount_minor) <= $11)
        and ($12::text is null or folded($12) <> ''
            and (octet_length(words) <> char_length(words)
                or strpos(lower(words), (select word from longest)) > 0)
            and strpos(folded(words), folded($12)) > 0)
        as matches
    from scanned
)
select * from judged
where (matches or is_last) and ($2::bigint is null or customer_id = $2)
order by booked_on desc, sequence desc
limit $13
"""


class History(Store):
    """The history: one row per posting of a customer's account, never changed."""

    async def keep(self, moved: Sequence[Moved]) -> None:
        """Add those postings that the history does not hold yet."""
        rows = [
            (
                each.account_number, each.sequence, each.customer_id, each.entry_id,
                each.reference, each.kind, each.signed_minor, each.currency,
                each.balance_after_minor, each.counterparty, each.description, each.booked_at,
                each.booked_on, each.value_date,
            )
            for each in moved
        ]  # fmt: skip
        if rows:
            await self.db.execute(_KEEP, *zip(*rows, strict=True))

    async def search(
        self, query: SearchMovements, customer_id: int | None, before: Position
    ) -> list[Read[Movement]]:
        """The first `limit` + 1 matches after `before`, newest first, among the READ_ROWS_MAX
        movements read at most, and the last of those."""
        dates = (query.booked_from, query.booked_to)
        conditions = (
            query.kind,
            query.currency,
            query.min_amount_minor,
            query.max_amount_minor,
            query.search,
        )
        if query.account_number is None:
            rows = await self.db.fetch(
                _SEARCH_ALL, customer_id, *dates, *astuple(before), READ_ROWS_MAX, *conditions,
                query.limit + 1,
            )  # fmt: skip
        else:
            rows = await self.db.fetch(
                _SEARCH_ACCOUNT, query.account_number, customer_id, *dates,
                before.booked_on, before.sequence, READ_ROWS_MAX, *conditions,
                query.limit + 1,
            )  # fmt: skip
        return [Read(_movement(row), row["matches"], row["is_last"]) for row in rows]


def _movement(row: asyncpg.Record) -> Movement:
    return Movement(
        entry_id=row["entry_id"],
        reference=row["reference"],
        account_number=row["account_number"],
        sequence=row["sequence"],
        kind=EntryKind(row["kind"]),
        amount_minor=row["amount_minor"],
        currency=Currency(row["currency"]),
        balance_after_minor=row["balance_after_minor"],
        description=row["description"],
        booked_at=row["booked_at"],
        booked_on=row["booked_on"],
        value_date=row["value_date"],
        customer_id=row["customer_id"],
        counterparty=row["counterparty"],
    )
