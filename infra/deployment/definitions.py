"""The broker as a document: every exchange, queue, binding, user and right, computed from the code.

The result is RabbitMQ's own definitions format: a node loads it at boot, and the management API
takes it at any time. It uses only what RabbitMQ 3.10 and 4.x both accept. Importing it again
changes nothing; it never deletes.

    owner's commands    quorum queue, sent back to the queue DELIVERY_LIMIT times, then dead
    owner's bulk work   the same beside it, so that it never stands before a customer
    owner's queries     classic queue, in memory only, and the one kind without a dead queue
    listener's events   quorum queue, bound to the keys it has handlers for, and to no other
    caller's answers    exclusive queue of his connection, which he declares and binds himself
    outside system      a vhost of its own: an exchange each way, its queue, and its partner's

Who may do what with them is in broker_rights.py.
"""

import hashlib
import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from contracts.envelope import GATEWAY, OPERATOR
from contracts.topology import (
    BATCH,
    CANARY,
    COMMANDS,
    DEAD,
    EVENTS,
    LANES,
    MONITOR,
    OUTSIDE,
    OUTSIDE_CONNECTIONS_MAX,
    QUERIES,
    QUEUE_BYTES_MAX,
    REPLIES,
    REQUEUE,
    RETRY,
    RETRY_SECONDS,
    SERVICES,
    VHOST,
    OutsideSystem,
    batch_queue,
    command_queue,
    dead_arguments,
    dead_queue,
    event_queue,
    exchange_name,
    inbox_queue,
    outside_queue,
    outside_vhost,
    query_arguments,
    query_queue,
    reply_queue,
    retry_arguments,
    retry_queue,
    routing_key,
    work_arguments,
)
from infra.bus.declarations import (
    SALT_BYTES,
    Json,
    binding,
    bound,
    exchange,
    in_vhost,
    password_digest,
    queue,
    user,
)
from infra.deployment.broker_rights import (
    permission,
    permissions_outside,
    topic_permissions,
    topic_permissions_outside,
)
from infra.handling.service import Service

# The monitor sees what its vhosts hold. Only an administrator makes users and vhosts.
_TAGS = {MONITOR: ["management"], LANES: ["administrator"]}
_FAILED = (RETRY, REQUEUE, DEAD)  # the ways of what failed, in each vhost
_EXCHANGES = (COMMANDS, BATCH, QUERIES, EVENTS, REPLIES, CANARY, *_FAILED)
_SECTIONS = (
    "permissions", "topic_permissions", "exchanges", "queues", "bindings", "policies"
)  # fmt: skip


def load_services(names: Iterable[str] = SERVICES) -> list[Service[Any]]:
    """The registries of these services, with all their handlers."""
    return [importlib.import_module(f"services.{name}.handlers").service for name in names]


def broker_users() -> list[str]:
    """Services, the gateway, who looks after them, and the systems of others that may send."""
    return [*SERVICES, GATEWAY, OPERATOR, MONITOR, LANES, *(system.user for system in OUTSIDE)]


def definitions(
    services: Sequence[Service[Any]], passwords: Mapping[str, str], vhost: str = VHOST
) -> Json:
    """The whole document for these services and these users: `vhost`, and one beside it for each
    outside system whose partner is among the services."""
    parts = {vhost: _bank(services, list(passwords))}
    for system in OUTSIDE:
        for partner in services:
            if partner.name == system.partner:
                parts[outside_vhost(vhost, system)] = _beside(system, partner, list(passwords))
    return {
        "users": [_user(name, password) for name, password in passwords.items()],
        "vhosts": [{"name": name} for name in parts],
        **{
            section: [each for name in parts for each in in_vhost(name, parts[name][section])]
            for section in _SECTIONS
        },
    }


def vhosts_of_work(document: Json) -> dict[str, str]:
    """The vhost of each queue of a document whose messages can be given up."""
    names = {each["name"]: each["vhost"] for each in document["queues"]}
    return {name: vhost for name, vhost in names.items() if dead_queue(name) in names}


