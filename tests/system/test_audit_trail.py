"""Who did what in a real bank is found by an auditor, and whoever changes it is found out."""

import re
import sys
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from contracts.topology import SERVICES
from infra.deployment.local.child import run_once
from infra.deployment.migrations import ROOT
from tests.fixtures.bank import Bank, Client, Json
from tests.fixtures.waiting import until
from tests.system.test_identity_numbers import a_person

pytestmark = pytest.mark.system

VERIFY = (sys.executable, "-m", "infra.deployment.cli", "audit", "verify")


async def rows(bank: Bank, query: str) -> list[Json]:
    async with bank.signed_in("auditor") as auditor:
        return list((await auditor.found(f"/api/audit?{query}"))["items"])


async def verified(bank: Bank, *options: str) -> tuple[int, list[str]]:
    command = (*VERIFY, *options)
    status, said, errors = await run_once(command, environment=bank.environment(), folder=ROOT)
    assert not errors, errors
    return status, said.splitlines()


async def test_why_an_account_was_frozen_and_by_whom_is_found(bank: Bank, teller: Client) -> None:
    account, me = await teller.open_account("10"), await teller.found("/api/auth/me")
    body = {"status": "FROZEN", "reason": "court order 17/2026"}
    answer = await teller.http.patch(f"/api/accounts/{account}/status", json=body)
    assert answer.status_code == 200, answer.text

    found = await rows(bank, f"object=account:{account}&actor={me['uuid']}")

    assert [(row["command"], row["reason"]) for row in found] == [
        ("account.change-account-status.v1", "court order 17/2026"),
        ("account.open-account.v1", None),
    ]
    assert {row["role"] for row in found} == {"TELLER"}
    assert {row["source"] for row in found} == {"127.0.0.1"}


async def test_no_trail_names_anybody(bank: Bank, teller: Client) -> None:
    person, password = a_person(first_name="Planted", last_name="Nameson"), uuid4().hex
    made = await teller.made("/api/customers", person)
    refused = await teller.post("/api/customers", person)
    async with bank.stranger() as stranger:
        body = {"username": f"{uuid4().hex[:8]}@example.com", "password": password}
        assert (await stranger.post("/api/auth/login", body)).status_code == 401

    found = await rows(bank, "command=auth.log-in.v1&limit=200")

    assert refused.status_code == 409
    assert "invalid-credentials" in {row["code"] for row in found}
    planted = [str(person[name]) for name in ("pan", "aadhaar", "email", "phone")]
    planted += ["Planted", "Nameson", password, body["username"]]
    async with bank.database() as database:
        for service in SERVICES:
            # The names of schemas cannot be parameters.
            stored = await database.fetch(f"select audit::text from {service}.audit")  # noqa: S608
            text = "\n".join(row[0] for row in stored)
            assert not [word for word in planted if word in text]
    assert await rows(bank, f"object=customer:{made['id']}")


async def test_an_altered_row_is_named_and_all_is_well_without_it(
    bank: Bank, teller: Client, tmp_path: Path
) -> None:
    await teller.open_account("10")
    connection = await asyncpg.connect(bank.postgres_url)

    async def is_sealed() -> bool:
        return not await connection.fetchval("select true from account.audit_unsealed limit 1")

    await until(is_sealed, what="the trail is sealed")
    status, said = await verified(bank)
    assert (status, len(said)) == (0, len(SERVICES)), said
    (noted := tmp_path / "noted").write_text("\n".join(said))
    assert (await verified(bank, "--heads", str(noted)))[0] == 0
    noted.write_text(re.sub("head [0-9]+", "head 999999999", noted.read_text()))
    status, said = await verified(bank, "--heads", str(noted))
    assert status == 1
    assert all("to 999999999 are missing" in line and "noted" in line for line in said), said

    await connection.execute("set session_replication_role = replica")
    change = "update account.audit set sender = $1 where id = 1 returning sender"
    before = await connection.fetchval("select sender from account.audit where id = 1")
    await connection.fetchval(change, "somebody")
    try:
        status, said = await verified(bank)
    finally:
        await connection.fetchval(change, before)
        await connection.close()

    assert status == 1
    assert [line for line in said if "altered" in line] == ["account: row 1 (id 1) was altered"]
    assert (await verified(bank))[0] == 0
