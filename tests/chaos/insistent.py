"""A partner that sends each command until it is answered, and knows all that it was answered."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aio_pika
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage, DeliveryMode

from tests.chaos.auditor import Finding
from tests.chaos.callers import so_many
from tests.fixtures.bank import Json
from tests.fixtures.partners import Answer, Partner, answer_of

AT_ONCE = 64  # commands whose answers are awaited
PER_SECOND = 90  # new ones; a partner is let in 6,000 times a minute at most
REPEAT_SECONDS = 2.0  # without an answer, after which a command is sent again
PATIENCE_SECONDS = 300.0  # for one answer
NOT_TAKEN = "not-taken"  # no answer yet: it is to be sent again


@dataclass(frozen=True, slots=True)
class Wish:
    """One command, and the type of the only answer that is right."""

    kind: str
    body: Json
    answer: str


@dataclass
class Insistent:
    """Who sends, and what came of it; the first answer to each counts."""

    partner: Partner
    wishes: Mapping[str, Wish]  # by the id of the message
    answers: dict[str, Answer] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    repeated: int = 0
    _waiting: dict[str, asyncio.Event] = field(default_factory=dict)

    async def run(self) -> None:
        """Return when each is answered."""

        async def one(exchange: AbstractExchange, message_id: str) -> None:
            pause = asyncio.sleep(AT_ONCE / PER_SECOND)
            tries, _ = await asyncio.gather(self._until_answered(exchange, message_id), pause)
            self.repeated += tries - 1

        await self._all(one)

    async def run_again(self) -> None:
        """Send each once more, and return when each is answered again."""
        await self._all(self._until_answered)

    async def _all(self, one: Callable[[AbstractExchange, str], Awaitable[Any]]) -> None:
        left = iter(self.wishes)
        async with self.partner.channel() as channel:
            exchange = await channel.get_exchange(self.partner.lane.user, ensure=False)
            queue = await channel.get_queue(self.partner.lane.answers, ensure=False)
            await queue.consume(self._heard, no_ack=True)
            await so_many(len(self.wishes), AT_ONCE, lambda: one(exchange, next(left)))

    async def _until_answered(self, exchange: AbstractExchange, message_id: str) -> int:
        """How often it had to be sent."""
        wish, tries = self.wishes[message_id], 0
        answered = self._waiting[message_id] = asyncio.Event()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not answered.is_set():
                message = self.partner.message(wish.body, wish.kind, id=message_id)
                await exchange.publish(
                    aio_pika.Message(**message, delivery_mode=DeliveryMode.PERSISTENT), ""
                )
                tries += 1
                with suppress(TimeoutError):
                    await asyncio.wait_for(answered.wait(), REPEAT_SECONDS)
        return tries

    async def _heard(self, message: AbstractIncomingMessage) -> None:
        answer = answer_of(message)
        if answer.code == NOT_TAKEN:
            return
        message_id = answer.correlation_id or ""
        first = self.answers.setdefault(message_id, answer)
        if (first.type, first.body) != (answer.type, answer.body):
            self.findings.append(Finding("two answers to one command", {"1": first, "2": answer}))
        if answer.type != self.wishes[message_id].answer:
            self.findings.append(Finding("not the right answer", {"answer": answer}))
        self._waiting[message_id].set()
