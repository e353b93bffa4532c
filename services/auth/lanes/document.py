"""A partner's lane as RabbitMQ's definitions: a vhost with a queue each way, and who may do what.

The partner writes one exchange and reads one queue, the ingress the other ones. An operator looks
after what was given up, the monitor sees how full the queues are, and nobody else comes in. The
partner configures nothing, and has no rights in any other vhost.
"""

import re
from collections.abc import Iterable, Iterator

from contracts.auth.partners import Lane
from contracts.envelope import OPERATOR
from contracts.topology import (
    DEAD,
    DEAD_QUEUES,
    INGRESS,
    LANE_ARRIVALS_BYTES_MAX,
    MONITOR,
    OUTSIDE_CONNECTIONS_MAX,
    QUEUE_BYTES_MAX,
    PartnerLane,
    dead_arguments,
    dead_queue,
    lane_answer_arguments,
    work_arguments,
)
from infra.bus.declarations import Json, binding, bound, exchange, in_vhost, queue, user

_PLACES = ("users", "vhosts", "exchanges", "queues", "bindings", "policies")
_RIGHTS = ("permissions",)


def documents(lanes: Iterable[Lane], bank_vhost: str) -> Iterator[Json]:
    """All of these lanes, first the places and then who may come in, so that nobody sends into a
    lane from which nothing leads on yet; to import both again changes nothing."""
    parts = [_lane(PartnerLane(each.name), each.password_hash, bank_vhost) for each in lanes]
    for sections in (_PLACES, _RIGHTS):
        yield {name: [each for part in parts for each in part[name]] for name in sections}


def _lane(place: PartnerLane, password_hash: str, bank_vhost: str) -> dict[str, list[Json]]:
    vhost, arrivals, answers = place.vhost(bank_vhost), place.arrivals, place.answers
    most = dict.fromkeys(("max-connections", "max-channels"), OUTSIDE_CONNECTIONS_MAX)
    pieces = {
        "permissions": [
            _rights(place.user, write=place.user, read=answers),
            _rights(INGRESS, write=answers, read=arrivals),
            _rights(OPERATOR, read=dead_queue(arrivals)),
            _rights(MONITOR),
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


def _rights(name: str, *, write: str = "", read: str = "") -> Json:
    return {
        "user": name,
        "configure": "^$",
        "write": f"^{re.escape(write)}$",
        "read": f"^{re.escape(read)}$",
    }
