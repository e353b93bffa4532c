"""A process that lives and answers nobody is found, killed, and started again."""

import os
import signal
from decimal import Decimal

import pytest

from tests.fixtures.bank import Bank
from tests.fixtures.waiting import until

pytestmark = pytest.mark.chaos

FOUND_SECONDS = 60.0
WELL_SECONDS = 120.0


@pytest.mark.parametrize("process", ["account", "gateway"])
async def test_a_frozen_process_is_started_again_and_the_terminal_says_so(
    bank: Bank, process: str
) -> None:
    async with bank.signed_in("teller") as teller:
        account = await teller.open_account("10.00")
    frozen = bank.pid(process)

    os.kill(frozen, signal.SIGSTOP)

    await until(lambda: bank.pid(process) != frozen, FOUND_SECONDS, "it is started again")
    await bank.until_healthy(WELL_SECONDS)
    words = bank.output.read_text()
    assert f"{process} has not answered for" in words
    await until(
        lambda: f"{process} answers again" in bank.output.read_text(), WELL_SECONDS, "it says so"
    )
    async with bank.signed_in("teller") as teller:
        assert await teller.balance(account) == Decimal("10.00")
