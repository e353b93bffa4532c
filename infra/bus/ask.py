"""Asking over the bus: many questions at once on one connection, gathered into carriers.

With nothing in flight to a service a message leaves at once; otherwise what comes within 2 ms is
put into one carrier, since a message costs the same whether it holds one question or fifty.
Answers come to a queue of the connection (reply_queue.py) and are judged in replies.py; a late or
repeated answer finds nobody waiting and is dropped.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from secrets import token_hex
from uuid import UUID

import orjson
import structlog
from yarl import URL

from contracts.envelope import (
    BODY_BYTES_MAX,
    Command,
    GetOutcome,
    OutcomeFound,
    Query,
    Subject,
)
from contracts.topology import (
    CARRIED,
    CARRIER,
    QUERIES,
    exchange_name,
    outcome_key,
    routing_key,
)
from infra.bus.canary import Canary
from infra.bus.carriers import carrier
from infra.bus.own_queue import OwnQueue
from infra.bus.publisher import Publisher, PublishFailed
from infra.bus.replies import NoAnswer, OpenQuestions, Question, Reply, fail
from infra.bus.reply_queue import listen
from infra.bus.wire import JSON, dump
from infra.runtime.clock import new_id
from infra.runtime.tracing import Trace, new_trace

log = structlog.get_logger()

__all__ = ["AskClient", "NoAnswer", "Reply", "Unavailable"]

GATHER_SECONDS = 0.002
CARRIER_ITEMS_MAX = 100
CARRIER_BYTES_MAX = BODY_BYTES_MAX * 3 // 4  # leaves room for the envelopes of the items
IN_FLIGHT_MAX = 2_000  # questions to one service without an answer; more are refused at once
_HEADERS = ("deadline", "traceparent", "request_id", "source")  # fields of an item as texts


class Unavailable(Exception):
    """Nothing was accepted: the broker or the service is away. Safe to try again."""


@dataclass(slots=True)
class _Lane:
    """Questions to one service by one exchange, waiting to leave together."""

    exchange: str
    waiting: list[Question] = field(default_factory=list)
    size: int = 0
    in_flight: int = 0
    timer: asyncio.TimerHandle | None = None


class AskClient:
    """Ask as the broker user of `amqp_url`."""

    def __init__(self, amqp_url: str, name: str) -> None:
        self._publisher = Publisher(amqp_url, name)
        self._canary = Canary(self._publisher)
        self._asked = OpenQuestions()
        user = URL(amqp_url).user or ""
        self._replies = OwnQueue(
            self._publisher, partial(listen, user=user, heard=self._asked.on_message)
        )
        self._watching: list[asyncio.Task[None]] = []
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self._sending: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        await self._publisher.start()
        self._publisher.channel.close_callbacks.add(self._connection_lost)
        try:
            await self._replies.open()
        except BaseException:
            await self._publisher.stop()
            raise
        self._watching = [
            asyncio.create_task(work) for work in (self._canary.run(), self._replies.keep())
        ]

    async def stop(self) -> None:
        for task in (*self._sending, *self._watching):
            task.cancel()
        await self._publisher.stop()

    @property
    def is_connected(self) -> bool:
        """True when questions can leave and, what comes later after a reconnect, be answered."""
        return self._replies.is_open

    @property
    def is_taking(self) -> bool:
        """False while the broker keeps the connection and takes no messages: its disk is full."""
        return self._canary.is_taking

    async def ask(
        self,
        message: Command | Query,
        *,
        subject: Subject,
        message_id: UUID | None = None,
        wait_seconds: float,
        deadline_seconds: float | None = None,
        trace: Trace | None = None,
        source: str | None = None,
        owner: str | None = None,
    ) -> Reply:
        """The owner's answer: the reply of the kind, Refused, or ApprovalNeeded.

        `deadline_seconds` (default: `wait_seconds`) is how long the message stays worth handling;
        `source` is the address that the call came from, where it came from outside. `owner` is
        named for what several services are asked alike.

        Raises:
            Unavailable: the message was not accepted by the broker; nothing will happen.
            NoAnswer: no answer within `wait_seconds`; the outcome is unknown.
        """
        kind = type(message)
        return await self._put(
            owner or kind.owner, exchange_name(kind), routing_key(kind, owner), message,
            subject=subject, message_id=message_id or new_id(), wait_seconds=wait_seconds,
            deadline_seconds=deadline_seconds or wait_seconds,
            trace=trace or new_trace(), source=source,
        )  # fmt: skip

    async def ask_outcome(
        self,
        owner: str,
        message_id: UUID,
        *,
        subject: Subject,
        wait_seconds: float,
        trace: Trace | None = None,
    ) -> OutcomeFound:
        """What `owner` answered to a command of this subject."""
        reply = await self._put(
            owner, QUERIES, outcome_key(owner), GetOutcome(message_id=message_id),
            subject=subject, message_id=new_id(), wait_seconds=wait_seconds,
            deadline_seconds=wait_seconds, trace=trace or new_trace(),
        )  # fmt: skip
        if not isinstance(reply.message, OutcomeFound):
            raise Unavailable(f"{owner} did not answer for its outcomes")
        return reply.message

    async def _put(
        self,
        owner: str,
        exchange: str,
        key: str,
        message: Command | Query,
        *,
        subject: Subject,
        message_id: UUID,
        wait_seconds: float,
        deadline_seconds: float,
        trace: Trace,
        source: str | None = None,
    ) -> Reply:
        lane = self._lane_to(owner, exchange)
        number = token_hex(16)
        question = Question(
            id=number,
            owner=owner,
            key=key,
            item={
                "id": str(message_id),
                "type": key,
                "correlation_id": number,
                "subject": subject.model_dump(mode="json", exclude_none=True),
                "deadline": (datetime.now(UTC) + timedelta(seconds=deadline_seconds)).isoformat(),
                **trace.fields(),
                **({"source": source} if source else {}),
            },
            body=dump(message),
            reply=type(message).reply,
            persistent=isinstance(message, Command) and message.remembered,
            expires_seconds=deadline_seconds,
            answer=asyncio.get_running_loop().create_future(),
        )
        self._asked.add(question)
        lane.in_flight += 1
        try:
            self._add(lane, question)
            async with asyncio.timeout(wait_seconds):
                return await question.answer
        except TimeoutError as error:
            raise NoAnswer(key) from error
        finally:
            lane.in_flight -= 1
            self._asked.remove(question)

    def _lane_to(self, owner: str, exchange: str) -> _Lane:
        """Raises Unavailable when nothing can leave, or too much waits for this service already."""
        if not self.is_connected:
            raise Unavailable("the broker is away")
        if not self.is_taking:
            raise Unavailable("the broker takes no messages")
        lane = self._lanes.setdefault((exchange, owner), _Lane(exchange))
        if lane.in_flight >= IN_FLIGHT_MAX:
            raise Unavailable(f"too many questions to {owner}")
        return lane

    def _add(self, lane: _Lane, question: Question) -> None:
        if lane.size + len(question.body) > CARRIER_BYTES_MAX:
            self._flush(lane)
        lane.waiting.append(question)
        lane.size += len(question.body)
        if lane.in_flight == 1 or len(lane.waiting) >= CARRIER_ITEMS_MAX:
            self._flush(lane)
        elif lane.timer is None:
            lane.timer = asyncio.get_running_loop().call_later(GATHER_SECONDS, self._flush, lane)

    def _flush(self, lane: _Lane) -> None:
        if lane.timer is not None:
            lane.timer.cancel()
            lane.timer = None
        questions, lane.waiting, lane.size = lane.waiting, [], 0
        if questions:
            task = asyncio.create_task(self._send(lane.exchange, questions))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send(self, exchange: str, questions: list[Question]) -> None:
        try:
            if len(questions) == 1:
                await self._send_single(exchange, questions[0])
            else:
                await self._send_carrier(exchange, questions)
        except PublishFailed as failure:
            # When it may have arrived all the same, its answer is waited for to the end.
            if failure.is_lost:
                fail(questions, Unavailable(str(failure)))

    async def _send_single(self, exchange: str, question: Question) -> None:
        item = question.item
        headers = {name.replace("_", "-"): item[name] for name in _HEADERS if name in item}
        await self._publisher.publish(
            exchange, (question.key,), question.body, type=question.key, content_type=JSON,
            message_id=item["id"], correlation_id=question.id, reply_to=self._replies.address,
            headers={**headers, "subject": orjson.dumps(item["subject"]).decode()},
            expires_seconds=question.expires_seconds, persistent=question.persistent,
        )  # fmt: skip

    async def _send_carrier(self, exchange: str, questions: list[Question]) -> None:
        items = [{**q.item, "body": orjson.Fragment(q.body)} for q in questions]
        await self._publisher.publish(
            exchange,
            (questions[0].key,),  # any of them: all lead to the one queue of their owner
            carrier(items),
            type=CARRIED,
            content_type=CARRIER,
            reply_to=self._replies.address,
            expires_seconds=max(q.expires_seconds for q in questions),
            persistent=any(q.persistent for q in questions),
        )

    def _connection_lost(self, *_: object) -> None:
        """Answers on their way to the old connection can never arrive."""
        self._asked.fail_all(NoAnswer("the connection was lost"))
