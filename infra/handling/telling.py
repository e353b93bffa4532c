"""What a handler tells: its reply, and what leaves after the commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar
from uuid import UUID

from contracts.envelope import Command, Event, Message, Subject
from infra.runtime.tracing import Trace

R = TypeVar("R", bound=Message)


@dataclass(frozen=True, slots=True)
class Send:
    """A command to a service; its answer comes to this service's reply queue, if it wants one.

    `message_id` is derived from what the command is for, so that a repeat is recognised.
    """

    command: Command
    message_id: UUID
    correlation_id: str
    subject: Subject
    is_answered: bool = True


@dataclass(frozen=True, slots=True)
class Letter:
    """What a system outside the bank is told, as it will read it, over an exchange that lies in a
    vhost of its own."""

    exchange: str
    type: str
    body: bytes  # JSON
    message_id: UUID
    correlation_id: str | None  # None: nobody knows what it answers
    headers: Mapping[str, str | bool] = field(default_factory=dict)


Outbound: TypeAlias = Event | Send | Letter  # what can leave a service


@dataclass(frozen=True, slots=True)
class Traced:
    """A message under the trace of what it is about, not of the message that led to it."""

    message: Outbound
    trace: Trace


@dataclass(frozen=True, slots=True, init=False)
class Told(Generic[R]):
    """What a handler tells: its reply, and events and commands that leave after the commit.

    `about` is the command's object in the audit trail, where the handler alone knows it.
    """

    reply: R
    messages: tuple[Outbound | Traced, ...]
    about: str | None

    def __init__(self, reply: R, *messages: Outbound | Traced, about: str | None = None) -> None:
        object.__setattr__(self, "reply", reply)
        object.__setattr__(self, "messages", messages)
        object.__setattr__(self, "about", about)


Outgoing: TypeAlias = Sequence[Outbound | Traced]  # what a listener or a timer tells
