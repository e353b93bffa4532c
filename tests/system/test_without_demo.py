"""A bank for real work: nobody is in it until the operator makes an administrator."""

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest

from infra.deployment.local.keeper import Record
from infra.deployment.migrations import ROOT
from tests.fixtures.bank import Bank, fresh_bank

pytestmark = pytest.mark.system

GOOD = "seventeen quiet herons"


@pytest.fixture(scope="module")
async def empty() -> AsyncIterator[Bank]:
    async with fresh_bank(BANK_DEMO="none") as bank:
        yield bank


async def test_a_bank_without_a_demo_has_no_users_and_no_clearing_simulator(empty: Bank) -> None:
    record = Record.read(empty.home / "run.json")

    async with empty.database() as db:
        assert await db.fetchval("select count(*) from auth.users") == 0
        assert await db.fetchval("select count(*) from customer.customers") == 0
    assert record is not None
    assert not [entry.name for entry in record.processes if entry.name.startswith("rail-")]
    assert "Demo log-ins" not in empty.output.read_text()


async def test_the_operator_makes_the_first_administrator_who_signs_in(empty: Bank) -> None:
    assert await _create(empty, "root.admin", GOOD) == (0, "root.admin is an administrator\n", "")

    async with empty.stranger() as client:
        body = {"username": "root.admin", "password": GOOD}
        token = (await client.post("/api/auth/login", body)).json()["access_token"]
        client.http.headers["Authorization"] = f"Bearer {token}"
        me = await client.found("/api/auth/me")
    assert me["role"] == "ADMIN"


@pytest.mark.parametrize(
    ("name", "password", "because"),
    [
        ("weak.admin", "password", "everybody tries first"),
        ("weak.admin", "short", "at least 8 characters"),
        ("weak.admin", "", "password: "),
        ("a name", GOOD, "username: "),
    ],
)
async def test_a_bad_name_or_password_is_refused_in_one_line(
    empty: Bank, name: str, password: str, because: str
) -> None:
    status, output, errors = await _create(empty, name, password)

    assert (status, output, errors.count("\n")) == (1, "", 1)
    assert because in errors
    assert errors.startswith("bank: no administrator was made: ")


async def _create(bank: Bank, name: str, password: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "infra.deployment.cli", "admin", "create", name,
        env=bank.environment(), cwd=ROOT, stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await process.communicate(f"{password}\n".encode())
    return process.returncode or 0, output.decode(), errors.decode()
