"""Another bank's engineer: credentials by one call, a program in plain pika, money moved."""

import json
import os
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from decimal import Decimal
from pathlib import Path

import pytest

from infra.deployment.local.child import run_once
from infra.deployment.migrations import ROOT
from tests.fixtures.bank import Bank, Client, Json
from tests.fixtures.connecting import is_refused
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

PROGRAM = ROOT / "demo" / "partner.py"
NAME = "their-bank"
TYPES = ["transfer-between-accounts.v1"]


async def test_a_program_in_plain_pika_moves_money_and_reads_its_answer(
    bank: Bank, teller: Client, tmp_path: Path
) -> None:
    key = tmp_path / "key.pem"
    public = (await run("--new-key", str(key))).strip()
    source, target = await teller.open_account("100.00"), await teller.open_account()
    async with bank.signed_in("admin") as admin:
        made = await admin.made("/api/partners", terms(source, public))
        host = f"127.0.0.1:{bank.ports.rabbit.amqp}"
        url = f"amqp://partner.{NAME}:{made['password']}@{host}/bank.partner.{NAME}"

        async def is_open() -> bool:
            return not await is_refused(url)

        await until(is_open)
        known = {"PARTNER_URL": url, "PARTNER_KEY": str(key), "PARTNER_KEY_ID": "first"}

        answer = json.loads(await run(source, target, "25.00", **known))

        assert (answer["type"], answer["amount"]) == ("transfer-made.v1", "25.00"), answer
        assert await teller.balance(target) == Decimal("25.00")
        await check(source, target, **known)
        assert await teller.balance(target) == Decimal("26.00")
        refused = json.loads(await run(target, source, "1.00", **known))
        assert refused["code"] == "account-not-allowed"
        kept = await admin.found(f"/api/partners/{NAME}/quarantine")
        assert kept["items"][0]["code"] == "account-not-allowed"
        assert "password" not in await admin.found(f"/api/partners/{NAME}")
        closed = await admin.post(f"/api/partners/{NAME}/close", {})
        assert closed.json()["state"] == "closed"


def terms(account: str, public_key: str) -> Json:
    return {
        "name": NAME, "allowed_types": TYPES, "accounts": [account],
        "command_limit": "50.00", "daily_limit": "60.00", "per_minute": 60,
        "keys": [{"key_id": "first", "public_key": public_key}],
    }  # fmt: skip


async def check(source: str, target: str, **environment: str) -> None:
    """By its engineer, in a place where there is no bank."""
    kinds = [word for kind in TYPES for word in ("--type", kind)]
    command = (sys.executable, "-m", "infra.deployment.cli", "partner", "check")
    status, output, errors = await run_once(
        (*command, source, target, *kinds), environment={**os.environ, **environment}, folder=ROOT
    )
    assert (status, errors) == (0, ""), output


async def run(*words: str, **environment: str) -> str:
    """Without anything of ours within its reach."""
    process = await create_subprocess_exec(
        sys.executable, "-I", str(PROGRAM), *words,
        env={**os.environ, **environment}, stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return output.decode()
