"""A partner's lane as RabbitMQ's definitions: a vhost with a queue each way, and who may do what.

The partner writes one exchange and reads one queue, the ingress the other ones, and nobody else
comes in. The partner configures nothing, and has no rights in any other vhost.
"""

import re
from collections.abc import Iterable
from typing import Any

from contracts.auth.partners import Lane
from contracts.topology import (
    DEAD,
    DEAD_QUEUES,
    INGRESS,
    LANE_ARRIVALS_BYTES_MAX,
    OUTSIDE_CONNECTIONS_MAX,
    QUEUE_BYTES_MAX,
    Arguments,
    PartnerLane,
    dead_arguments,
    dead_queue,
    lane_answer_arguments,
    work_arguments,
)

HASHING = "rabbit_password_hashing_sha256"

Json = dict[str, Any]


def document(lanes: Iterable[Lane], bank_vhost: str) -> Json:
    """All of these lanes; to import it again changes nothing."""
    whole: dict[str, list[Json]] = {section: [] for section in _SECTIONS}
    for lane in lanes:
        part = _lane(PartnerLane(lane.name), lane.password_hash, bank_vhost)
        for section in _SECTIONS:
            whole[section] += part[section]
    return whole


_SECTIONS = ("users", "vhosts", "permissions", "exchanges", "queues", "bindings", "policies")


def _lane(place: PartnerLane, password_hash: str, bank_vhost: str) -> dict[str, list[Json]]:
    vhost, arrivals, answers = place.vhost(bank_vhost), place.arrivals, place.answers
    return {
        "users": [_user(place.user, password_hash)],
        "vhosts": [{"name": vhost}],
        "permissions": [
            _rights(place.user, vhost, write=place.user, read=answers),
            _rights(INGRESS, vhost, write=answers, read=arrivals),
        ],
        "exchanges": [_exchange(name, vhost) for name in (place.user, answers, DEAD)],
        "queues": [
            _queue(arrivals, vhost, work_arguments(arrivals)),
            _queue(dead_queue(arrivals), vhost, dead_arguments()),
            _queue(answers, vhost, lane_answer_arguments()),
        ],
        "bindings": [
            _binding(place.user, arrivals, vhost),
            _binding(DEAD, dead_queue(arrivals), vhost),
            _binding(answers, answers, vhost),
        ],
        "policies": [
            _bound(f"^{re.escape(arrivals)}$", vhost, LANE_ARRIVALS_BYTES_MAX, "reject-publish"),
            _bound(DEAD_QUEUES, vhost, QUEUE_BYTES_MAX[DEAD_QUEUES], "drop-head"),
        ],
    }


def _user(name: str, password_hash: str) -> Json:
    return {
        "name": name,
        "password_hash": password_hash,
        "hashing_algorithm": HASHING,
        "tags": [],
        "limits": dict.fromkeys(("max-connections", "max-channels"), OUTSIDE_CONNECTIONS_MAX),
    }


def _rights(user: str, vhost: str, *, write: str, read: str) -> Json:
    return {
        "user": user,
        "vhost": vhost,
        "configure": "^$",
        "write": f"^{re.escape(write)}$",
        "read": f"^{re.escape(read)}$",
    }


def _exchange(name: str, vhost: str) -> Json:
    kind = {"type": "fanout", "durable": True, "auto_delete": False, "internal": False}
    return {"name": name, "vhost": vhost, **kind, "arguments": {}}


def _queue(name: str, vhost: str, arguments: Arguments) -> Json:
    durable = {"durable": True, "auto_delete": False}
    return {"name": name, "vhost": vhost, **durable, "arguments": arguments}


def _binding(exchange: str, queue: str, vhost: str) -> Json:
    to = {"destination": queue, "destination_type": "queue"}
    return {"source": exchange, "vhost": vhost, **to, "routing_key": "", "arguments": {}}


def _bound(pattern: str, vhost: str, bytes_max: int, overflow: str) -> Json:
    return {
        "name": f"bound of {pattern}", "vhost": vhost, "pattern": pattern, "apply-to": "queues",
        "priority": 1, "definition": {"max-length-bytes": bytes_max, "overflow": overflow},
    }  # fmt: skip
