"""What the seed asks of the services, on behalf of the operator: patiently, under fixed names."""

import asyncio
import time
from typing import TypeVar
from uuid import NAMESPACE_URL, uuid5

from contracts.envelope import OPERATOR, Command, Kind, Message, Query, Refused, Subject
from infra.bus.ask import AskClient, NoAnswer, Unavailable

ANSWER_SECONDS = 10.0
PATIENCE_SECONDS = 90.0  # the services may still be starting
DEMO = uuid5(NAMESPACE_URL, "bank-demo")

M = TypeVar("M", bound=Message)


class SeedFailed(Exception):
    """The demo could not be set up; the text says why."""


class Seeder:
    """Asks on behalf of the operator, patiently."""

    def __init__(self, client: AskClient) -> None:
        self._client = client
        self._give_up_at = time.monotonic() + PATIENCE_SECONDS
        self.has_met_users = False  # who may have passwords of their own by now

    async def make(self, command: Command, what: str) -> Message:
        """The owner's answer to a command of this fixed name: done now, before, or refused."""
        return await self._answer(command, what)

    async def find(self, query: Query, kind: type[M]) -> M:
        found = await self._answer(query, None)
        if not isinstance(found, kind):
            raise SeedFailed(f"{type(query).__name__} was answered with {found!r}")
        return found

    async def _answer(self, message: Command | Query, what: str | None) -> Message:
        message_id = uuid5(DEMO, f"{type(message).__name__}:{what}") if what else None
        while True:
            try:
                reply = await self._client.ask(
                    message,
                    subject=Subject(id=OPERATOR),
                    message_id=message_id,
                    wait_seconds=ANSWER_SECONDS,
                )
            except (Unavailable, NoAnswer) as error:
                problem = f"no answer to {type(message).__name__}: {error}"
            else:
                refused = reply.message
                if not (isinstance(refused, Refused) and refused.kind is Kind.UNAVAILABLE):
                    return refused
                problem = f"{type(message).__name__}: {refused.detail}"
            if time.monotonic() > self._give_up_at:
                raise SeedFailed(problem)
            await asyncio.sleep(0.5)
