"""The README's loan, from the quote to its last repayment, pasted into a shell as it is printed."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.deployment.migrations import ROOT
from tests.fixtures.bank import Bank
from tests.system.test_first_requests import CURL_SECONDS, PRINTED_ACCOUNT, PRINTED_URL

pytestmark = pytest.mark.system

BLOCK = re.compile(r"<!-- a loan's life[^>]*-->\s*```bash\n(.*?)```", re.DOTALL)


async def pasted(block: str, folder: Path) -> list[Any]:
    """What each call answered, in order."""
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", block,
        cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    output, _ = await asyncio.wait_for(process.communicate(), CURL_SECONDS)
    text, found = output.decode().strip(), []
    while text:
        answer, end = json.JSONDecoder().raw_decode(text)
        found.append(answer)
        text = text[end:].strip()
    return found


async def test_a_loan_lives_from_its_quote_to_its_last_repayment(
    bank: Bank, tmp_path: Path
) -> None:
    [block] = BLOCK.findall((ROOT / "README.md").read_text("utf-8"))
    async with bank.signed_in("admin") as admin:
        account = await admin.open_account("1200.00", customer_id=1)
    block = block.replace(PRINTED_URL, bank.url).replace(PRINTED_ACCOUNT, account)

    quote, applied, approved, paid_out, repaid, explained, payoff, closed = await pasted(
        block, tmp_path
    )

    assert quote["instalment"] == "10661.85"
    assert [each["state"] for each in (applied, approved, paid_out, repaid, closed)] == [
        "applied", "approved", "active", "active", "closed",
    ]  # fmt: skip
    assert (paid_out["outstanding"], repaid["outstanding"]) == ("120000.00", "100000.00")
    assert explained["figure"] == payoff["payoff"] == "100000.00"
    assert closed["outstanding"] == "0.00"
