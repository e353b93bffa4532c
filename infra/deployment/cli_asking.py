"""How `bank` commands ask the services of a running bank: over the bus, as the operator."""

from typing import TypeVar

from aio_pika.exceptions import AMQPError

from contracts.envelope import OPERATOR, Command, Message, Query, Refused, Subject
from infra.bus.ask import AskClient, NoAnswer, Unavailable
from infra.deployment.cli_place import known_servers, until_done
from infra.deployment.local import LocalError

M = TypeVar("M", bound=Message)

ANSWER_SECONDS = 10.0


def answer(message: Command | Query, kind: type[M], owner: str) -> M:
    """The reply of the service.

    Raises:
        LocalError: it refused or did not answer, or the broker is away.
    """
    reply = answer_or_refusal(message, owner)
    if isinstance(reply, Refused):
        raise LocalError(f"{reply.code}: {reply.detail}")
    assert isinstance(reply, kind)
    return reply


def answer_or_refusal(message: Command | Query, owner: str) -> Message:
    """The same, for who has more to do with a refusal than to show it."""
    return until_done(_ask(message, owner))


async def _ask(message: Command | Query, owner: str) -> Message:
    client = AskClient(known_servers().amqp_url(OPERATOR), OPERATOR)
    try:
        await client.start()
    except (OSError, AMQPError, TimeoutError) as error:
        raise LocalError(f"the broker does not answer: {error}") from error
    try:
        reply = await client.ask(
            message, subject=Subject(id=OPERATOR), wait_seconds=ANSWER_SECONDS, owner=owner
        )
    except (Unavailable, NoAnswer) as error:
        raise LocalError(f"no answer from {owner}: {error}") from error
    finally:
        await client.stop()
    return reply.message
