"""Questions a service asks others from within its handlers; connected on first use."""

import asyncio

from contracts.envelope import DomainError, Kind, Message, Query, Refused, Subject
from infra.bus.ask import AskClient, NoAnswer, Unavailable
from infra.bus.wire import Delivery
from infra.handling.context import Ask
from infra.runtime.tracing import Trace

ANSWER_SECONDS = 3.0  # a question runs inside a handler's transaction, so patience is short


class AskRefused(DomainError):
    """Another service refused the question; code and words are its own."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.detail)
        self.refused = refused

    @property
    def code(self) -> str:
        return self.refused.code

    def refusal(self) -> Refused:
        return self.refused

    @property
    def is_not_found(self) -> bool:
        return self.refused.kind is Kind.NOT_FOUND


class Questions:
    """Asks on behalf of the subject of the message at hand."""

    def __init__(self, amqp_url: str, name: str) -> None:
        self._client = AskClient(amqp_url, name)
        self._starting = asyncio.Lock()
        self._is_started = False

    def for_delivery(self, delivery: Delivery) -> Ask:
        return self.on_behalf(delivery.trace, delivery.subject)

    def on_behalf(self, trace: Trace, subject: Subject) -> Ask:
        """A way to ask for this subject, under this trace."""

        async def ask(query: Query) -> Message:
            await self._start()
            try:
                reply = await self._client.ask(
                    query,
                    subject=subject,
                    wait_seconds=ANSWER_SECONDS,
                    trace=trace.child(),
                )
            except (Unavailable, NoAnswer) as error:
                # An OSError to the pipeline: an outage, so the whole message is tried again.
                raise ConnectionError(f"no answer from {query.owner}") from error
            if isinstance(reply.message, Refused):
                raise AskRefused(reply.message)
            return reply.message

        return ask

    @property
    def is_lost(self) -> bool:
        """True when it was connected once and is not now."""
        return self._is_started and not self._client.is_connected

    async def stop(self) -> None:
        await self._client.stop()

    async def _start(self) -> None:
        async with self._starting:
            if not self._is_started:
                await self._client.start()
                self._is_started = True
