"""Questions on their way, and the answers to them: one counts only from the service that was asked.

Whoever hears a question knows where its answer goes and under which name, and any user of the
broker may write there. So a name is random, and what the broker says about the sender is compared
with the owner of the question; anything else is logged and changes nothing.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import structlog
from aio_pika.abc import AbstractIncomingMessage
from pydantic import ValidationError

from contracts.approvals import ApprovalNeeded
from contracts.envelope import Message, Refused
from contracts.topology import CARRIER, REFUSED, routing_key
from infra.bus import decoding
from infra.bus.bodies import Unacceptable, parsed
from infra.bus.carriers import items_of

log = structlog.get_logger()

_IN_ITS_STEAD: dict[Any, type[Message]] = {
    REFUSED: Refused,
    routing_key(ApprovalNeeded): ApprovalNeeded,
}


class NoAnswer(Exception):
    """No answer in time; the message may still be handled. Ask again with the same id."""


@dataclass(frozen=True, slots=True)
class Reply:
    message: Message  # the kind's reply class, Refused or ApprovalNeeded
    replayed: bool  # True: the stored outcome of the same message, handled before


@dataclass(slots=True)
class Question:
    """One item on its way, and the future of its answer."""

    id: str  # correlation id: random, of this call alone
    owner: str  # the broker user who alone may answer
    key: str
    item: dict[str, Any]
    body: bytes
    reply: type[Message]
    persistent: bool
    expires_seconds: float
    answer: "asyncio.Future[Reply]"


class OpenQuestions:
    """Those that wait for an answer, by their ids."""

    def __init__(self) -> None:
        self._open: dict[str, Question] = {}

    def __len__(self) -> int:
        return len(self._open)

    def add(self, question: Question) -> None:
        self._open[question.id] = question

    def remove(self, question: Question) -> None:
        del self._open[question.id]

    def fail_all(self, error: Exception) -> None:
        fail(list(self._open.values()), error)

    async def on_message(self, message: AbstractIncomingMessage) -> None:
        """Answer whom it answers, one or many; it never raises, or answers would end for good."""
        try:
            answers = _answers(message)
        except Unacceptable as error:
            log.warning("answer_not_understood", error=repr(error), sender=message.user_id)
            return
        for item in answers:
            try:
                self._answer(item, sender=message.user_id)
            except (KeyError, TypeError) as error:
                log.warning("answer_not_understood", error=repr(error), sender=message.user_id)

    def _answer(self, item: Any, *, sender: str | None) -> None:
        question = self._open.get(item["correlation_id"])
        if question is None or question.answer.done():
            return
        if sender != question.owner:
            log.warning("answer_forged", sender=sender, owner=question.owner, question=question.key)
            return
        kind = _IN_ITS_STEAD.get(item.get("type"), question.reply)
        try:
            reply = Reply(kind.model_validate(item.get("body")), bool(item.get("replayed")))
        except ValidationError as error:
            log.error("answer_not_understood", question=question.key, error=str(error))
            question.answer.set_exception(NoAnswer("the answer was not understood"))
        else:
            question.answer.set_result(reply)


def fail(questions: list[Question], error: Exception) -> None:
    for question in questions:
        if not question.answer.done():
            question.answer.set_exception(error)


def _answers(message: AbstractIncomingMessage) -> list[Any]:
    """The answers in one message, each as it stands in a carrier.

    Raises:
        Unacceptable: none of it can be read.
    """
    if (fault := decoding.fault_of(message.headers)) is not None:
        raise Unacceptable(fault)
    body = parsed(message.body)
    if message.content_type == CARRIER:
        return items_of(body)
    return [
        {
            "correlation_id": message.correlation_id,
            "type": message.type,
            "replayed": message.headers.get("replayed"),
            "body": body,
        }
    ]
