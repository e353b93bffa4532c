"""Customers of before, whose phones and e-mails were kept as they were typed."""

from collections.abc import AsyncIterator
from secrets import token_hex

import asyncpg
import pytest

from infra.data.database import Connection
from infra.deployment.migrations import render
from infra.deployment.provisioning import on_database, provision
from tests.fixtures.servers import PASSWORD, Databases

pytestmark = pytest.mark.integration

CUSTOMER = """
insert into customer.customers (uuid, first_name, last_name, date_of_birth, gender, email, phone,
    address_line1, city, state, postal_code, country, status, created_at, updated_at)
values (gen_random_uuid(), 'Asha', 'Rao', '1990-01-01', 'FEMALE', $1, $2, 'x', 'x', 'x', '400001',
    'IN', $3, now(), now())
"""


@pytest.fixture
async def before(databases: Databases) -> AsyncIterator[Connection]:
    """The customer service's tables as they were, and nothing in them."""
    name = f"people_{token_hex(6)}"
    await provision(databases.server_url, {"customer": PASSWORD}, name)
    db = await asyncpg.connect(on_database(databases.server_url, name))
    await db.execute(render("customer", None, "0004"))
    yield db
    await db.close()
    admin = await asyncpg.connect(databases.server_url)
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()


async def kept(db: Connection, column: str, *written: str, status: str = "ACTIVE") -> list[str]:
    """What this column holds after the newest revision, of customers with these values."""
    for number, value in enumerate(written):
        unique = {"email": f"c{number}@example.com", "phone": f"+1415555{number:04d}"}
        values = unique | {column: value}
        await db.execute(CUSTOMER, values["email"], values["phone"], status)
    await db.execute(render("customer", "0004", "0005"))
    rows = await db.fetch("select email, phone from customer.customers order by id")
    return [row[column] for row in rows]


async def test_phones_of_india_get_their_one_form_and_all_others_stay(before: Connection) -> None:
    written = ("9876500001", "09876500002", "919876500003", "00919876500004", "+919876500005")
    others = ("+4412345678", "4412345", "123456789012345")

    found = await kept(before, "phone", *written, *others)

    assert found == [f"+91987650000{number}" for number in range(1, 6)] + list(others)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (("9876543210", "09876543210"), ["+919876543210", "09876543210"]),
        (("9876543210", "+919876543210"), ["9876543210", "+919876543210"]),
        (("9876543210", "919876543210"), ["9876543210", "+919876543210"]),
        (("1234567890", "911234567890"), ["1234567890", "+911234567890"]),
    ],
)  # fmt: skip
async def test_of_customers_who_become_equal_one_gets_the_form_and_the_others_stay(
    before: Connection, written: tuple[str, ...], found: list[str]
) -> None:
    assert await kept(before, "phone", *written) == found


async def test_whoever_has_left_stands_in_nobodys_way(before: Connection) -> None:
    await before.execute(CUSTOMER, "a@example.com", "9876543210", "CLOSED")
    await before.execute(CUSTOMER, "a@example.com", "09876543210", "CLOSED")

    assert await kept(before, "phone", "9876543210") == ["+919876543210"] * 3


async def test_addresses_get_their_one_form_unless_another_customer_has_it(
    before: Connection,
) -> None:
    found = await kept(before, "email", "Asha@EXAMPLE.com", "jose\u0301@x.com", "jos\u00e9@X.com")

    assert found == ["Asha@example.com", "jose\u0301@x.com", "jos\u00e9@x.com"]


async def test_a_customer_of_before_is_found_by_his_words(before: Connection) -> None:
    await kept(before, "phone", "9876543210")

    words = await before.fetchval("select search_words::text from customer.customers")

    assert {"'asha'", "'919876543210'", "'9876543210'", "'00000001'"} <= set(words.split())
