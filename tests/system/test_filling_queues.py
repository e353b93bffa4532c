"""Whoever operates the bank hears of a queue that fills up: terminal, log, status, figures."""

import json
import sys
from uuid import uuid4

import aio_pika
import pytest

from contracts.envelope import GATEWAY
from contracts.topology import COMMANDS, command_queue, dead_queue
from infra.deployment.local.child import run_once
from infra.deployment.migrations import ROOT
from tests.fixtures.bank import Bank, Json
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

QUEUE = command_queue("customer")
DEAD = dead_queue(QUEUE)
HEARD_SECONDS = 40.0
BOUND_BYTES = 100_000
RUBBISH = b"x" * 1_000


async def test_whoever_operates_the_bank_hears_that_a_dead_queue_fills_up(bank: Bank) -> None:
    async with bank.small_dead_queue(DEAD, BOUND_BYTES):
        await _send_rubbish(bank, 70)
        await until(lambda: f"{DEAD} is 7" in bank.output.read_text(), HEARD_SECONDS, "it is told")
        await until(lambda: _is_logged(bank, "queue_fills"), HEARD_SECONDS, "it is logged")
        [shown] = [each for each in (await _status(bank))["queues"] if each["queue"] == DEAD]
        async with bank.stranger() as anybody:
            figures = (await anybody.get("/metrics")).text

        await _cli(bank, "dead", "drop", QUEUE, "--limit", "1000")
        await until(lambda: _is_logged(bank, "queue_has_room"), HEARD_SECONDS, "it is over")

    assert (shown["messages"], shown["bytes_max"]) == (70, BOUND_BYTES)
    assert 0.7 <= shown["share"] < 0.9
    assert f'bank_queue_messages{{queue="{DEAD}",vhost="bank"}} 70.0' in figures


def _is_logged(bank: Bank, event: str) -> bool:
    lines = (bank.home / "logs" / "gateway.log").read_text().splitlines()
    return any(f'"{event}"' in line and DEAD in line for line in lines)


async def _send_rubbish(bank: Bank, count: int) -> None:
    async with await aio_pika.connect(bank.amqp_url(GATEWAY)) as connection:
        exchange = await (await connection.channel()).get_exchange(COMMANDS, ensure=False)
        for _ in range(count):
            message = aio_pika.Message(RUBBISH, message_id=str(uuid4()), user_id=GATEWAY)
            await exchange.publish(message, "customer.create-customer.v1")


async def _status(bank: Bank) -> Json:
    found: Json = json.loads(await _cli(bank, "status", "--json"))
    return found


async def _cli(bank: Bank, *words: str) -> str:
    command = [sys.executable, "-m", "infra.deployment.cli", *words]
    status, output, errors = await run_once(command, environment=bank.environment(), folder=ROOT)
    assert status == 0, errors
    return output
