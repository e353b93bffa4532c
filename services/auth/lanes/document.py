"""A partner's lane as RabbitMQ's definitions: a vhost with a queue each way, and who may do what.

The partner writes one exchange and reads one queue, the ingress the other ones, and nobody else
comes in. The partner configures nothing, and has no rights in any other vhost.
"""

import re
from collections.abc import Iterable

from contracts.auth.partners import Lane
from contracts.topology import (
    DEAD,
    DEAD_QUEUES,
    INGRESS,
    LANE_ARRIVALS_BYTES_MAX,
    OUTSIDE_CONNECTIONS_MAX,
    QUEUE_BYTES_MAX,
    PartnerLane,
    dead_arguments,
    dead_queue,
    lane_answer_arguments,
    work_arguments,
)
from infra.bus.declarations import Json, binding, bound, exchange, in_vhost, queue, user

_SECTIONS = ("users", "vhosts", "permissions", "exchanges", "queues", "bindings", "policies")


def document(lanes: Iterable[Lane], bank_vhost: str) -> Json:
    """All of these lanes; to import it again changes nothing."""
    whole: dict[str, list[Json]] = {section: [] for section in _SECTIONS}
    for lane in lanes:
        part = _lane(PartnerLane(lane.name), lane.password_hash, bank_vhost)
        for section in _SECTIONS:
            whole[section] += part[section]
    return whole


def _lane(place: PartnerLane, password_hash: str, bank_vhost: str) -> dict[str, list[Json]]:
    vhost, arrivals, answers = place.vhost(bank_vhost), place.arrivals, place.answers
    most = dict.fromkeys(("max-connections", "max-channels"), OUTSIDE_CONNECTIONS_MAX)
    pieces = {
        "permissions": [
            _rights(place.user, write=place.user, read=answers),
            _rights(INGRESS, write=answers, read=arrivals),
        ],
        "exchanges": [exchange(name, "fanout") for name in (place.user, answers, DEAD)],
        "queues": [
            queue(arrivals, work_arguments(arrivals)),
            queue(dead_queue(arrivals), dead_arguments()),
            queue(answers, lane_answer_arguments()),
        ],
        "bindings": [
            binding(place.user, arrivals, ""),
            binding(DEAD, dead_queue(arrivals), ""),
            binding(answers, answers, ""),
        ],
        "policies": [
            bound(f"^{re.escape(arrivals)}$", LANE_ARRIVALS_BYTES_MAX),
            bound(DEAD_QUEUES, QUEUE_BYTES_MAX[DEAD_QUEUES]),
        ],
    }
    return {
        "users": [user(place.user, password_hash, limits=most)],
        "vhosts": [{"name": vhost}],
        **{section: in_vhost(vhost, its) for section, its in pieces.items()},
    }


def _rights(name: str, *, write: str, read: str) -> Json:
    return {
        "user": name,
        "configure": "^$",
        "write": f"^{re.escape(write)}$",
        "read": f"^{re.escape(read)}$",
    }
