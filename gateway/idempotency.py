"""One call, one message: the message id follows from who calls what with which Idempotency-Key.

The owner's inbox decides whether a message was handled before, across restarts and for 14 days;
after that the ledger's references, made of message ids, still refuse to book it again. Here is only
what can be known at the edge: the id, and that equal calls at the same time share one ask.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID, uuid5

from contracts.envelope import Command
from gateway.problems import Problem
from infra.bus.ask import NoAnswer, Reply, Unavailable
from infra.runtime.clock import new_id

HEADER = b"idempotency-key"
REPLAYED = {"Idempotency-Replayed": "true"}

_NAMESPACE = UUID("5b0e9a3c-9a0b-5f43-8d7e-2c1a4f6e7d11")
_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")


class Key(StrEnum):
    """What a route asks of the Idempotency-Key header."""

    OPTIONAL = "optional"
    REQUIRED = "required"
    NONE = "none"  # a read, or a call whose answer must not be stored


def message_id_of(
    key: str | None, need: Key, *, principal: str, route: str, parameters: Mapping[str, str]
) -> UUID:
    """Equal for equal calls of one principal with one key; new without a key.

    `route` is method and template, so that a key used on another resource is another key.

    Raises:
        Problem: 400, the key is required and missing, or has other than 1-255 visible characters.
    """
    if key is None or need is Key.NONE:
        if need is Key.REQUIRED:
            raise Problem(
                400, "idempotency-key-missing", "This call needs an Idempotency-Key header."
            )
        return new_id()
    if not _VISIBLE.fullmatch(key):
        raise Problem(
            400,
            "idempotency-key-invalid",
            "An Idempotency-Key has 1 to 255 visible ASCII characters.",
        )
    named = (f"{name}={value}" for name, value in parameters.items())
    return uuid5(_NAMESPACE, "\n".join((principal, route, *named, key)))


@dataclass(slots=True)
class _Asked:
    """A command on its way, and the equal calls that wait for its reply."""

    command: Command
    waiting: list["asyncio.Future[Reply]"] = field(default_factory=list)


class InFlight:
    """The commands of this process that have no reply yet, by message id."""

    def __init__(self) -> None:
        self._asked: dict[UUID, _Asked] = {}

    async def share(
        self, message_id: UUID, command: Command, ask: Callable[[], Awaitable[Reply]]
    ) -> Reply:
        """The reply to `ask`, or to the equal call that asked first.

        Raises:
            Problem: 422, the same id is in flight with another command.
            Unavailable, NoAnswer: as `ask` does.
        """
        first = self._asked.get(message_id)
        if first is not None:
            return await _join(first, command)
        mine = self._asked[message_id] = _Asked(command)
        error: Exception = NoAnswer("the first of equal calls was given up")
        try:
            reply = await ask()
        except (Unavailable, NoAnswer) as failure:
            error = failure
            raise
        else:
            for waiter in mine.waiting:
                if not waiter.done():
                    waiter.set_result(replace(reply, replayed=True))
            return reply
        finally:
            del self._asked[message_id]
            for waiter in mine.waiting:
                if not waiter.done():
                    waiter.set_exception(error)


async def _join(first: _Asked, command: Command) -> Reply:
    if first.command != command:
        raise Problem(
            422, "idempotency-key-reused", "The same key was used before with other content."
        )
    waiter: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
    first.waiting.append(waiter)
    return await waiter
