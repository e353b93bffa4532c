"""What a stranger can do to others without a password: nothing that they would notice for long."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from tests.fixtures.bank import Bank, Client
from tests.fixtures.processes import sockets_of
from tests.fixtures.strangers import ATTACKER, HEAD, connect, crowd, flood
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

SILENT, HALF = 1_000, 1_000
PER_PEER_MAX = 512
LOG_INS = 1_500
PATIENCE_SECONDS = 5.0  # for one call of somebody else, on a machine that does all of it
GROWN_KB_MAX = 60_000


def memory_kb_of(bank: Bank) -> int:
    status = Path(f"/proc/{bank.pid('gateway')}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


async def others_are_served(client: Client, account: str, calls: int = 20) -> None:
    for _ in range(calls):
        async with asyncio.timeout(PATIENCE_SECONDS):
            answer = await client.get(f"/api/accounts/{account}/balance")
        assert answer.status_code == 200, answer.text


async def test_silent_and_half_calls_take_a_bounded_share_and_others_are_served(
    bank: Bank, teller: Client
) -> None:
    account, before = await teller.open_account("1.00"), sockets_of(bank.pid("gateway"))

    async with crowd(bank.port_base, b"", SILENT), crowd(bank.port_base, HEAD, HALF):
        await others_are_served(teller, account)
        assert sockets_of(bank.pid("gateway")) < before + PER_PEER_MAX + 100

    log = (bank.home / "logs" / "gateway.log").read_text()
    assert "connections_refused" in log
    assert ATTACKER in log
    await until(
        lambda: sockets_of(bank.pid("gateway")) < before + 50, 30.0, "the sockets are free again"
    )


async def test_endless_heads_take_no_memory_and_others_are_served(
    bank: Bank, teller: Client
) -> None:
    account, before = await teller.open_account("1.00"), memory_kb_of(bank)

    async def send_for_ever() -> bytes:
        reader, writer = await connect(bank.port_base)
        with suppress(OSError):
            writer.write(HEAD)
            for number in range(40):
                writer.write(b"x-%d: " % number + b"x" * 1_000_000 + b"\r\n")
                await writer.drain()
        with suppress(OSError):
            return await reader.read(300)
        return b""

    sending = asyncio.gather(*(send_for_ever() for _ in range(5)))
    await others_are_served(teller, account)
    await sending

    assert memory_kb_of(bank) < before + GROWN_KB_MAX


async def test_a_flood_of_log_ins_is_refused_early_and_others_are_served(
    bank: Bank, teller: Client
) -> None:
    account = await teller.open_account("1.00")

    flooding = asyncio.create_task(flood(bank.port_base, LOG_INS))
    await others_are_served(teller, account)
    statuses = await flooding

    assert statuses.count(b"429") > LOG_INS // 2
    assert not statuses.count(b"500")
    async with bank.signed_in("manager") as manager:
        assert (await manager.get("/api/auth/me")).status_code == 200
