"""The sagas of one service, and all that follows from them: `service.runs(REPERTOIRE)`.

From the tables of steps follows which answers the service hears: the replies to the commands that
the steps send, `Refused`, and what is told from outside. Each moves the run that awaits it; once a
second the runs whose deadline has passed are moved on. A run begins in the transaction of whatever
it follows from: of an event that the service names, or of a command whose handler begins it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from contracts.envelope import Event, Message, Refused
from infra.data.database import Connection
from infra.data.store import Store
from infra.handling.context import Asked, Context
from infra.handling.service import Service
from infra.handling.telling import Outgoing
from infra.sagas.runs import Beginning, Heard, Sagas, reply_to_saga
from infra.sagas.table import Saga, Step

SWEEP_SECONDS = 1

StoreT = TypeVar("StoreT", bound=Store)
Beginner: TypeAlias = Callable[[Sequence[Asked[Any]], StoreT], Awaitable[Sequence[Beginning]]]
Note: TypeAlias = Callable[[Sequence[Heard], StoreT], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Repertoire:
    """All sagas of a service, also those of former versions that runs still follow."""

    service: str
    sagas: Sequence[Saga[Any]]

    def runs(self, db: Connection) -> Sagas:
        """Their runs, on the connection of the present unit of work."""
        return Sagas(db, self.service, self.sagas)

    def steps(self) -> list[Step[Any]]:
        return [step for saga in self.sagas for step in saga.steps]

    def replies(self) -> frozenset[type[Message]]:
        """The answers inside the bank to whatever the steps send."""
        kinds = [sends.kind for step in self.steps() for sends in step.sends]
        replies = {kind.reply for kind in kinds if kind.exchange is None}
        return frozenset({*replies, Refused} if replies else ())

    def answers_from_outside(self) -> Mapping[type[Event], Callable[[Any], UUID]]:
        """What is told of the steps from outside, and which run it is for."""
        return {
            kind: step.answered_run
            for step in self.steps()
            for kind in step.answers
            if step.answered_run is not None
        }

    def enter(
        self,
        service: Service[StoreT],
        begins: Mapping[type[Event], Beginner[StoreT]],
        notes: Note[StoreT] | None,
    ) -> None:
        """Register beginnings, answers and deadlines with the service; see `Service.runs`."""
        outside = self.answers_from_outside()
        service.hears_replies(*self.replies())(self._on_reply(notes))
        service.hears_many(*outside)(self._on_answer(outside, notes))
        for kind, beginner in begins.items():
            service.hears_many(kind)(self._on_beginning(beginner))
        service.every(SWEEP_SECONDS)(self._sweeping())

    def _on_reply(self, notes: Note[StoreT] | None) -> Any:
        async def on_reply(batch: Sequence[Asked[Message]], store: StoreT) -> Outgoing:
            """Move the runs on whose behalf the commands were sent."""
            replies = [reply_to_saga(asked.message, asked.context) for asked in batch]
            return await self._heard([each for each in replies if each is not None], store, notes)

        return on_reply

    def _on_answer(
        self, outside: Mapping[type[Event], Callable[[Any], UUID]], notes: Note[StoreT] | None
    ) -> Any:
        async def on_answer(batch: Sequence[Asked[Event]], store: StoreT) -> Outgoing:
            """Move the runs that those outside speak of."""
            heard = [
                Heard(outside[type(said)](said), said, None, asked.context.sender)
                for asked in batch
                for said in (asked.message,)
            ]
            return await self._heard(heard, store, notes)

        return on_answer

    async def _heard(
        self, heard: Sequence[Heard], store: StoreT, notes: Note[StoreT] | None
    ) -> Outgoing:
        """The runs are locked from here on, so that what is noted agrees with where they stand."""
        outgoing = await self.runs(store.db).answered(heard)
        if notes is not None:
            await notes(heard, store)
        return outgoing

    def _on_beginning(self, beginner: Beginner[StoreT]) -> Any:
        async def on_beginning(batch: Sequence[Asked[Event]], store: StoreT) -> Outgoing:
            """Begin the runs that these events ask for."""
            return await self.runs(store.db).begin(*await beginner(batch, store))

        return on_beginning

    def _sweeping(self) -> Any:
        async def sweep_deadlines(store: StoreT, context: Context) -> Outgoing:
            """Move the runs that have waited too long."""
            return await self.runs(store.db).sweep()

        return sweep_deadlines
