"""The broker as a document: every exchange, queue, binding, user and right, computed from the code.

The result is RabbitMQ's own definitions format: a node loads it at boot, and the management API
takes it at any time. It uses only what RabbitMQ 3.10 and 4.x both accept. Importing it again
changes nothing; it never deletes.

    owner's commands    quorum queue, sent back to the queue DELIVERY_LIMIT times, then dead
    owner's queries     classic queue, in memory only, and the one kind without a dead queue
    listener's events   quorum queue, bound to the keys it has handlers for, and to no other
    caller's answers    exclusive queue of his connection, which he declares and binds himself
    rail.imps           an exchange of the outside world, and the queue `rail.imps.in` it reads
"""

import hashlib
import importlib
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from contracts import catalogue
from contracts.envelope import GATEWAY, OPERATOR, Command, GetOutcome, Message
from contracts.topology import (
    ASKERS,
    CANARY,
    COMMANDS,
    DEAD,
    DEAD_QUEUES,
    EVENTS,
    QUERIES,
    QUEUE_BYTES_MAX,
    REPLIES,
    REQUEUE,
    RETRY,
    RETRY_SECONDS,
    SERVICES,
    Arguments,
    caller_queues,
    command_queue,
    dead_arguments,
    dead_queue,
    event_queue,
    exchange_name,
    inbox_queue,
    query_arguments,
    query_queue,
    reply_queue,
    retry_arguments,
    retry_queue,
    routing_key,
    work_arguments,
)
from infra.authority import senders
from infra.service import Service

VHOST = "bank"
MONITOR = "monitor"  # the broker user who sees how full queues are, and may do nothing else
EXCHANGES = (COMMANDS, QUERIES, EVENTS, REPLIES, RETRY, REQUEUE, DEAD, CANARY)

Json = dict[str, Any]


def load_services(names: Iterable[str] = SERVICES) -> list[Service[Any]]:
    """The registries of these services, with all their handlers."""
    return [importlib.import_module(f"services.{name}.handlers").service for name in names]


@cache
def message_kinds() -> tuple[type[Message], ...]:
    """Everything that somebody publishes of his own accord; replies need no rights of their own."""
    return (*catalogue.asked(), GetOutcome, *catalogue.events())


def broker_users() -> list[str]:
    """Services, the gateway, who looks after them, and the systems of others that may send."""
    foreign = {sender for kind in message_kinds() for sender in senders(kind)}
    ours = (*SERVICES, GATEWAY, OPERATOR, MONITOR)
    return [*ours, *sorted(foreign - {*ours})]


def definitions(
    services: Sequence[Service[Any]], passwords: Mapping[str, str], vhost: str = VHOST
) -> Json:
    """The whole document for these services and these users."""
    outside = sorted({kind.exchange for kind in message_kinds() if kind.exchange})
    inboxes = {name: readers for name in outside if (readers := _readers(name))}
    work = [name for service in services for name in _work(service)]
    work += [inbox_queue(exchange) for exchange in inboxes]
    document = {
        "users": [_user(name, password) for name, password in passwords.items()],
        "vhosts": [{"name": vhost}],
        "permissions": [_permission(name, inboxes) for name in passwords],
        "topic_permissions": [each for name in passwords for each in _topic_permissions(name)],
        "exchanges": [_exchange(name) for name in (*EXCHANGES, *outside)],
        "queues": [
            *(_queue(query_queue(service.name), query_arguments()) for service in services),
            *(_queue(name, work_arguments(name)) for name in work),
            *(_queue(dead_queue(name), dead_arguments()) for name in work),
            *(_queue(retry_queue(each), retry_arguments(each)) for each in RETRY_SECONDS),
        ],
        "bindings": [*_bindings(services, inboxes), *_returns(work)],
        "policies": [_bound(pattern, size) for pattern, size in QUEUE_BYTES_MAX.items()],
    }
    for section in (
        "permissions", "topic_permissions", "exchanges", "queues", "bindings", "policies"
    ):  # fmt: skip
        for each in document[section]:
            each["vhost"] = vhost
    return document


def _readers(exchange: str) -> set[str]:
    """Who is sent commands over an exchange of the outside: whoever may answer them."""
    commands = [k for k in message_kinds() if k.exchange == exchange and issubclass(k, Command)]
    return {sender for command in commands for sender in senders(command.reply)}


def _work(service: Service[Any]) -> Iterator[str]:
    """The queues of a service whose messages must not be lost."""
    if _has_commands(service):
        yield command_queue(service.name)
    if service.events:
        yield event_queue(service.name)
    if service.name in ASKERS:
        yield reply_queue(service.name)


def _has_commands(service: Service[Any]) -> bool:
    return any(exchange_name(kind) == COMMANDS for kind in service.commands)


def _queue(name: str, arguments: Arguments) -> Json:
    return {"name": name, "durable": True, "auto_delete": False, "arguments": arguments}


