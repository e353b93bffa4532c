"""Bulk commands from a process of its own: `python -m tests.benchmarks.bulk <plan file>`.

Each message is a PostEntries of 1,000 two-legged entries, made beforehand, published persistent and
confirmed, several in flight; an entry counts when the answer says that it is booked.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

import aio_pika
import uvloop
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage, DeliveryMode

from contracts.account.movements import PostEntries
from contracts.envelope import ITEMS_MAX, OPERATOR
from contracts.topology import exchange_name, routing_key
from infra.bus.reply_queue import listen
from infra.bus.wire import JSON

IN_FLIGHT = 4
WARM_UP_MESSAGES = 4
MADE_PER_SECOND = 25  # messages; more than any machine of today posts
ANSWER_SECONDS = 60.0
BOOKED = b'"code":null'


@dataclass(frozen=True)
class BulkPlan:
    """Entries between these accounts; `hot_share` of them have the first account on one side."""

    amqp_url: str
    accounts: list[str]
    hot_share: float
    seconds: float
    run: str  # begins every reference


@dataclass
class BulkOutcome:
    seconds: float = 0.0  # from the first message to the last answer
    entries: int = 0
    messages: int = 0
    answered: int = 0  # entries, with those of the warm-up
    failure: str = ""

    @property
    def per_second(self) -> float:
        return self.entries / self.seconds if self.seconds else 0.0


class Operator:
    """Publishes as the broker user `operator` and takes the answers as they come."""

    def __init__(self, plan: BulkPlan) -> None:
        self._plan = plan
        self._waiting: dict[str, asyncio.Future[bytes]] = {}
        self._address = ""

    async def run(self, bodies: Iterator[bytes]) -> BulkOutcome:
        connection = await aio_pika.connect(self._plan.amqp_url)
        async with connection:
            channel = await connection.channel()
            self._address, _ = await listen(channel, OPERATOR, self._on_answer)
            exchange = await channel.get_exchange(exchange_name(PostEntries), ensure=False)
            warm = [body for body, _ in zip(bodies, range(WARM_UP_MESSAGES), strict=False)]
            warmed = await self._post(exchange, iter(warm), seconds=ANSWER_SECONDS)
            outcome = await self._post(exchange, bodies, self._plan.seconds)
            outcome.answered = warmed.entries + outcome.entries
            return outcome

    async def _post(
        self, exchange: AbstractExchange, bodies: Iterator[bytes], seconds: float
    ) -> BulkOutcome:
        outcome, begun_at = BulkOutcome(), time.perf_counter()

        async def keep_posting() -> None:
            for body in bodies:
                answer = await self._ask(exchange, body)
                booked = answer.count(BOOKED)
                outcome.entries += booked
                outcome.messages += 1
                if booked != ITEMS_MAX:
                    outcome.failure = outcome.failure or answer[:500].decode()
                outcome.seconds = time.perf_counter() - begun_at
                if outcome.seconds > seconds:
                    return

        await asyncio.gather(*(keep_posting() for _ in range(IN_FLIGHT)))
        return outcome

    async def _ask(self, exchange: AbstractExchange, body: bytes) -> bytes:
        message_id = str(uuid4())
        answer = self._waiting[message_id] = asyncio.get_running_loop().create_future()
        key = routing_key(PostEntries)
        message = aio_pika.Message(
            body, type=key, content_type=JSON, message_id=message_id, correlation_id=message_id,
            user_id=OPERATOR, reply_to=self._address, delivery_mode=DeliveryMode.PERSISTENT,
        )  # fmt: skip
        await exchange.publish(message, key)
        return await asyncio.wait_for(answer, ANSWER_SECONDS)

    async def _on_answer(self, message: AbstractIncomingMessage) -> None:
        self._waiting.pop(message.correlation_id or "").set_result(message.body)


def bodies(plan: BulkPlan) -> Iterator[bytes]:
    """More messages than can be posted in the time."""
    chance = random.Random(plan.run)
    hot, *others = plan.accounts
    for number in range(int(plan.seconds * MADE_PER_SECOND) + WARM_UP_MESSAGES):
        items = []
        for item in range(ITEMS_MAX):
            source, target = chance.sample(others, 2)
            if chance.random() < plan.hot_share:
                source, target = (hot, target) if chance.random() < 0.5 else (source, hot)
            reference = f"{plan.run}-{number}-{item}"
            items.append({"reference": reference, "legs": _legs(source, target, minor=item + 1)})
        yield json.dumps({"items": items}, separators=(",", ":")).encode()


def _legs(source: str, target: str, *, minor: int) -> list[dict[str, object]]:
    return [
        {"account_number": source, "amount_minor": -minor},
        {"account_number": target, "amount_minor": minor},
    ]


def main() -> None:
    plan = BulkPlan(**json.loads(Path(sys.argv[1]).read_text()))
    made = list(bodies(plan))
    outcome = uvloop.run(Operator(plan).run(iter(made)))
    json.dump(asdict(outcome), sys.stdout)


if __name__ == "__main__":
    main()
