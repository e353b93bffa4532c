"""What it costs to compare payees with a list, to bound what leaves an account, and to take a fee.

The list and its rule are changed in the tables, since over HTTP ten thousand names take minutes and
a rule holds for the whole day. Every change makes the list new to all who compare with it, as one
over HTTP does, and every rule follows the last one by a day that is long over.
"""

import json
import random
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from itertools import cycle, islice
from typing import Any
from uuid import uuid4

import asyncpg

from services.payment.domain.screening import NameList
from tests.benchmarks.load import request

LISTED = 10_000  # about what the consolidated lists of sanctions name
PAYEES = 3_000  # more than are paid in five seconds, so that none is remembered
THRESHOLD = 90  # how alike two names must be, by the bank's first rule
WITHOUT = "payments, nobody listed and nothing bounded"
WITH = f"the same, {LISTED:,} names listed and each account bounded"
WITH_FEES = "the same, and each with a fee and its tax"
SYLLABLES = [a + b for a in "bdgkmnprstv" for b in "aioue"]
WORDS = 3_000

Rules = Mapping[str, Mapping[str, Any]]  # what changes, by what it is about
BOUNDED: Rules = {
    "screening": {
        "hourly_count": 1_000_000, "hourly_most_minor": 10**12,
        "daily_count": 1_000_000, "daily_most_minor": 10**12,
    }
}  # fmt: skip
COSTING: Rules = {
    **BOUNDED,
    "IMPS": {"fees": [{"up_to_minor": None, "fee_minor": 500}], "gst_percent": "18"},
}
FREE = {"IMPS": {"fees": [], "gst_percent": "0"}}
UNBOUNDED: Rules = {**{what: dict.fromkeys(terms) for what, terms in BOUNDED.items()}, **FREE}

CLEAR = """
update payment.screened_names
set removed_by = 'benchmark', removed_at = now(), removal_reason = 'measured'
where removed_at is null
"""
LIST = """
insert into payment.screened_names
    (name_id, name, aliases, source, listed_on, valid_from, added_by, added_at)
select gen_random_uuid(), name, '{}', 'benchmark', '2010-01-01', '2010-01-01', 'benchmark', now()
from unnest($1::text[]) as named(name)
"""
RULE = """
insert into payment.terms
select what, version + 1, valid_from + 1, terms || $2::jsonb, 'benchmark', now()
from payment.terms where what = $1 order by version desc limit 1
"""
NEW_TO_ALL = "update payment.screening_list set version = gen_random_uuid()"


@asynccontextmanager
async def screening(postgres_url: str, names: Sequence[str], rules: Rules) -> AsyncIterator[None]:
    """These names alone are listed, and these rules hold; afterwards nobody, no bound, no fee."""
    await _change(postgres_url, names, rules)
    try:
        yield
    finally:
        await _change(postgres_url, (), UNBOUNDED)


async def _change(postgres_url: str, names: Sequence[str], rules: Rules) -> None:
    connection = await asyncpg.connect(postgres_url)
    try:
        async with connection.transaction():
            await connection.execute(NEW_TO_ALL)
            await connection.execute(CLEAR)
            await connection.execute(LIST, names)
            for what, terms in rules.items():
                await connection.execute(RULE, what, json.dumps(terms))
    finally:
        await connection.close()


@cache
def listed() -> tuple[str, ...]:
    """Different names, the same each time."""
    found = dict.fromkeys(islice(_people(1), 2 * LISTED))
    return tuple(found)[:LISTED]


@cache
def payees() -> tuple[str, ...]:
    """People whose names are of the same words, and whom the list does not stop."""
    names = NameList([(uuid4(), name) for name in listed()], THRESHOLD)
    return tuple(islice((name for name in _people(2) if not names.search(name)), PAYEES))


def payments(accounts: Sequence[str], token: str) -> list[str]:
    """One to each payee, from these accounts in turn."""
    return [
        request("/api/payments", token, _payment(payer, payee), Prefer="wait=30")
        for payer, payee in zip(cycle(accounts), payees(), strict=False)
    ]


def _payment(payer: str, payee: str) -> dict[str, object]:
    beneficiary = {"name": payee, "account_number": "50100234567890", "ifsc": "OTHR0000001"}
    return {"from_account": payer, "beneficiary": beneficiary, "amount": "1.00", "rail": "IMPS"}


def _people(seed: int) -> Iterator[str]:
    """Names of two to four words, of which many people have some."""
    words, chance = _words(), random.Random(seed)
    while True:
        yield " ".join(chance.choices(words, k=chance.randint(2, 4)))


@cache
def _words() -> Sequence[str]:
    chance = random.Random(0)
    made = ("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(WORDS))
    return tuple(word.title() for word in made)
