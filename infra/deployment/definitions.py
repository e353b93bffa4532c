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
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from contracts.envelope import GATEWAY, OPERATOR
from contracts.topology import (
    BATCH,
    CANARY,
    COMMANDS,
    DEAD,
    DEAD_QUEUES,
    EVENTS,
    LANES,
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
    Arguments,
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
from infra.deployment.broker_rights import (
    MONITOR,
    Json,
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
            section: [{**each, "vhost": name} for name in parts for each in parts[name][section]]
            for section in _SECTIONS
        },
    }


def vhosts_of_work(document: Json) -> dict[str, str]:
    """The vhost of each queue of a document whose messages can be given up."""
    names = {queue["name"]: queue["vhost"] for queue in document["queues"]}
    return {name: vhost for name, vhost in names.items() if dead_queue(name) in names}


def _bank(services: Sequence[Service[Any]], users: Sequence[str]) -> Json:
    work = [name for service in services for name in _work(service)]
    queries = [_queue(query_queue(service.name), query_arguments()) for service in services]
    return {
        "permissions": [permission(name) for name in users],
        "topic_permissions": [each for name in users for each in topic_permissions(name)],
        "exchanges": [_exchange(name) for name in _EXCHANGES],
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
        "exchanges": [_exchange(name) for name in (system.orders, system.answers, *_FAILED)],
        "queues": [*_with_dead([orders, answers])],
        "bindings": [
            _binding(system.orders, orders, "#"),
            *(_binding(system.answers, answers, key) for key in sorted(heard)),
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
        yield _queue(name, work_arguments(name))
        yield _queue(dead_queue(name), dead_arguments())
    for seconds in RETRY_SECONDS:
        yield _queue(retry_queue(seconds), retry_arguments(seconds))


def _queue(name: str, arguments: Arguments) -> Json:
    return {"name": name, "durable": True, "auto_delete": False, "arguments": arguments}


def _bounds() -> list[Json]:
    return [_bound(pattern, size) for pattern, size in QUEUE_BYTES_MAX.items()]


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


def _bindings(services: Sequence[Service[Any]]) -> Iterator[Json]:
    for service in services:
        name = service.name
        yield _binding(QUERIES, query_queue(name), f"{name}.#")
        if _has_commands(service):
            yield _binding(COMMANDS, command_queue(name), f"{name}.#")
        if _has_batches(service):
            yield _binding(BATCH, batch_queue(name), f"{name}.#")
        for kind in sorted(service.events, key=routing_key):
            if exchange_name(kind) == EVENTS:
                yield _binding(EVENTS, event_queue(name), routing_key(kind))
        if service.replies:
            yield _binding(REPLIES, reply_queue(name), reply_queue(name))


def _returns(work: Iterable[str]) -> Iterator[Json]:
    """The ways into and back from a retry or a replay, and the way out to the dead queue."""
    for seconds in RETRY_SECONDS:
        yield _binding(RETRY, retry_queue(seconds), f"{seconds}s.#")
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
    is_outside = name in {system.user for system in OUTSIDE}
    most = dict.fromkeys(("max-connections", "max-channels"), OUTSIDE_CONNECTIONS_MAX)
    return {
        "name": name,
        "limits": most if is_outside else {},
        "password_hash": b64encode(salt + digest).decode(),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": _TAGS.get(name, []),
    }
