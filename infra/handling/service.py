"""One service: its name, its store, and the functions that handle its messages.

`@service.handles(PlaceHold)` is all a handler needs: a plain function of the message, the store and
the context that returns what it tells. Transactions, duplicates, refusals, replies, retries and
acknowledgements happen around it, in infra/handling/pipeline.py.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeAlias, TypeVar
from uuid import UUID

from contracts.envelope import Command, DomainError, Event, Message, Query, Subject
from infra.data.database import Connection
from infra.handling.day import Today, by_calendar
from infra.runtime.tracing import Trace

M = TypeVar("M", bound=Message)
R = TypeVar("R", bound=Message)
StoreT = TypeVar("StoreT", bound="Store")


class Store:
    """The SQL of one service, on the connection and transaction of the present unit of work."""

    def __init__(self, db: Connection) -> None:
        self.db = db


class Ask(Protocol):
    """Ask another service a question from within a handler that runs `alone`."""

    async def __call__(self, query: Query) -> Message:
        """The owner's reply.

        Raises:
            DomainError: the owner refused (an `AskRefused` with the owner's code).
            Unavailable: no answer in time; the pipeline will try the whole message again.
        """


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler knows about its message beside the payload."""

    message_id: UUID
    correlation_id: str
    causation_id: str | None  # the message that this one answers or follows from
    sender: str  # the broker-validated user that published it
    subject: Subject  # on whose behalf
    now: datetime  # UTC, one value for the whole unit of work
    business_date: date  # that is open in this unit of work
    ask: Ask
    source: str | None = None  # the address that the call came from; None: not over HTTP
    trace: Trace | None = None  # None: no message asked for it, but the clock


@dataclass(frozen=True, slots=True)
class Send:
    """A command to another service; its answer comes to this service's reply queue.

    `message_id` is derived from what the command is for, so that a repeat is recognised.
    """

    command: Command
    message_id: UUID
    correlation_id: str
    subject: Subject


@dataclass(frozen=True, slots=True)
class Traced:
    """A message under the trace of what it is about, not of the message that led to it."""

    message: Event | Send
    trace: Trace


@dataclass(frozen=True, slots=True, init=False)
class Told(Generic[R]):
    """What a handler tells: its reply, and events and commands that leave after the commit."""

    reply: R
    messages: tuple[Event | Send | Traced, ...]

    def __init__(self, reply: R, *messages: Event | Send | Traced) -> None:
        object.__setattr__(self, "reply", reply)
        object.__setattr__(self, "messages", messages)


Outgoing: TypeAlias = Sequence[Event | Send | Traced]  # what a listener or a timer tells


@dataclass(frozen=True, slots=True)
class Asked(Generic[M]):
    """One message of a batch with its context."""

    message: M
    context: Context


Outcome: TypeAlias = Message | Told[Any] | DomainError
Handler: TypeAlias = Callable[[M, StoreT, Context], Awaitable[R | Told[R]]]
BatchHandler: TypeAlias = Callable[[Sequence[Asked[Any]], StoreT], Awaitable[Sequence[Outcome]]]
Listener: TypeAlias = Callable[[M, StoreT, Context], Awaitable[Outgoing | None]]
BatchListener: TypeAlias = Callable[[Sequence[Asked[Any]], StoreT], Awaitable[Outgoing | None]]
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
    many: bool = False  # takes all neighbouring messages of its kinds at once
    answers: bool = True  # False: a listener, whose sender waits for nothing


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

    def handles(
        self, kind: type[M], *, alone: bool = False, room: Room = ALONE
    ) -> Callable[[Handler[M, StoreT, R]], Handler[M, StoreT, R]]:
        """Handle a command of ours. `alone`: it waits for something slow (a hash, another service),
        so it runs beside the batch in its own transaction, when there is a place in its `room`."""
        assert issubclass(kind, Command)
        assert kind.owner == self.name

        def register(handler: Handler[M, StoreT, R]) -> Handler[M, StoreT, R]:
            _once(self.commands, kind, Registered(handler, alone or not kind.remembered, room))
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

    def every(self, seconds: float) -> Callable[[Timer[StoreT]], Timer[StoreT]]:
        """Run at this interval, in a transaction, in one process of the service at a time."""

        def register(timer: Timer[StoreT]) -> Timer[StoreT]:
            self.timers.append((seconds, timer))
            return timer

        return register


def _once(table: dict[type[Message], Registered], kind: type[Message], entry: Registered) -> None:
    if kind in table:
        raise ValueError(f"{kind.__name__} has two handlers")
    table[kind] = entry
