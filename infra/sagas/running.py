"""The handlers of every service that runs sagas: `service.runs(SAGAS)` registers them.

From the tables of steps follows which answers the service hears: the replies to the commands that
the steps send, `Refused`, and what is told from outside. Each moves the run that awaits it; once a
second the runs whose deadline has passed are moved on. A run begins in the transaction of whatever
it follows from: of an event that the service names, or of a command whose handler begins it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from contracts.envelope import Event, Message
from contracts.sagas import (
    CompensateSaga,
    GetSaga,
    ListSagas,
    ParkSaga,
    RetrySaga,
    SagaDetails,
    SagaList,
    SagaSteered,
)
from infra.data.database import Connection
from infra.data.store import Store
from infra.handling.context import Asked, Context
from infra.handling.service import Registered, Service
from infra.handling.telling import Outgoing, Told
from infra.sagas.looking import listed, shown
from infra.sagas.runs import Beginning, Heard, Instance, Sagas, present_of, reply_to_saga
from infra.sagas.steering import SagaNotFound, SagaUnreadable, Steering
from infra.sagas.table import Move, Present

SWEEP_SECONDS = 1
STEERING = Steering()

Beginner: TypeAlias = Callable[[Sequence[Asked[Any]], Any], Awaitable[Sequence[Beginning]]]
Note: TypeAlias = Callable[[Sequence[Heard], Any, Present], Awaitable[Outgoing | None]]


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """The sagas of one service at work."""

    name: str
    runs: Callable[[Connection], Sagas]
    outside: Mapping[type[Event], Callable[[Any], UUID]]
    begins: Mapping[type[Event], Beginner]
    notes: Note | None

    def enter(self, service: Service[Any], replies: Iterable[type[Message]]) -> None:
        """Register all handlers."""
        service.hears_replies(*replies)(self.on_reply)
        service.hears_many(*self.outside)(self.on_answer)
        service.hears_many(*self.begins)(self.on_beginning)
        service.every(SWEEP_SECONDS)(self.sweep_deadlines)
        service.common |= {
            ListSagas: Registered(self.list_sagas, alone=True),
            GetSaga: Registered(self.get_saga, alone=True),
            RetrySaga: Registered(self.retry_saga),
            ParkSaga: Registered(self.park_saga),
            CompensateSaga: Registered(self.compensate_saga),
        }

    async def on_reply(self, batch: Sequence[Asked[Message]], store: Store) -> Outgoing:
        """Move the runs on whose behalf the commands were sent."""
        replies = [reply_to_saga(asked.message, asked.context) for asked in batch]
        heard = [reply for reply in replies if reply is not None]
        return await self._move(heard, store, present_of(batch[0].context))

    async def on_answer(self, batch: Sequence[Asked[Event]], store: Store) -> Outgoing:
        """Move the runs that those outside speak of."""
        heard = [self._from_outside(asked) for asked in batch]
        return await self._move(heard, store, present_of(batch[0].context))

    async def on_beginning(self, batch: Sequence[Asked[Event]], store: Store) -> Outgoing:
        """Begin the runs that these events ask for."""
        beginnings: list[Beginning] = []
        for kind, beginner in self.begins.items():
            asking = [asked for asked in batch if type(asked.message) is kind]
            beginnings += await beginner(asking, store) if asking else ()
        at = present_of(batch[0].context)
        return await self.runs(store.db).begin(*beginnings, at=at)

    async def sweep_deadlines(self, store: Store, context: Context) -> Outgoing:
        """Move the runs that have waited too long."""
        return await self.runs(store.db).sweep(present_of(context))

    async def list_sagas(self, query: ListSagas, store: Store, context: Context) -> SagaList:
        """Runs of this service, newest first."""
        return await listed(store.db, self.name, query)

    async def get_saga(self, query: GetSaga, store: Store, context: Context) -> SagaDetails:
        """One run with every step and intervention."""
        return await shown(store.db, self.name, query.saga_id)

    async def retry_saga(
        self, command: RetrySaga, store: Store, context: Context
    ) -> Told[SagaSteered]:
        """Go on now."""
        instance = await self._locked(command.saga_id, store)
        move = STEERING.retry(instance)
        return await self._steered(instance, move, "retry", command.reason, store, context)

    async def park_saga(
        self, command: ParkSaga, store: Store, context: Context
    ) -> Told[SagaSteered]:
        """Stand still until a person decides."""
        instance = await self._locked(command.saga_id, store)
        move = STEERING.park(instance)
        return await self._steered(instance, move, "park", command.reason, store, context)

    async def compensate_saga(
        self, command: CompensateSaga, store: Store, context: Context
    ) -> Told[SagaSteered]:
        """Undo what was done."""
        instance = await self._locked(command.saga_id, store)
        move = STEERING.compensate(instance, command.reason)
        return await self._steered(instance, move, "compensate", command.reason, store, context)

    def _from_outside(self, asked: Asked[Event]) -> Heard:
        run_of = self.outside[type(asked.message)]
        return Heard(run_of(asked.message), asked.message, None, asked.context.sender)

    async def _move(self, heard: Sequence[Heard], store: Store, at: Present) -> Outgoing:
        """The runs are locked from here on, so that what is noted agrees with where they stand."""
        outgoing = await self.runs(store.db).answered(heard, at)
        if self.notes is None:
            return outgoing
        return [*outgoing, *(await self.notes(heard, store, at) or ())]

    async def _locked(self, saga_id: UUID, store: Store) -> Instance:
        try:
            found = await self.runs(store.db).lock([saga_id])
        except (LookupError, ValueError) as error:
            raise SagaUnreadable from error
        if saga_id not in found:
            raise SagaNotFound
        return found[saga_id]

    async def _steered(
        self,
        instance: Instance,
        move: Move[Any],
        action: str,
        reason: str,
        store: Store,
        context: Context,
    ) -> Told[SagaSteered]:
        """Make the move, keep who and why, and show the run as it is then."""
        outgoing = await self.runs(store.db).intervene(
            instance,
            move,
            present_of(context),
            action=action,
            actor=context.subject.id,
            reason=reason,
        )
        details = await shown(store.db, self.name, instance.run.saga_id)
        return Told(SagaSteered(**dict(details)), *outgoing)
