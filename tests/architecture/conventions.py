"""What every registry keeps to. Each yields what breaks the convention in one service."""

from collections.abc import Callable, Collection, Iterator
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from contracts.envelope import Message, Refused
from infra.handling.context import Ask, Asked, Context
from infra.handling.service import Registered, Service
from infra.handling.telling import Told
from tests.architecture.house import handler_name

Registry = Service[Any]


def handlers_are_named_after_their_messages(service: Registry) -> Iterator[str]:
    for kind, entry in _asked(service):
        if not entry.many and entry.function.__name__ != handler_name(kind):
            yield f"{kind.__name__} is handled by {entry.function.__name__}"


def handlers_return_the_declared_reply(service: Registry) -> Iterator[str]:
    """Message, store and context come in, and for those that ask a way to do so; the reply goes
    out, alone or in `Told`.

    Refused is returned, not raised, where what was written must stay: a failed log-in counts.
    """
    for kind, entry in _asked(service):
        if entry.many:
            continue
        message, *given, returned = _hints(entry.function)
        leaves = _leaves(returned)
        if message is not kind or given[1:] != [Context, Ask][: 1 + entry.asks]:
            yield f"{entry.function.__name__} does not take {kind.__name__} and a Context"
        if kind.reply not in leaves or not leaves <= {kind.reply, Refused}:
            yield f"{entry.function.__name__} returns {returned}"


def listeners_say_what_they_listen_to(service: Registry) -> Iterator[str]:
    """`on_` and the event; a listener to several names their family."""
    for kind, entry in service.events.items():
        name = entry.function.__name__
        is_named = name.startswith("on_") if entry.many else name == f"on_{handler_name(kind)}"
        if not is_named or (not entry.many and _hints(entry.function)[0] is not kind):
            yield f"{kind.__name__} is heard by {name}"


def batches_are_messages_with_contexts(service: Registry) -> Iterator[str]:
    for kind, entry in [*service.commands.items(), *service.events.items()]:
        if entry.many and get_origin(get_args(_hints(entry.function)[0])[0]) is not Asked:
            yield f"{entry.function.__name__} takes {kind.__name__} without its context"


def batched_kinds_are_decided_by_name(
    service: Registry, functions: Collection[str]
) -> Iterator[str]:
    """A kind that is handled in batches has a function of its name among the service's rules."""
    for kind, entry in _asked(service):
        if entry.many and handler_name(kind) not in functions:
            yield f"{kind.__name__} has no function {handler_name(kind)}"


CONVENTIONS: tuple[Callable[[Registry], Iterator[str]], ...] = (
    handlers_are_named_after_their_messages,
    handlers_return_the_declared_reply,
    listeners_say_what_they_listen_to,
    batches_are_messages_with_contexts,
)


def _asked(service: Registry) -> Iterator[tuple[type[Any], Registered]]:
    yield from service.commands.items()
    yield from service.queries.items()


def _hints(function: Callable[..., Any]) -> tuple[Any, ...]:
    return tuple(get_type_hints(function).values())


def _leaves(annotation: Any) -> set[type[Message]]:
    """The messages in `A`, `Told[A]`, `A | Refused` or `Told[A | Refused]`."""
    if get_origin(annotation) in (Union, UnionType, Told):
        return {leaf for part in get_args(annotation) for leaf in _leaves(part)}
    return {annotation}
