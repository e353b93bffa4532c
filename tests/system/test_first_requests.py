"""The README's requests, run by curl as they are printed, and what a customer would do next.

Only what must differ is replaced: the port, the token, and the account number that was given out.
"""

import asyncio
import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from infra.deployment.migrations import ROOT
from tests.fixtures.bank import Bank, Client

pytestmark = pytest.mark.system

BLOCK = re.compile(r"<!-- first requests[^>]*-->\s*```bash\n(.*?)```", re.DOTALL)
CURL_SECONDS = 60.0
PRINTED_URL = "http://localhost:8000"
PRINTED_TOKENS = ("YOUR_ACCESS_TOKEN", "TOKEN")
PRINTED_ACCOUNT = "AC-20250709-123456"


def printed_requests() -> list[str]:
    """The commands of the marked block, each with its continued lines."""
    [block] = BLOCK.findall((ROOT / "README.md").read_text())
    return [command.strip() for command in re.split(r"^(?=curl )", block, flags=re.MULTILINE)[1:]]


@dataclass
class Shell:
    """Runs printed commands and keeps what later ones need."""

    url: str
    known: dict[str, str] = field(default_factory=dict)

    async def run(self, command: str) -> Any:
        """The body of its answer; the command must succeed."""
        command = command.replace(PRINTED_URL, self.url)
        for printed, real in self.known.items():
            command = command.replace(printed, real)
        process = await asyncio.create_subprocess_exec(
            "bash", "-c", f"{command} --silent --show-error --fail-with-body",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await asyncio.wait_for(process.communicate(), CURL_SECONDS)
        assert process.returncode == 0, f"{command}\n{output.decode()}"
        body = json.loads(output)
        if "access_token" in body:
            self.known |= dict.fromkeys(PRINTED_TOKENS, body["access_token"])
        if "account_number" in body:
            self.known[PRINTED_ACCOUNT] = body["account_number"]
        return body


async def test_every_request_of_the_readme_works_as_it_is_printed(bank: Bank) -> None:
    shell = Shell(bank.url)

    answers = [await shell.run(command) for command in printed_requests()]

    logged_in, listed, customer, account, deposit = answers[:5]
    assert logged_in["token_type"] == "bearer"
    assert {"items", "next_cursor"} <= listed.keys()
    assert (customer["first_name"], customer["email"]) == ("John", "john.doe@example.com")
    assert re.fullmatch(r"AC-\d{8}-\d{6}", account["account_number"])
    assert (account["balance"], account["account_type"]) == ("1000.00", "SAVINGS")
    assert (deposit["amount"], deposit["balance_after"]) == ("500.00", "1500.00")


async def test_money_goes_in_out_across_and_to_another_bank(bank: Bank) -> None:
    async with bank.signed_in("admin") as admin:
        account, other = await admin.open_account("1000.00"), await admin.open_account()
        await admin.made(f"/api/accounts/{account}/deposit", {"amount": 500.00})
        withdrawn = await admin.made(f"/api/accounts/{account}/withdraw", {"amount": "200.00"})
        transferred = await admin.transfer(account, other, "300.00")
        paid = await admin.pay(account, "50100234567890", "250.00")

        assert withdrawn["balance_after"] == "1300.00"
        assert transferred.json()["status"] == "COMPLETED"
        assert (paid.status_code, paid.json()["state"]) == (201, "completed")
        assert await admin.balance(account) == Decimal("750.00")
        assert await admin.balance(other) == Decimal("300.00")
        await _check_history(admin, account)


async def _check_history(client: Client, account: str) -> None:
    """Newest first, each with the balance after it."""
    page = await client.found(f"/api/accounts/{account}/transactions")
    seen = [(item["type"], item["amount"], item["balance_after"]) for item in page["items"]]
    assert seen == [
        ("PAYMENT", "250.00", "750.00"),
        ("TRANSFER", "300.00", "1000.00"),
        ("WITHDRAWAL", "200.00", "1300.00"),
        ("DEPOSIT", "500.00", "1500.00"),
        ("DEPOSIT", "1000.00", "1000.00"),
    ]
    assert [item["sequence"] for item in page["items"]] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("path", ["/health", "/docs", "/metrics"])
async def test_every_process_answers_on_its_own_port(bank: Bank, path: str) -> None:
    async with bank.stranger() as stranger:
        for port in bank.ports.http.values():
            answer = await stranger.get(f"http://127.0.0.1:{port}{path}")
            assert answer.status_code == 200, f"{port}{path}: {answer.text}"
