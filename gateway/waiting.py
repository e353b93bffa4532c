"""What a call has begun, as it stands when its end has come or the caller has waited enough.

The end comes as an event, maybe before the reply that gives the id (`endings.py`). A repeat may
have ended long ago, so that its end is not heard any more: how it stands is asked before it is
waited for.
"""

import time
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from contracts.envelope import Message, Query
from gateway.edge import Call
from gateway.problems import Problem
from infra.bus.ask import Reply

M = TypeVar("M", bound=Message)


async def waited_for(
    call: Call,
    reply: Reply,
    kind: type[M],
    *,
    ended_id: UUID,
    question: Query,
    is_under_way: Callable[[M], bool],
    until: float,
) -> M:
    """How that stands which the reply has begun, of this kind: as soon as it is not under way any
    more, or at `until` by the monotonic clock. The question is how it stands now."""
    assert isinstance(reply.message, kind)
    begun = await _present(call, reply.message, kind, question) if reply.replayed else reply.message
    if not is_under_way(begun):
        return begun
    ended = await call.edge.endings.wait(ended_id, until - time.monotonic())
    return ended if isinstance(ended, kind) else await _present(call, begun, kind, question)


async def _present(call: Call, known: M, kind: type[M], question: Query) -> M:
    """As it stands now; as it is known when that cannot be learned at the moment."""
    try:
        found = await call.ask(question)
    except Problem as problem:
        if problem.status_code != 503:
            raise
        return known
    assert isinstance(found, kind)
    return found
