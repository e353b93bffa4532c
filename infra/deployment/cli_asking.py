"""How `bank` commands ask the services of a running bank: over the bus, as the operator."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from aio_pika.exceptions import AMQPError

from contracts.envelope import OPERATOR, Command, Message, Query, Refused, Subject
from infra.bus.ask import AskClient, NoAnswer, Unavailable
from infra.deployment.cli_place import known_servers, until_done
from infra.deployment.local import LocalError

M = TypeVar("M", bound=Message)

ANSWER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Answers(Generic[M]):
    """What several services have said, and in words what became of those that did not."""

    given: Sequence[M]
    missing: Sequence[str]

    def require_all(self) -> None:
        """Call it when what was given is shown.

        Raises:
            LocalError: somebody did not answer.
        """
        if self.missing:
            raise LocalError("; ".join(self.missing))


def answer(message: Command | Query, kind: type[M], owner: str) -> M:
    """The reply of the service.

    Raises:
        LocalError: it refused or did not answer, or the broker is away.
    """
    found = answers(message, kind, [owner])
    found.require_all()
    return found.given[0]


def answers(message: Command | Query, kind: type[M], owners: Iterable[str]) -> Answers[M]:
    """The replies of these services, asked at once: nobody hides what another has said.

    Raises:
        LocalError: the broker is away.
    """
    given, missing = list[M](), list[str]()
    for reply in replies(message, owners):
        if isinstance(reply, LocalError):
            missing.append(str(reply))
        elif isinstance(reply, Refused):
            missing.append(f"{reply.code}: {reply.detail}")
        else:
            assert isinstance(reply, kind)
            given.append(reply)
    return Answers(given, missing)


def replies(message: Command | Query, owners: Iterable[str]) -> list[Message | LocalError]:
    """The same for who has more to do with refusals, and with silence, than to show them."""
    return until_done(_ask(message, owners))


async def _ask(message: Command | Query, owners: Iterable[str]) -> list[Message | LocalError]:
    client = AskClient(known_servers().amqp_url(OPERATOR), OPERATOR)
    try:
        await client.start()
    except (OSError, AMQPError, TimeoutError) as error:
        raise LocalError(f"the broker does not answer: {error}") from error
    try:
        return await asyncio.gather(*(_ask_one(client, message, owner) for owner in owners))
    finally:
        await client.stop()


async def _ask_one(client: AskClient, message: Command | Query, owner: str) -> Message | LocalError:
    try:
        reply = await client.ask(
            message, subject=Subject(id=OPERATOR), wait_seconds=ANSWER_SECONDS, owner=owner
        )
    except (Unavailable, NoAnswer) as error:
        return LocalError(f"no answer from {owner}: {error}")
    return reply.message