def _bank(services: Sequence[Service[Any]], users: Sequence[str]) -> Json:
    work = [name for service in services for name in _work(service)]
    queries = [queue(query_queue(service.name), query_arguments()) for service in services]
    return {
        "permissions": [permission(name) for name in users],
        "topic_permissions": [each for name in users for each in topic_permissions(name)],
        "exchanges": [exchange(name) for name in _EXCHANGES],
        "queues": [*queries, *_with_dead(work)],
        "bindings": [*_bindings(services), *_returns(work)],
        "policies": _bounds(),
    }


def _beside(system: OutsideSystem, partner: Service[Any], users: Sequence[str]) -> Json:
    """What a system of others and its partner share, and the operator looks after."""
    orders, answers = inbox_queue(system.orders), outside_queue(system)
    heard = [routing_key(kind) for kind in partner.events if kind.exchange == system.answers]
    rights = permissions_outside(system), topic_permissions_outside(system)
    return {
        "permissions": [each for each in rights[0] if each["user"] in users],
        "topic_permissions": [each for each in rights[1] if each["user"] in users],
        "exchanges": [exchange(name) for name in (system.orders, system.answers, *_FAILED)],
        "queues": [*_with_dead([orders, answers])],
        "bindings": [
            binding(system.orders, orders, "#"),
            *(binding(system.answers, answers, key) for key in sorted(heard)),
            *_returns([orders, answers]),
        ],
        "policies": _bounds(),
    }


def _work(service: Service[Any]) -> Iterator[str]:
    """The queues of a service whose messages must not be lost."""
    if _has_commands(service):
        yield command_queue(service.name)
    if _has_batches(service):
        yield batch_queue(service.name)
    if any(exchange_name(kind) == EVENTS for kind in service.events):
        yield event_queue(service.name)
    if service.replies:
        yield reply_queue(service.name)


def _has_commands(service: Service[Any]) -> bool:
    return any(exchange_name(kind) == COMMANDS for kind in service.orders)


def _has_batches(service: Service[Any]) -> bool:
    return any(exchange_name(kind) == BATCH for kind in service.orders)


def _with_dead(work: Sequence[str]) -> Iterator[Json]:
    """Queues of work, each with its dead queue, and the delays that they share."""
    for name in work:
        yield queue(name, work_arguments(name))
        yield queue(dead_queue(name), dead_arguments())
    for seconds in RETRY_SECONDS:
        yield queue(retry_queue(seconds), retry_arguments(seconds))


def _bounds() -> list[Json]:
    return [bound(pattern, size) for pattern, size in QUEUE_BYTES_MAX.items()]


def _bindings(services: Sequence[Service[Any]]) -> Iterator[Json]:
    for service in services:
        name = service.name
        yield binding(QUERIES, query_queue(name), f"{name}.#")
        if _has_commands(service):
            yield binding(COMMANDS, command_queue(name), f"{name}.#")
        if _has_batches(service):
            yield binding(BATCH, batch_queue(name), f"{name}.#")
        for kind in sorted(service.events, key=routing_key):
            if exchange_name(kind) == EVENTS:
                yield binding(EVENTS, event_queue(name), routing_key(kind))
        if service.replies:
            yield binding(REPLIES, reply_queue(name), reply_queue(name))


def _returns(work: Iterable[str]) -> Iterator[Json]:
    """The ways into and back from a retry or a replay, and the way out to the dead queue."""
    for seconds in RETRY_SECONDS:
        yield binding(RETRY, retry_queue(seconds), f"{seconds}s.#")
    for name in work:
        yield binding(REQUEUE, name, f"*.{name}")
        yield binding(DEAD, dead_queue(name), name)


def _user(name: str, password: str) -> Json:
    """The salt follows from the password, so that equal input gives an equal document; it protects
    nothing here, because these passwords are long and random."""
    salt = hashlib.sha256(f"salt of {password}".encode()).digest()[:SALT_BYTES]
    is_outside = name in {system.user for system in OUTSIDE}
    most = dict.fromkeys(("max-connections", "max-channels"), OUTSIDE_CONNECTIONS_MAX)
    digest = password_digest(password, salt)
    return user(name, digest, limits=most if is_outside else {}, tags=_TAGS.get(name, ()))
