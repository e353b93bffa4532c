"""Where one process hears answers: an exclusive queue, bounded, of one connection, gone with it.

What was asked over a connection that died is given up; the next one has a queue of its own, see
own_queue.py.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractRobustChannel

from contracts.topology import REPLIES, caller_arguments, caller_queue

Heard = Callable[[AbstractIncomingMessage], Awaitable[Any]]


async def listen(channel: AbstractChannel, user: str, heard: Heard) -> tuple[str, str]:
    """The address for `reply_to` and the tag of the consumer, once answers arrive."""
    # The library would restore the queue under its old name.
    fleeting = {"robust": False} if isinstance(channel, AbstractRobustChannel) else {}
    queue = await channel.declare_queue(
        caller_queue(user), exclusive=True, arguments=caller_arguments(), **fleeting
    )
    await queue.bind(REPLIES, queue.name)
    return queue.name, await queue.consume(heard, no_ack=True)
