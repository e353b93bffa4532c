"""Who may send what: judged at the edge to refuse early, and again by the owner of the message.

The publisher is the broker user that RabbitMQ validated (`user_id`), never a claim in the message.
What a person may touch (his own account, say) is judged by the owner's rules, not here.
"""

from functools import cache

from contracts.envelope import GATEWAY, Command, Event, Message, Query, Role, Subject


@cache
def senders(kind: type[Message]) -> frozenset[str]:
    """The broker users that may publish this kind of their own accord; a mere reply: nobody."""
    if issubclass(kind, Event):
        return kind.senders or frozenset({kind.owner})
    return kind.senders if issubclass(kind, Command | Query) else frozenset()


def may_publish(kind: type[Message], sender: str) -> bool:
    """True when this broker user may send this kind of message at all."""
    return sender in senders(kind)


def may_ask(kind: type[Message], sender: str, subject: Subject) -> bool:
    """True when this subject may ask for it, coming by this sender.

    Behind the gateway stands a person whose role counts; with no role at all only what needs none
    (logging in) passes. Our own services and the operator's tools are trusted with what the class
    lets them send; the person on whose behalf they act is judged by the owner of the object.
    """
    if sender != GATEWAY or not issubclass(kind, Command | Query):
        return True
    return not kind.roles or subject.role in kind.roles


def commands_of(role: Role, kinds: list[type[Command] | type[Query]]) -> list[str]:
    """The names of the kinds a role may send through the gateway, sorted."""
    return sorted(kind.__name__ for kind in kinds if GATEWAY in kind.senders and role in kind.roles)