def _bound(pattern: str, bytes_max: int) -> Json:
    """A policy; only a dead queue, whose own arguments say nothing else, lets go of its oldest."""
    overflow = "drop-head" if pattern == DEAD_QUEUES else "reject-publish"
    return {
        "name": f"bound of {pattern}", "pattern": pattern, "apply-to": "queues", "priority": 1,
        "definition": {"max-length-bytes": bytes_max, "overflow": overflow},
    }  # fmt: skip


def _exchange(name: str) -> Json:
    kind = {"type": "topic", "durable": True, "auto_delete": False, "internal": False}
    return {"name": name, **kind, "arguments": {}}


def _bindings(services: Sequence[Service[Any]], inboxes: Iterable[str]) -> Iterator[Json]:
    for service in services:
        name = service.name
        yield _binding(QUERIES, query_queue(name), f"{name}.#")
        if _has_commands(service):
            yield _binding(COMMANDS, command_queue(name), f"{name}.#")
        for kind in sorted(service.events, key=routing_key):
            yield _binding(exchange_name(kind), event_queue(name), routing_key(kind))
        if name in ASKERS:
            yield _binding(REPLIES, reply_queue(name), reply_queue(name))
    for exchange in inboxes:
        yield _binding(exchange, inbox_queue(exchange), "#")
    for seconds in RETRY_SECONDS:
        yield _binding(RETRY, retry_queue(seconds), f"{seconds}s.#")


def _returns(work: Iterable[str]) -> Iterator[Json]:
    """The way back from a retry or a replay, and the way out to the dead queue."""
    for queue in work:
        yield _binding(REQUEUE, queue, f"*.{queue}")
        yield _binding(DEAD, dead_queue(queue), queue)


def _binding(exchange: str, queue: str, key: str) -> Json:
    to = {"destination": queue, "destination_type": "queue"}
    return {"source": exchange, **to, "routing_key": key, "arguments": {}}


def _user(name: str, password: str) -> Json:
    """The salt follows from the password, so that equal input gives an equal document; it protects
    nothing here, because these passwords are long and random."""
    salt = hashlib.sha256(f"salt of {password}".encode()).digest()[:4]
    digest = hashlib.sha256(salt + password.encode()).digest()
    return {
        "name": name,
        "password_hash": b64encode(salt + digest).decode(),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": ["management"] if name == MONITOR else [],  # sees what its vhosts hold
    }


def _permission(user: str, inboxes: Mapping[str, set[str]]) -> Json:
    """Whoever asks configures the queues that hear his answers, and nobody anything else; everybody
    writes and reads what his messages need."""
    sent = {exchange_name(kind) for kind in message_kinds() if user in senders(kind)}
    own = rf"{re.escape(user)}\..*"
    callers = caller_queues(user)
    if user == GATEWAY:
        # Its taps on events are exclusive queues of its own, which it declares and binds.
        return _rights(
            user, own, [*_names({*sent, CANARY}), own], [*_names({EVENTS, REPLIES}), own]
        )
    if user == OPERATOR:
        write = [*_names({*sent, REQUEUE, CANARY}), callers]
        return _rights(user, callers, write, [*_names({REPLIES}), dead_queue(".*"), callers])
    if user in SERVICES:
        # Whatever it reads it may also put off, set aside and answer.
        write = [*_names({*sent, REPLIES, RETRY, DEAD, CANARY}), callers]
        return _rights(user, callers, write, [*_names({REPLIES}), own])
    read = [re.escape(inbox_queue(name)) for name, readers in inboxes.items() if user in readers]
    return _rights(user, "", _names(sent), read)


def _topic_permissions(user: str) -> list[Json]:
    """Keys that a user writes with or binds, where the right to an exchange says too little: his
    own events, his own failures, and the answers that are meant for him."""
    heard = {"user": user, "exchange": REPLIES, "read": f"^{caller_queues(user)}$"}
    if user in (GATEWAY, OPERATOR):
        return [{**heard, "write": "^$"}]
    if user not in SERVICES:
        return []
    name = re.escape(user)
    written = {EVENTS: rf"^{name}\.", DEAD: rf"^{name}\.", RETRY: rf"^[0-9]+s\.{name}\."}
    return [
        {**heard, "write": r"\.replies(\.|$)"},
        *(
            {"user": user, "exchange": exchange, "write": keys, "read": "^$"}
            for exchange, keys in written.items()
        ),
    ]


def _names(exchanges: Iterable[str]) -> list[str]:
    return [re.escape(name) for name in sorted(exchanges)]


def _rights(user: str, configure: str, write: Iterable[str], read: Iterable[str]) -> Json:
    return {
        "user": user,
        "configure": f"^{configure}$",
        "write": f"^({'|'.join(write)})$",
        "read": f"^({'|'.join(read)})$",
    }
