"""Identity numbers are sealed at the edge for the customer service; nobody else ever holds them."""

import asyncio
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from stdnum.verhoeff import calc_check_digit

from services.customer.domain.identity import checked_aadhaar, checked_pan
from tests.builders import a_phone
from tests.fixtures.bank import Bank, Client, Json

pytestmark = pytest.mark.system

SCHEMAS = "select schemaname, tablename from pg_tables where schemaname !~ '^(pg_|information)'"


def a_person(**fields: str) -> Json:
    """Somebody new with papers that nobody else has."""
    number = uuid4().int
    letters = "".join(chr(ord("A") + number // 26**place % 26) for place in range(5))
    digits = f"7{number % 10**10:010d}"
    return {
        "first_name": "Sealed", "last_name": "Person", "date_of_birth": "1990-01-01",
        "gender": "OTHER", "email": f"{uuid4().hex}@example.com",
        "phone": a_phone(), "address_line1": "1 Test Road", "city": "Mumbai",
        "state": "Maharashtra", "postal_code": "400001",
        "pan": checked_pan(f"{letters[:3]}P{letters[4]}{number % 9000 + 1000}F"),
        "aadhaar": checked_aadhaar(digits + calc_check_digit(digits)),
    } | fields  # fmt: skip


async def test_no_disk_table_or_log_holds_an_identity_number_in_clear(
    bank: Bank, teller: Client
) -> None:
    person = a_person()
    wrong_pan, wrong_aadhaar = a_person(pan="ZZZDZ9876Z"), a_person(aadhaar="799999999999")

    made = await teller.made("/api/customers", person)
    refusals = [await teller.post("/api/customers", body) for body in (wrong_pan, wrong_aadhaar)]

    assert made["pan"] == "XXXXXX" + person["pan"][-4:]
    assert made["aadhaar"] == "XXXXXXXX" + person["aadhaar"][-4:]
    assert [answer.status_code for answer in refusals] == [422, 422]
    bodies = (person, wrong_pan, wrong_aadhaar)
    clear = [str(body[name]).encode() for body in bodies for name in ("pan", "aadhaar")]
    clear += [number.hex().encode() for number in clear]  # as a dump shows bytes
    # The write-ahead log has what came before and after it, so the search sees the disk as it is.
    assert await asyncio.to_thread(_found, bank.home, [person["email"].encode()])
    assert await asyncio.to_thread(_found, bank.home, clear) == []
    assert await _found_in_tables(bank, clear) == []


async def test_a_call_repeated_with_its_key_is_replayed_and_another_number_refused(
    teller: Client,
) -> None:
    person, key = a_person(), str(uuid4())

    first = await teller.post("/api/customers", person, key=key)
    again = await teller.post("/api/customers", person, key=key)
    other = await teller.post("/api/customers", person | {"pan": a_person()["pan"]}, key=key)

    assert (first.status_code, again.status_code) == (201, 201), first.text
    assert first.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("field", "number", "code"),
    [("pan", "ABCDE1234F", "invalid-pan"), ("aadhaar", "234123412347", "invalid-aadhaar")],
)
async def test_a_number_that_cannot_be_genuine_is_refused_with_its_place(
    teller: Client, field: str, number: str, code: str
) -> None:
    answer = await teller.post("/api/customers", a_person(**{field: number}))

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [f"/{field}"]
    assert number not in answer.text


def _found(home: Path, texts: list[bytes]) -> list[str]:
    """The files below a bank's home that hold one of these texts."""
    return [
        f"{path.relative_to(home)}: {text.decode()}"
        for path in _files(home)
        for content in [path.read_bytes()]
        for text in texts
        if text in content
    ]


def _files(home: Path) -> Iterator[Path]:
    for path in home.rglob("*"):
        if path.is_file() and path.stat().st_size and "cache" not in path.parts:
            yield path


async def _found_in_tables(bank: Bank, texts: list[bytes]) -> list[str]:
    found = []
    async with bank.database() as database:
        for schema, table in await database.fetch(SCHEMAS):
            content = BytesIO()
            await database.copy_from_table(table, schema_name=schema, output=content)
            found += [f"{schema}.{table}" for text in texts if text in content.getvalue()]
    return found
