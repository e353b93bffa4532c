"""One service: its name, its store, and the functions that handle its messages.

`@service.handles(PlaceHold)` is all a handler needs: a plain function of the message, the store and
the context that returns what it tells. Transactions, duplicates, refusals, replies, retries and
acknowledgements happen around it, in infra/handling/pipeline.py.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from contracts.envelope import Command, DomainError, Event, Message, Query, Subject
from infra.bus.publisher import Publisher
from infra.data.database import Connection, Pool
from infra.data.store import Store
from infra.handling.context import Ask, Asked, Context
from infra.handling.daily import AT_ONCE, PARTS, Count, DaysOver, Items, Job, Work
from infra.handling.day import Today, by_calendar
from infra.handling.mailbox import Parcel
from infra.handling.telling import Outgoing, Told
from infra.runtime.tracing import Trace

M = TypeVar("M", bound=Message)
R = TypeVar("R", bound=Message)
StoreT = TypeVar("StoreT", bound="Store")


Outcome: TypeAlias = Message | Told[Any] | DomainError
Handler: TypeAlias = Callable[[M, StoreT, Context], Awaitable[R | Told[R]]]
AskingHandler: TypeAlias = Callable[[M, StoreT, Context, Ask], Awaitable[R | Told[R]]]
BatchHandler: TypeAlias = Callable[[Sequence[Asked[Any]], StoreT], Awaitable[Sequence[Outcome]]]
Listener: TypeAlias = Callable[[M, StoreT, Context], Awaitable[Outgoing | None]]
BatchListener: TypeAlias = Callable[[Sequence[Asked[Any]], StoreT], Awaitable[Outgoing | None]]
Weigher: TypeAlias = Callable[[Sequence[Asked[Any]], StoreT], Awaitable[Sequence[str | None]]]
Timer: TypeAlias = Callable[[StoreT, Context], Awaitable[Outgoing | None]]


@dataclass(frozen=True, slots=True)
class Room:
    """Where handlers of one kind of slow work take turns, so that no other work is behind them."""

    places: int  # at work at once; each holds a database connection, those who wait hold none
    waiting_max: int | None = None  # more are refused at once; None: as many as come


ALONE = Room(places=6)  # what waits for something slow and names no room of its own


@dataclass(frozen=True, slots=True)
class Registered:
    """A handler and how the pipeline runs it."""

    function: Callable[..., Awaitable[Any]]
    alone: bool = False  # in a transaction of its own, beside the batch
    room: Room = ALONE  # where it takes turns when it is alone
    asks: bool = False  # other services, while it is at work
    many: bool = False  # takes all neighbouring messages of its kinds at once
    answers: bool = True  # False: a listener, whose sender waits for nothing


class Runnable(Protocol):
    """Sagas of a service (infra/sagas/repertoire.py), which enter their handlers themselves."""

    def enter(
        self, service: Any, begins: Mapping[type[Event], Callable[..., Any]], notes: Any
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Inside:
    """What an edge of a service is given of its process."""

    pool: Pool
    amqp_url: str  # of the bank's vhost, as the service
    key: bytes  # for fingerprints
    outside: MutableMapping[str, Publisher]  # by exchange; the relay publishes with these
    leave: Callable[[Sequence[Parcel]], None]
    ask: Callable[[Trace, Subject], Ask]


class Edge(Protocol):
    """A service's own way in from outside, beside its queues in the bank's vhost."""

    async def run(self) -> None:
        """Until cancelled; a failure ends the process."""


async def nothing_weighs(asked: Sequence[Asked[Any]], store: object) -> Sequence[str | None]:
    """The weigher of a service none of whose commands needs approval above an amount."""
    raise NotImplementedError(f"nobody weighs {type(asked[0].message).__name__}")


@dataclass
class Service(Generic[StoreT]):
    """The registry of one service; `infra.process.app.build_app` makes a process of it."""

    name: str
    store: Callable[[Connection], StoreT]
    gather_seconds: float = 0.0  # how long an event may wait to be handled with others
    today: Today = by_calendar  # the business day of a unit of work
    commands: dict[type[Message], Registered] = field(default_factory=dict)
    queries: dict[type[Message], Registered] = field(default_factory=dict)
    events: dict[type[Message], Registered] = field(default_factory=dict)
    replies: dict[type[Message], Registered] = field(default_factory=dict)
    timers: list[tuple[float, Timer[StoreT]]] = field(default_factory=list)
    jobs: dict[str, Job[StoreT]] = field(default_factory=dict)
    sagas: Runnable | None = None
    edge: Callable[[Inside], Edge] | None = None
    common: dict[type[Message], Registered] = field(default_factory=dict)  # as other services do
    weigh: Weigher[StoreT] = field(default=nothing_weighs)

    def handles(
        self, kind: type[M], *, alone: bool = False, room: Room = ALONE
    ) -> Callable[[Handler[M, StoreT, R]], Handler[M, StoreT, R]]:
        """Handle a command of ours. `alone`: it waits for something slow, as a hash is, so it runs
        beside the batch in its own transaction, when there is a place in its `room`."""
        assert issubclass(kind, Command)
        assert kind.owner == self.name

        def register(handler: Handler[M, StoreT, R]) -> Handler[M, StoreT, R]:
            _once(self.commands, kind, Registered(handler, alone or not kind.remembered, room))
            return handler

        return register

    def handles_asking(
        self, kind: type[M], *, room: Room = ALONE
    ) -> Callable[[AskingHandler[M, StoreT, R]], AskingHandler[M, StoreT, R]]:
        """Handle a command of ours, and ask other services meanwhile: alone, so that nobody else
        waits for their answers."""
        assert issubclass(kind, Command)
        assert kind.owner == self.name

        def register(handler: AskingHandler[M, StoreT, R]) -> AskingHandler[M, StoreT, R]:
            _once(self.commands, kind, Registered(handler, alone=True, asks=True, room=room))
            return handler

        return register

    def handles_many(
        self, *kinds: type[Command]
    ) -> Callable[[BatchHandler[StoreT]], BatchHandler[StoreT]]:
        """Handle neighbouring commands of these kinds in one call: one outcome each, in order.

        A refusal is returned as a DomainError, not raised, and must leave no trace in the store.
        """

        def register(handler: BatchHandler[StoreT]) -> BatchHandler[StoreT]:
            for kind in kinds:
                assert kind.owner == self.name
                _once(self.commands, kind, Registered(handler, many=True))
            return handler

        return register

    def answers(self, kind: type[M]) -> Callable[[Handler[M, StoreT, R]], Handler[M, StoreT, R]]:
        """Answer a query of ours in a read-only transaction."""
        assert issubclass(kind, Query)
        assert kind.owner == self.name

        def register(handler: Handler[M, StoreT, R]) -> Handler[M, StoreT, R]:
            _once(self.queries, kind, Registered(handler, alone=True))
            return handler

        return register

    def hears(self, kind: type[M]) -> Callable[[Listener[M, StoreT]], Listener[M, StoreT]]:
        """Listen to an event; each is heard once, in order per aggregate as far as it was told."""
        assert issubclass(kind, Event)

        def register(listener: Listener[M, StoreT]) -> Listener[M, StoreT]:
            _once(self.events, kind, Registered(listener, answers=False))
            return listener

        return register

    def hears_many(
        self, *kinds: type[Event]
    ) -> Callable[[BatchListener[StoreT]], BatchListener[StoreT]]:
        """Listen to neighbouring events of these kinds in one call."""

        def register(listener: BatchListener[StoreT]) -> BatchListener[StoreT]:
            for kind in kinds:
                _once(self.events, kind, Registered(listener, many=True, answers=False))
            return listener

        return register

    def hears_replies(
        self, *kinds: type[Message]
    ) -> Callable[[BatchListener[StoreT]], BatchListener[StoreT]]:
        """Listen to the answers (and `Refused`) to commands of ours, all that came in one call."""

        def register(listener: BatchListener[StoreT]) -> BatchListener[StoreT]:
            for kind in kinds:
                _once(self.replies, kind, Registered(listener, many=True, answers=False))
            return listener

        return register

    def runs(
        self,
        sagas: Runnable,
        *,
        begins: Mapping[type[Event], Callable[[Sequence[Asked[Any]], StoreT], Awaitable[Any]]],
        notes: Callable[[Sequence[Any], StoreT, Any], Awaitable[Outgoing | None]] | None = None,
    ) -> None:
        """Run these sagas: hear the answers to what their steps send, and keep their deadlines.

        `begins` says by event which runs begin when it is heard. `notes` is called with all that
        was heard and the present, in the same transaction, for what the service itself learns of it
        and tells.
        """
        self.sagas = sagas
        sagas.enter(self, begins, notes)

    def opens(self, edge: Callable[[Inside], Edge]) -> None:
        """Have a way in from outside, which runs as long as the process."""
        self.edge = edge

    def weighs(self, weigher: Weigher[StoreT]) -> Weigher[StoreT]:
        """Say of commands that need approval above an amount why each needs it; None: it does not.
        All of a batch come in one call, and batches without such commands in none."""
        self.weigh = weigher
        return weigher

    @property
    def orders(self) -> list[type[Message]]:
        """All commands that it takes."""
        return [kind for kind in (*self.commands, *self.common) if issubclass(kind, Command)]

    def every(self, seconds: float) -> Callable[[Timer[StoreT]], Timer[StoreT]]:
        """Run at this interval, in a transaction, in one process of the service at a time."""

        def register(timer: Timer[StoreT]) -> Timer[StoreT]:
            self.timers.append((seconds, timer))
            return timer

        return register

    def daily(
        self,
        name: str,
        *,
        days: DaysOver[StoreT],
        count: Count[StoreT],
        items: Items[StoreT],
        parts: int = PARTS,
        at_once: int = AT_ONCE,
    ) -> Callable[[Work[StoreT]], Work[StoreT]]:
        """Do this to every item of every date that is over, the dates one after the other.

        It is called with some items in a transaction, and again with fewer when it fails, down to
        one: that one is set aside with the reason, and the others are done.
        """

        def register(work: Work[StoreT]) -> Work[StoreT]:
            assert name not in self.jobs
            self.jobs[name] = Job(name, work, days, count, items, parts, at_once)
            return work

        return register


def _once(table: dict[type[Message], Registered], kind: type[Message], entry: Registered) -> None:
    if kind in table:
        raise ValueError(f"{kind.__name__} has two handlers")
    table[kind] = entry
