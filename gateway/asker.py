"""What the edge needs of the bus; `infra.bus.ask.AskClient` is it, a fake stands in for tests."""

from typing import Protocol
from uuid import UUID

from contracts.envelope import Command, OutcomeFound, Query, Subject
from infra.bus.ask import Reply
from infra.runtime.tracing import Trace

EDGE = Subject(id="gateway")  # the edge asking for itself; it has no role
NOBODY = Subject(id="nobody")  # a caller who has not signed in


class Asker(Protocol):
    """Ask as the gateway; raises infra.bus.ask.Unavailable and infra.bus.ask.NoAnswer."""

    @property
    def is_connected(self) -> bool: ...

    @property
    def is_taking(self) -> bool: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

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
    ) -> Reply: ...

    async def ask_outcome(
        self,
        owner: str,
        message_id: UUID,
        *,
        subject: Subject,
        wait_seconds: float,
        trace: Trace | None = None,
    ) -> OutcomeFound: ...
