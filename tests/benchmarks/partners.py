"""Commands of partners from a process of its own: `python -m tests.benchmarks.partners <plan>`.

All messages are signed beforehand. A partner has so many on their way, each confirmed by the
broker, and sends its next one when one is answered; an answer counts when it says that money was
moved.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aio_pika
import uvloop
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage, DeliveryMode

from contracts.ingress import Answered
from tests.benchmarks.load import WARM_UP_SECONDS, Outcome
from tests.fixtures.bank import Bank
from tests.fixtures.connecting import connected
from tests.fixtures.partners import PER_MINUTE_MAX, Partner, close, register

ANSWER_SECONDS = 60.0
MADE_PER_SECOND = 400  # messages of one partner; more than a lane takes in
AMOUNT, DAILY = "1.00", "1000000.00"


@dataclass(frozen=True)
class Sending:
    """One partner, where it sends and what."""

    url: str
    exchange: str
    answers: str
    messages: list[dict[str, Any]]


@dataclass(frozen=True)
class PartnerPlan:
    """Who sends, how many commands of each are on their way, and for how long."""

    partners: list[dict[str, Any]]
    at_once: int
    seconds: float


def sending(partner: Partner, accounts: Sequence[str], seconds: float) -> dict[str, Any]:
    """Signed transfers from the first of these accounts to the others in turn, for so long."""
    payer, *payees = accounts
    count = min(int((seconds + WARM_UP_SECONDS) * MADE_PER_SECOND), PER_MINUTE_MAX)
    messages = [
        partner.message(
            {"from_account": payer, "to_account": payees[number % len(payees)], "amount": AMOUNT}
        )
        for number in range(count)
    ]
    lane = partner.lane
    made = [message | {"body": message["body"].decode()} for message in messages]
    return asdict(Sending(partner.url(), lane.user, lane.answers, made))


@asynccontextmanager
async def partners(bank: Bank, accounts: Sequence[str]) -> AsyncIterator[list[Partner]]:
    """One for each of these accounts, which it may debit; closed afterwards."""
    made: list[Partner] = []
    try:
        for account in accounts:
            made.append(await register(bank, [account], command=AMOUNT, daily=DAILY))
        yield made
    finally:
        for partner in made:
            await close(bank, partner)


class Asking:
    """One partner at its lane."""

    def __init__(self, exchange: AbstractExchange, messages: Iterator[dict[str, Any]]) -> None:
        self.messages = messages
        self._exchange = exchange
        self._waiting: dict[str, asyncio.Future[AbstractIncomingMessage]] = {}

    async def ask(self, message: dict[str, Any]) -> AbstractIncomingMessage:
        answer = asyncio.get_running_loop().create_future()
        self._waiting[message["message_id"]] = answer
        body = message["body"].encode()
        whole = aio_pika.Message(**message | {"body": body}, delivery_mode=DeliveryMode.PERSISTENT)
        await self._exchange.publish(whole, "")
        found: AbstractIncomingMessage = await asyncio.wait_for(answer, ANSWER_SECONDS)
        return found

    async def heard(self, message: AbstractIncomingMessage) -> None:
        self._waiting.pop(message.correlation_id or "").set_result(message)


async def load(plan: PartnerPlan) -> Outcome:
    """Warm up, then measure."""
    async with AsyncExitStack() as open_:
        asking = [await _asking(Sending(**each), open_) for each in plan.partners]
        warm = await _run(asking, plan.at_once, WARM_UP_SECONDS)
        outcome = await _run(asking, plan.at_once, plan.seconds)
    outcome.answered += warm.answered
    return outcome


async def _asking(sender: Sending, open_: AsyncExitStack) -> Asking:
    connection = await open_.enter_async_context(connected(sender.url))
    channel = await connection.channel()
    exchange = await channel.get_exchange(sender.exchange, ensure=False)
    asking = Asking(exchange, iter(sender.messages))
    queue = await channel.get_queue(sender.answers, ensure=False)
    await queue.consume(asking.heard, no_ack=True)
    return asking


async def _run(asking: Sequence[Asking], at_once: int, seconds: float) -> Outcome:
    outcome, until = Outcome(seconds), time.perf_counter() + seconds

    async def keep_asking(partner: Asking) -> None:
        for message in partner.messages:
            sent_at = time.perf_counter()
            answer = await partner.ask(message)
            _note(outcome, answer, sent_at, until)
            if time.perf_counter() > until:
                return
        outcome.failed += 1
        outcome.failure = "a partner had no message left to send"

    await asyncio.gather(*(keep_asking(each) for each in asking for _ in range(at_once)))
    outcome.latencies.sort()
    return outcome


def _note(outcome: Outcome, answer: AbstractIncomingMessage, sent_at: float, until: float) -> None:
    now = time.perf_counter()
    if answer.type != Answered.TRANSFERRED:
        outcome.failed += 1
        outcome.failure = outcome.failure or answer.body.decode()
        return
    outcome.answered += 1
    if now <= until:
        outcome.succeeded += 1
        outcome.latencies.append(now - sent_at)


def main() -> None:
    plan = PartnerPlan(**json.loads(Path(sys.argv[1]).read_text()))
    json.dump(asdict(uvloop.run(load(plan))), sys.stdout)


if __name__ == "__main__":
    main()
