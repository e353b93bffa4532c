"""A partner's lane as RabbitMQ's definitions: a vhost with a queue each way, and who may do what.

The partner writes one exchange and reads two queues, the ingress the other ones. An operator looks
after what was given up, the monitor sees how full the queues are, and nobody else comes in. The
partner configures nothing, and has no rights in any other vhost.
"""

import re
from collections.abc import Iterable, Iterator

from contracts.auth.partners import Lane
from contracts.envelope import OPERATOR
from contracts.lanes import (
    LANE_ARRIVALS_BYTES_MAX,
    PartnerLane,
    lane_answer_arguments,
    lane_event_arguments,
)
from contracts.topology import (
    DEAD,
    DEAD_QUEUES,
    INGRESS,
    MONITOR,
    OUTSIDE_CONNECTIONS_MAX,
    QUEUE_BYTES_MAX,
    dead_arguments,
    dead_queue,
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
    vhost, arrivals = place.vhost(bank_vhost), place.arrivals
    answers, events = place.answers, place.events
    dead_events = dead_queue(events)
    most = dict.fromkeys(("max-connections", "max-channels"), OUTSIDE_CONNECTIONS_MAX)
    pieces = {
        "permissions": [
            _rights(place.user, write=[place.user], read=[answers, events]),
            _rights(INGRESS, write=[answers, events], read=[arrivals]),
            _rights(OPERATOR, read=[dead_queue(arrivals), dead_events]),
            _rights(MONITOR),
        ],
        "exchanges": [
            exchange(name, "fanout") for name in (place.user, answers, events, DEAD, dead_events)
        ],
        "queues": [
            queue(arrivals, work_arguments(arrivals)),
            queue(dead_queue(arrivals), dead_arguments()),
            queue(answers, lane_answer_arguments()),
            queue(dead_events, dead_arguments()),
            queue(events, lane_event_arguments(events)),
        ],
        "bindings": [
            binding(place.user, arrivals, ""),
            binding(DEAD, dead_queue(arrivals), ""),
            binding(answers, answers, ""),
            binding(events, events, ""),
            binding(dead_events, dead_events, ""),
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


def _rights(name: str, *, write: Iterable[str] = (), read: Iterable[str] = ()) -> Json:
    return {
        "user": name,
        "configure": "^$",
        "write": f"^({'|'.join(map(re.escape, write))})$",
        "read": f"^({'|'.join(map(re.escape, read))})$",
    }
